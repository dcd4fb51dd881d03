"""Retrieval: fusion by reciprocal rank, and what the ranking knows."""

from pathlib import Path

import pytest

from index.build import build
from index.filters import Filter, FilterError
from index.sqlite.store import SqliteStore
from index.store import Match
from rag.question import parse_question
from rag.retrieve import OF_ONE_ORIGIN, RANK_OFFSET, Scope, fuse, retrieve
from tests.fakes import WordEmbedder, WordModel


def test_fusion_scores_are_sums_of_reciprocal_ranks() -> None:
    hits = fuse([Match(1, 0.9), Match(2, 0.8)], [Match(2, 7.0), Match(3, 5.0)])
    assert [hit.passage for hit in hits] == [2, 1, 3]
    first, second = RANK_OFFSET + 1, RANK_OFFSET + 2
    assert hits[0].score == pytest.approx(1 / second + 1 / first)
    assert hits[1].score == pytest.approx(1 / first)
    assert (hits[0].dense_rank, hits[0].dense_score) == (2, 0.8)
    assert (hits[0].bm25_rank, hits[0].bm25_score) == (1, 7.0)
    assert (hits[2].dense_rank, hits[2].dense_score) == (None, None)
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_ties_go_to_the_better_cosine_then_to_the_older_passage() -> None:
    hits = fuse([Match(5, 0.9)], [Match(3, 9.0)])
    assert [hit.passage for hit in hits] == [5, 3]
    hits = fuse([Match(9, 0.5), Match(4, 0.5)], [Match(4, 2.0), Match(9, 2.0)])
    assert [hit.passage for hit in hits] == [4, 9]


def test_nothing_found_is_no_hits() -> None:
    assert fuse([], []) == []


WIRE = [
    f"The {day} session of the harbour board ended with {count} members against the new quay, "
    f"and its chair said that the {place} plan would be drawn up afresh before the autumn."
    for day, count, place in (
        ("Monday", "nine", "eastern"),
        ("Tuesday", "seven", "western"),
        ("Wednesday", "six", "northern"),
        ("Thursday", "four", "southern"),
    )
]


def collection(folder: Path, texts: dict[str, str]) -> SqliteStore:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    store = SqliteStore(folder / "data", create=True)
    build([folder], store, WordModel())
    return store


def found(store: SqliteStore, asked: str) -> list[str]:
    question = parse_question(asked)
    hits = retrieve(store, question, WordEmbedder().embed_query(asked))
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return [p.passage.article for p in store.passages([hit.passage for hit in hits])]


def test_ten_copies_of_a_story_take_one_place_and_leave_room_for_others(tmp_path: Path) -> None:
    copies = {f"copy{n}": "\n\n".join(WIRE) for n in range(10)}
    own = "The harbour board met. Fishermen at the quay told us that no plan had reached them."
    store = collection(tmp_path, {**copies, "own": own})
    assert len(set(store.origins(list(copies)).values())) == 1
    articles = found(store, "What did the harbour board say of the quay plan?")
    assert "own" in articles
    assert len([name for name in articles if name != "own"]) == len(set(articles) - {"own"}) == 1


def test_what_a_reprint_adds_of_its_own_is_found_beside_the_original(tmp_path: Path) -> None:
    addition = "Elsewhere a zeppelin landed on the quay, our reporter adds, and left at noon. " * 6
    copy = "\n\n".join([*WIRE, "## Zeppelin", addition])
    store = collection(tmp_path, {"wire": "\n\n".join(WIRE), "copy": copy})
    assert store.origins(["copy", "wire"]) == {"copy": "copy", "wire": "copy"}
    assert "copy" in found(store, "Where did the zeppelin land?")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    folder = tmp_path_factory.mktemp("desk")
    told = {
        "early": ("2026-01-13", "Arden Courier", "Anna Berg"),
        "late": ("2026-01-15", "Tarn Post", "Carl Dahl"),
        "month": ("2026-01", "Tarn Post", "Anna Berg"),
        "undated": (None, "Arden Courier", None),
    }
    texts = {}
    for name, (published, outlet, author) in told.items():
        fields = {"published": published, "outlet": outlet, "author": author}
        lines = [f"{key}: {value}" for key, value in fields.items() if value]
        texts[name] = "\n".join(["---", *lines, "---", f"The quay plan of the {name} report."])
    return collection(folder, texts)


def within(store: SqliteStore, scope: Scope) -> set[str]:
    question = parse_question("quay plan")
    vector = WordEmbedder().embed_query("quay plan")
    hits = retrieve(store, question, vector, scope=scope)
    return {place.article for place in store.places([hit.passage for hit in hits]).values()}


@pytest.mark.parametrize(
    ("scope", "articles"),
    [
        (Scope(), {"early", "late", "month", "undated"}),
        (Scope(Filter(outlet="tarn")), {"late", "month"}),
        (Scope(Filter(author="anna")), {"early", "month"}),
        (Scope(Filter(after="2026-01-14")), {"late", "month"}),
        (Scope(Filter(before="2026-01-13")), {"early", "month"}),
        (Scope(Filter(article="undated")), {"undated"}),
        (Scope(Filter(outlet="tarn", before="2026-01-15", after="2026-01-15")), {"late", "month"}),
        (Scope(Filter(outlet="nobody")), set()),
        # What was surely published by then: a month only when it is over.
        (Scope(as_of="2026-01-14"), {"early"}),
        (Scope(as_of="2026-01-31"), {"early", "late", "month"}),
        (Scope(as_of="2026-01-30"), {"early", "late"}),
        (Scope(Filter(outlet="courier"), as_of="2026-01-14"), {"early"}),
    ],
)
def test_a_scope_is_exact_however_little_it_holds(
    desk: SqliteStore, scope: Scope, articles: set[str]
) -> None:
    assert within(desk, scope) == articles


@pytest.mark.parametrize("date", ["yesterday", "2026-13", "14 January 2026", ""])
def test_a_scope_that_is_no_date_is_refused(date: str) -> None:
    with pytest.raises(FilterError, match="write a date as 2026-01-31"):
        Scope(as_of=date)
    with pytest.raises(FilterError, match="write a date as 2026-01-31"):
        Filter(after=date)


def test_many_passages_of_one_story_come_after_some_of_others(tmp_path: Path) -> None:
    numbers = "first second third fourth fifth sixth seventh".split()
    told = "The {0} quay plan of Arden was read again, and nobody said a {0} word of it. "
    long = "\n\n".join((told * 6).format(number) for number in numbers)
    others = {f"other{n}": f"Town {n} heard of a quay, far away, and of no plan." for n in range(4)}
    store = collection(tmp_path, {"long": long, **others})
    articles = found(store, "What is the quay plan of Arden?")
    assert articles[:OF_ONE_ORIGIN] == ["long"] * OF_ONE_ORIGIN
    assert set(articles[OF_ONE_ORIGIN:8]) == set(others)
    # Where there is nothing else, one story may fill the results.
    alone = collection(tmp_path / "alone", {"long": long})
    assert len(found(alone, "What is the quay plan of Arden?")) > OF_ONE_ORIGIN
