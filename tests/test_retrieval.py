"""Retrieval: what is found, what comes first, and within which articles."""

from pathlib import Path

import pytest

from index.build import build
from index.filters import Filter, FilterError
from index.sqlite.store import SqliteStore
from rag.question import parse_question
from rag.relevance import FEATURES
from rag.retrieve import OF_ONE_ORIGIN, Scope, retrieve
from tests.fakes import WordEmbedder, WordModel

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


def articles_of(store: SqliteStore, asked: str) -> list[str]:
    """Return the articles found, each once, best first."""
    return list(dict.fromkeys(found(store, asked)))


QUAY = {
    "post": (
        "---\noutlet: Tarn Post\nauthor: Anna Berg\npublished: 2026-01-14\n---\n"
        "The quay plan of the harbour board was put off until the spring by a narrow vote."
    ),
    "age": (
        "---\noutlet: The Age\nauthor: Carl Dahl\npublished: 2026-02-20\n---\n"
        "Dock workers at the harbour heard of the quay plan and its vote from a narrow street."
    ),
    "mail": (
        "---\noutlet: Arden Mail\npublished: 2025-11-02\n---\n"
        "The harbour board took up the quay plan, and a vote on it is held before long."
    ),
}


@pytest.fixture(scope="module")
def quay(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    return collection(tmp_path_factory.mktemp("quay"), QUAY)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("What became of the harbour board's quay plan, according to The Age?", "age"),
        ("What did the Arden Mail report of the vote on the quay plan?", "mail"),
        ("What did Tarn Post write of the vote on the quay plan?", "post"),
        ("What does Anna Berg know of the vote on the quay plan?", "post"),
        ("What was known of the vote on the quay plan on 20 February?", "age"),
        ("What came before the harbour board in November 2025?", "mail"),
    ],
)
def test_an_article_that_the_question_speaks_of_comes_first(
    quay: SqliteStore, asked: str, first: str
) -> None:
    articles = articles_of(quay, asked)
    assert articles[0] == first
    assert set(articles) == set(QUAY)  # the others are evidence still


def test_outlets_that_a_question_names_take_turns(tmp_path: Path) -> None:
    texts = {
        f"{outlet}{n}": f"---\noutlet: {outlet}\n---\n{text}"
        for outlet, text in (
            ("Courier", "The harbour board of Arden put the quay plan off until day {}."),
            ("Gazette", "Of a quay plan, {} masons had not heard, or so they told everyone."),
        )
        for n in range(4)
        for text in [text.format(n)]
    }
    store = collection(tmp_path, texts)
    asked = "What do both the Courier and the Gazette report of the Arden harbour board's quay plan"
    outlets = [name[:-1] for name in found(store, asked)]
    assert outlets[0] == "Courier"
    assert "Gazette" in outlets[:4]


def test_a_hit_shows_what_its_score_is_made_of(quay: SqliteStore) -> None:
    asked = "What did The Age report of the quay plan?"
    best, *rest = retrieve(quay, parse_question(asked), WordEmbedder().embed_query(asked))
    assert tuple(best.evidence) == FEATURES
    assert best.evidence["outlet"] == 1
    assert {hit.evidence["outlet"] for hit in rest} == {0}
    assert best.score > rest[0].score > rest[1].score


def test_a_passage_that_only_one_search_found_says_so(tmp_path: Path) -> None:
    store = collection(tmp_path, {"a": "The mill burned down.", "b": "Rain fell for nine days."})
    asked = "What burned?"
    hits = retrieve(store, parse_question(asked), WordEmbedder().embed_query(asked))
    assert [hit.bm25_rank for hit in hits] == [1, None]
    assert [hit.dense_rank for hit in hits] == [1, 2]


def test_nothing_is_found_in_a_collection_without_passages_in_scope(quay: SqliteStore) -> None:
    asked = "What is the quay plan?"
    vector = WordEmbedder().embed_query(asked)
    scope = Scope(Filter(outlet="nobody"))
    assert retrieve(quay, parse_question(asked), vector, scope=scope) == []


def test_a_word_is_found_however_its_acronym_or_number_is_written(tmp_path: Path) -> None:
    store = collection(
        tmp_path,
        {
            "us": "Envoys of the U.S. left the talks and spoke of 1,500 tonnes.",
            "eu": "Envoys of the EU left the talks and spoke of 2,700 tonnes.",
            "none": "Envoys left the talks and spoke of some tonnes.",
        },
    )
    assert articles_of(store, "Which envoys of the US left?")[0] == "us"
    assert articles_of(store, "Who spoke of 2700 tonnes?")[0] == "eu"
