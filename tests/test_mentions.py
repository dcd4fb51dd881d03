"""Mentions: which article a question speaks of."""

import pytest

from index.types import Article
from rag.mentions import Mentions


def names(question: str, outlet: str) -> bool:
    return Mentions.of(question).outlet(Article(id="a", text="", outlet=outlet))


@pytest.mark.parametrize(
    ("question", "outlet"),
    [
        ("According to Reuters, who resigned?", "Reuters"),
        ("Who resigned, as reported by the New York Times?", "The New York Times"),
        ("What did the NYT report on the quay?", "The New York Times"),
        ("What does the TechCrunch article about chips say?", "TechCrunch"),
        ("Who won, as both The Verge and TechCrunch reported?", "TechCrunch"),
        ("What was Fortune's story on the bank?", "Fortune"),
        ("What did CNBC report?", "Cnbc | World Business News Leader"),
        ("What did FOX News say of sleep?", "FOX News - Health"),
        ("Who played, according to CBSSports?", "CBSSports.com"),
        ("Was it in The Age that he was quoted?", "The Age"),
    ],
)
def test_an_outlet_is_known_by_what_people_call_it(question: str, outlet: str) -> None:
    assert names(question, outlet)


@pytest.mark.parametrize(
    ("question", "outlet"),
    [
        ("At what age did he say that he retired?", "The Age"),
        ("What fortune did the report say he made?", "Fortune"),
        ("Who bought The Washington Post?", "The Washington Post"),
        ("What time was reported?", "TIME"),
        ("According to Reuters, who resigned?", "The Age"),
        ("What did the Tarn Postman report?", "Tarn Post"),
    ],
)
def test_a_common_word_or_a_subject_is_no_outlet(question: str, outlet: str) -> None:
    assert not names(question, outlet)


def test_an_author_counts_by_the_full_name_only() -> None:
    article = Article(id="a", text="", author="Ana Bérg and Carl Dahl")
    assert Mentions.of("What did ana berg write?").author(article)
    assert Mentions.of("What did Carl Dahl write?").author(article)
    assert not Mentions.of("What did Berg write?").author(article)
    assert not Mentions.of("What did Carl Dahlberg write?").author(article)
    assert not Mentions.of("What did Ana Berg write?").author(Article(id="b", text=""))


@pytest.mark.parametrize(
    ("question", "published", "fits"),
    [
        ("What happened on 14 January 2026?", "2026-01-14", 1.0),
        ("What happened on January 14th?", "2026-01-14T09:30", 1.0),
        ("What happened on the 14th of January?", "2025-01-14", 1.0),
        ("What happened on 14 January 2026?", "2026-01-16", 0.5),
        ("What happened on 14 January 2026?", "2026-01-17", 0.0),
        ("What happened on 14 January 2026?", "2026-01-13", 0.0),
        ("What happened on 14 January 2026?", "2025-01-14", 0.0),
        ("What happened on 14 January 2026?", "2026-01", 0.0),
        ("What happened in January 2026?", "2026-01-31", 0.5),
        ("What happened in January 2026?", "2026-02-01", 0.0),
        ("What happened in 2026?", "2026-02-01", 0.25),
        ("What happened on 30 February?", "2026-03-02", 0.0),
        ("What happened to 2026 people?", "2026-02-01", 0.0),
        ("What may happen?", "2026-05-01", 0.0),
        ("What happened on 14 January 2026?", None, 0.0),
    ],
)
def test_a_date_fits_the_day_and_a_little_after_it(
    question: str, published: str | None, fits: float
) -> None:
    article = Article(id="a", text="", published=published)
    assert Mentions.of(question).date(article) == fits


def test_of_several_dates_any_may_fit() -> None:
    mentions = Mentions.of("Did it change between October 5, 2023, and 7 November 2023?")
    assert mentions.dates == ("2023-10-05", "2023-11-07")
    assert mentions.date(Article(id="a", text="", published="2023-11-07")) == 1
