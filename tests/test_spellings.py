"""British and American spellings are one word, and other words stay apart."""

import pytest

from rag.spellings import one_spelling, spellings_of
from rag.terms import terms_of
from rag.word_forms import acronyms_of, written_out
from rag.words import stem, stems_of


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("organise", "organize"),
        ("organisations", "organizations"),
        ("organisational", "organizational"),
        ("analysed", "analyzed"),
        ("labour", "labor"),
        ("neighbourhoods", "neighborhoods"),
        ("centres", "centers"),
        ("defence", "defense"),
        ("aluminium", "aluminum"),
        ("catalogue", "catalog"),
        ("programmes", "programs"),
        ("sceptical", "skeptical"),
    ],
)
def test_both_spellings_are_one(british: str, american: str) -> None:
    assert stem(british) == stem(american)
    assert set(spellings_of(british)) == {british, american} == set(spellings_of(american))
    assert terms_of(british) == terms_of(american)


@pytest.mark.parametrize("word", ["size", "prized", "citizen", "hour", "theft", "dogs", "fence"])
def test_words_that_only_look_so_stay(word: str) -> None:
    assert one_spelling(word) == word
    assert spellings_of(word) == (word,)


def test_an_acronym_and_its_full_form_are_one() -> None:
    assert stems_of("EVs") == stems_of("electric vehicles")
    assert stems_of("the PM") == stems_of("the prime minister")
    assert terms_of("the U.N. aid") == terms_of("the UN aid") == terms_of("the United Nations aid")
    assert written_out("It met at 3 PM.") == "It met at 3 PM."
    assert written_out("OPEC's CEO-to-be and EVAs") == "OPEC's chief executive-to-be and EVAs"
    assert {"ev", "evs"} <= set(acronyms_of("Who builds electric vehicles?"))
    assert acronyms_of("Who builds electric trams?") == []


def test_clipped_words_are_what_they_are_short_for() -> None:
    assert stem("exec") == stem("executive")
    assert stem("mps") == stem("lawmakers") == stem("legislator")
