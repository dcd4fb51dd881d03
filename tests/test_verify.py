"""What the verifier says of a sentence and the stretches that it cites."""

import pytest

from index.types import Article, Span
from rag.verify.support import fitted
from rag.verify.verification import Cited
from rag.verify.verify import bundled_verifier

VERBATIM = (
    "Canada cut its tariff from 100% to 25% on 12 January.",
    "Mark Carney met Li Qiang in Beijing.",
    "The company paid $4.5bn for 51 ships.",
)


def cited(text: str, title: str = "") -> list[Cited]:
    article = Article(id="a", text=text, title=title, published="2026-01-14")
    return [Cited(article, Span(0, len(text)))]


@pytest.mark.parametrize("text", VERBATIM)
def test_a_sentence_that_repeats_its_source_is_supported(text: str) -> None:
    found = bundled_verifier().verify(text, cited(text))
    assert (found.verdict, found.score, found.reason) == ("supported", 1.0, None)


@pytest.mark.parametrize(
    ("sentence", "source", "verdict", "reason"),
    [
        (
            "The tariff is 52%.",
            "The tariff is 25 per cent.",
            "contradicted",
            "the source says 25 per cent, the sentence 52%",
        ),
        ("Prices fell.", "Prices rose.", "contradicted", "the source says the opposite of “fell”"),
        (
            "Anna Berg met the premier.",
            "Carl Holm met the premier.",
            "unsupported",
            "the source does not name Anna Berg",
        ),
        (
            "Holm called it “a new era”.",
            "Holm called it “a new year”.",
            "unsupported",
            "the source does not say “a new era”",
        ),
        (
            "Berg said the deal was fair.",
            "Holm said that the deal was fair.",
            "contradicted",
            "the source has Holm say it, the sentence Berg",
        ),
    ],
)
def test_what_is_wrong_is_found_and_told(
    sentence: str, source: str, verdict: str, reason: str
) -> None:
    found = bundled_verifier().verify(sentence, cited(source))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The firm paid 4.5 billion dollars.", "The firm paid $4.5bn."),
        ("Prices rose 25 per cent.", "Prices rose 25%, the most in ten years."),
    ],
)
def test_a_quantity_in_another_form_is_the_same(sentence: str, source: str) -> None:
    assert bundled_verifier().verify(sentence, cited(source)).verdict == "supported"


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Canada cut its tariff from 100% to 26% on 12 January.", VERBATIM[0]),
        ("Canada cut its tariff from 100% to 25% on 13 January.", VERBATIM[0]),
        ("Canada did not cut its tariff from 100% to 25% on 12 January.", VERBATIM[0]),
        ("Li Qiang met Mark Carney in Beijing.", VERBATIM[1]),
        ("The company paid $4.5m for 51 ships.", VERBATIM[2]),
        ("The company paid €4.5bn for 51 ships.", VERBATIM[2]),
        ("The company paid $4.5bn for 15 ships.", VERBATIM[2]),
        ("The bridge is open.", "The bridge is not open."),
        ("Berg said the deal was fair.", "Holm said Berg knew that the deal was fair."),
        ("Berg won.", "Holm lost to Lind, and Berg won."),
        ("The deal is dead.", "The deal is dead, according to rivals."),
        ("Taxes will fall.", "Taxes will fall, if the bill passes."),
        ("The firm sold 1,234,568 cars.", "The firm sold 1,234,567 cars."),
        ("Prices rose 25%.", "Prices rose about 25%."),
        ("Robots will write novels.", "The bridge is open."),
    ],
)
def test_a_changed_sentence_is_never_supported(sentence: str, source: str) -> None:
    assert bundled_verifier().verify(sentence, cited(source)).verdict != "supported"


def test_what_cites_nothing_is_unsupported() -> None:
    assert bundled_verifier().verify("The bridge is open.", []).verdict == "unsupported"


def test_a_title_may_name_whom_the_source_means_and_supports_no_claim() -> None:
    source = cited("He met the premier.", title="Anna Berg resigns")
    verifier = bundled_verifier()
    assert verifier.verify("Anna Berg resigns.", source).verdict != "supported"
    named = verifier.verify("Anna Berg met the premier.", source).reason
    assert named is not None
    assert "does not name" not in named


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        (
            "The deal is dead, and nobody mourns it.",
            "According to rivals the deal is dead and nobody mourns it.",
            "says it as a fact",
        ),
        (
            "The old mill burned down.",
            "According to Gov. Lind the old mill burned down.",
            "says it as a fact",
        ),
        (
            "Taxes fall next year, the plan shows.",
            "Taxes could fall next year, the plan shows.",
            "“could”",
        ),
        (
            "The plant employs 300 people there.",
            "The plant employs about 300 people there.",
            "“about”",
        ),
        ("Lind sued Berg in May over it.", "Berg sued Lind in May over it.", "before"),
    ],
)
def test_what_a_source_says_with_a_reserve_is_not_supported_without(
    sentence: str, source: str, reason: str
) -> None:
    found = bundled_verifier().verify(sentence, cited(source))
    assert found.verdict == "partial"
    assert reason in (found.reason or "")


def test_a_count_of_the_same_size_is_no_other_number() -> None:
    found = bundled_verifier().verify(
        "The firm cut 300 jobs.", cited("The firm laid off 300 workers.")
    )
    assert "300" not in (found.reason or "")


def test_a_paraphrase_that_is_sure_is_supported_with_a_probability() -> None:
    source = (
        "Mark Carney flew to Beijing in January to meet Li Qiang, the first visit by a Canadian "
        "leader in eight years."
    )
    found = bundled_verifier().verify(
        "Mark Carney was the first Canadian leader to visit Beijing in eight years.", cited(source)
    )
    assert found.verdict == "supported"
    assert fitted()["threshold"] <= found.score < 1


def test_a_sentence_too_long_to_be_read_whole_is_not_supported() -> None:
    text = "Berg met Lind and " * 60 + "left."
    found = bundled_verifier().verify(text, cited("Berg met Lind and left."))
    assert found.verdict == "unsupported"


def test_what_stands_before_a_cited_sentence_supports_nothing() -> None:
    text = "The harbour board chose Ada Quist as its chair. She will serve two years."
    article = Article(id="a", text=text, published="2026-01-14")
    second = [Cited(article, Span(text.index("She"), len(text)))]
    found = bundled_verifier().verify("The harbour board chose Ada Quist as its chair.", second)
    assert found.verdict != "supported"
