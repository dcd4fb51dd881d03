"""Offices: nobody is named for an office that the articles do not name."""

import pytest

from rag.offices import asked_office, names_office
from rag.question import parse_question


@pytest.mark.parametrize(
    ("question", "office"),
    [
        ("Who is Norland's finance minister?", ("finance", "minister")),
        ("who was the vice president", ("vice", "president")),
        ("What is the name of the deputy commissioner?", ("deputy", "commissioner")),
        ("Who is the minister?", None),
        ("Who is the new president?", None),
        ("Who is the Norland ambassador?", None),
        ("What did the finance minister say?", None),
        ("Who did the trade minister meet?", None),
        ("Who met President Quist?", None),
        ("Who is the youngest president?", None),
        ("Who is the press secretary?", ("press", "secretary")),
    ],
)
def test_an_office_is_asked_for_by_its_two_words(
    question: str, office: tuple[str, str] | None
) -> None:
    assert asked_office(parse_question(question)) == office


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Finance Minister Ada Quist resigned.", True),
        ("Ada Quist, minister of finance, resigned.", True),
        ("The finance and trade ministers met.", True),
        ("The prime minister spoke of energy, agriculture and finance.", False),
        ("Finance was on the agenda. Ada Quist was there.", False),
    ],
)
def test_an_office_is_named_where_its_words_stand_together(text: str, *, named: bool) -> None:
    assert names_office(("finance", "minister"), [text]) is named
