"""Term sets: numbers that stand for which of a question's terms a text holds."""

import pytest

from rag.term_sets import TermSets

SETS = TermSets({"mill": 3.0, "fire": 1.0, "may": 0.0})


def test_texts_together_hold_what_each_of_them_holds() -> None:
    mill, fire = SETS.of({"the", "mill"}), SETS.of(("fire", "fire"))
    assert SETS.weight(mill) == 3
    assert SETS.weight(mill | fire) == 4 == SETS.weight(SETS.of(["fire", "mill", "may"]))
    assert SETS.weight(SETS.of("other words".split())) == 0


def test_a_share_is_of_all_terms_or_of_those_that_are_asked_about() -> None:
    both, fire, may = SETS.of(("mill", "fire")), SETS.of(("fire",)), SETS.of(("may",))
    assert SETS.share(fire) == pytest.approx(0.25)
    assert SETS.share(both, among=fire) == 1
    assert SETS.share(fire, among=may) == 0


def test_the_heaviest_of_no_sets_weighs_nothing() -> None:
    assert SETS.heaviest([]) == 0
    assert SETS.heaviest([0, SETS.of(("fire",)), SETS.of(("mill",))]) == 3
