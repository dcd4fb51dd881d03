"""What every store must do. A new engine passes this suite by joining STORES."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.embed import unit
from index.errors import ChangedError, MismatchError, NoCollectionError
from index.models import ModelIdentity
from index.sqlite.sizing import Sizing
from index.sqlite.store import SqliteStore
from index.sqlite.training import train
from index.store import EmbeddedArticle, Intake, Match, Recipe, Store
from index.types import Article, Passage, PassageVectors, Removed, Span, Vectors

Open = Callable[[Path], Store]
CELLS_AT_ONCE = Sizing(flat_up_to=0, least_changes=0, changed_share=0)
STORES: dict[str, Open] = {
    "sqlite": lambda folder: SqliteStore(folder, create=True),
    "sqlite, as if large": lambda folder: SqliteStore(
        folder, create=True, sizing=CELLS_AT_ONCE, training=train
    ),
}

RECIPE = Recipe(ModelIdentity("m", "d", 4, 64), chunking=1, precision="float32")
EAST, NORTH, UP = np.eye(4, dtype=np.float32)[:3]
NORTH_EAST = unit(EAST + NORTH)


@pytest.fixture(params=STORES, ids=str)
def open_store(request: pytest.FixtureRequest) -> Open:
    return STORES[request.param]


@pytest.fixture
def store(open_store: Open, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


def embedded(
    name: str, *sentences: str, vectors: Vectors | None = None, title: str | None = None
) -> EmbeddedArticle:
    """Make an article of one-sentence passages; they point east unless told otherwise."""
    text = "\n".join(sentences)
    spans = [Span(text.index(s), text.index(s) + len(s)) for s in sentences]
    passages = tuple(Passage(name, span, (span,)) for span in spans)
    rows = np.tile(EAST, (len(sentences), 1)) if vectors is None else vectors
    article = Article(id=name, text=text, title=title)
    return EmbeddedArticle(article, passages, tuple(PassageVectors(r, r[None]) for r in rows))


def quotes(store: Store, ids: list[int]) -> list[str]:
    found = []
    for stored in store.passages(ids):
        article = store.article(stored.passage.article)
        assert article is not None
        found.append(stored.passage.span.of(article.text))
    return found


def nearest(store: Store, query: Vectors, limit: int = 10) -> list[tuple[str, float]]:
    matches = store.search_vectors(query, limit)
    texts = quotes(store, [m.passage for m in matches])
    return [(text, round(m.score, 4)) for text, m in zip(texts, matches, strict=True)]


def with_words(store: Store, *words: str, limit: int = 10) -> list[str]:
    return quotes(store, [m.passage for m in store.search_words(words, limit)])


def test_an_empty_store_says_that_nothing_is_indexed(store: Store) -> None:
    with pytest.raises(NoCollectionError, match="dateline build"):
        store.info()
    with pytest.raises(NoCollectionError, match="dateline build"):
        store.search_vectors(EAST, 1)


def test_an_article_comes_back_exactly_as_it_went_in(store: Store) -> None:
    article = Article(
        id="a/ü",
        text="Zoë said e\u0301 😀.\r\nNo newline\x00 at the end",
        title="Title “x”",
        outlet="O",
        author="A, B",
        published="2026-01-13T12:01",
        updated="2026",
        url="https://example.com/?a=1",
        language="en-CA",
    )
    span = Span(0, len(article.text))
    vectors = PassageVectors(EAST, EAST[None])
    passages = (Passage(article.id, span, (span,)),)
    store.write(RECIPE, [EmbeddedArticle(article, passages, (vectors,))])
    assert store.article("a/ü") == article
    assert store.article("nobody") is None
    assert {i: k.digest for i, k in store.known().items()} == {"a/ü": article.digest}
    [stored] = store.passages([m.passage for m in store.search_vectors(EAST, 1)])
    assert stored.passage == passages[0]
    assert stored.sentence_vectors.tolist() == [EAST.tolist()]


def test_vector_search_gives_exact_neighbours_with_their_cosines(store: Store) -> None:
    vectors = np.stack([EAST, NORTH_EAST, NORTH, UP])
    store.write(RECIPE, [embedded("a", "East.", "North-east.", "North.", "Up.", vectors=vectors)])
    half = round(float(np.sqrt(0.5)), 4)
    assert nearest(store, EAST, 3)[:2] == [("East.", 1.0), ("North-east.", half)]
    assert nearest(store, NORTH, 1) == [("North.", 1.0)]
    assert len(nearest(store, UP, 99)) == 4
    assert store.search_vectors(UP, 0) == []


def test_word_search_ranks_by_bm25_and_folds_case_accents_and_endings(store: Store) -> None:
    store.write(
        RECIPE,
        [
            embedded(
                "a", "The tariff on canola rose.", "Tariffs, tariffs and tariffs.", "Nothing."
            ),
            embedded("b", "Café owners met.", title="Canola in Québec"),
        ],
    )
    assert with_words(store, "TARIFF") == [
        "Tariffs, tariffs and tariffs.",
        "The tariff on canola rose.",
    ]
    assert with_words(store, "cafe") == ["Café owners met."]
    assert set(with_words(store, "canola")) == {"The tariff on canola rose.", "Café owners met."}
    assert with_words(store, "quebec", "nothing", limit=1) != []
    assert with_words(store, "absent") == []
    assert store.search_words((), 5) == []
    assert store.count_with_word("tariffs") == 2
    assert store.count_with_word("absent") == 0


def test_a_word_search_within_articles_finds_nothing_else(store: Store) -> None:
    store.write(
        RECIPE,
        [
            embedded("a", "The quay and the zeppelin.", "A quay."),
            embedded("b", "The quay of Arden.", "Nothing."),
            embedded("c", "A zeppelin."),
        ],
    )
    found = store.search_words(["zeppelin", "quay"], 9, {"b"})
    assert quotes(store, [match.passage for match in found]) == ["The quay of Arden."]
    assert store.search_words(["zeppelin", "quay"], 9, set()) == []
    assert store.search_words(["zeppelin", "quay"], 9, {"nobody"}) == []
    everywhere = {m.passage: m.score for m in store.search_words(["zeppelin", "quay"], 9)}
    assert found[0].score == pytest.approx(everywhere[found[0].passage])


@pytest.mark.parametrize(
    "word", ['"', "a OR b", "NEAR(", "title:", "*", "^", "-", "\x00", "'; DROP TABLE articles;--"]
)
def test_no_word_is_read_as_query_syntax(store: Store, word: str) -> None:
    store.write(RECIPE, [embedded("a", "Plain words only.")])
    assert with_words(store, word, "plain") == ["Plain words only."]
    assert store.count_with_word(word) == 0


def test_a_replaced_article_leaves_nothing_of_its_old_self(store: Store) -> None:
    store.write(RECIPE, [embedded("a", "Old zebra."), embedded("b", "Other.", vectors=NORTH[None])])
    [old] = store.search_words(["zebra"], 1)
    before = store.info()
    after = store.write(RECIPE, [embedded("a", "New yak.", vectors=UP[None])])
    assert (after.articles, after.passages) == (2, 2)
    assert after.generation == before.generation + 1
    assert with_words(store, "zebra") == []
    assert store.passages([old.passage]) == []
    assert nearest(store, UP, 1) == [("New yak.", 1.0)]
    assert [score for _, score in nearest(store, EAST)] == [0.0, 0.0]


def test_a_removed_article_is_found_no_more_and_its_passages_never_return(store: Store) -> None:
    store.write(RECIPE, [embedded("a", "One."), embedded("b", "Two.")])
    ids = {m.passage for m in store.search_vectors(EAST, 9)}
    store.write(RECIPE, [], removals=["a", "never was"])
    assert store.article("a") is None
    assert [text for text, _ in nearest(store, EAST)] == ["Two."]
    store.write(RECIPE, [embedded("c", "Three.")], removals=["b"])
    assert ids.isdisjoint(m.passage for m in store.search_vectors(EAST, 9))


def test_a_change_that_fails_half_way_changes_nothing(store: Store) -> None:
    store.write(RECIPE, [embedded("a", "Kept.")])
    before = store.info()

    def failing() -> Iterator[EmbeddedArticle]:
        yield embedded("b", "Half written.")
        raise RuntimeError("the model broke")

    with pytest.raises(RuntimeError, match="the model broke"):
        store.write(RECIPE, failing(), removals=["a"])
    assert store.info() == before
    assert nearest(store, EAST) == [("Kept.", 1.0)]
    assert with_words(store, "written") == []


def test_vectors_of_two_models_never_mix(store: Store) -> None:
    store.write(RECIPE, [embedded("a", "Old model.")])
    other = Recipe(ModelIdentity("n", "other digest", 4, 64), 1, "float32")
    with pytest.raises(MismatchError, match="dateline build"):
        store.write(other, [embedded("b", "New model.")])
    assert store.info().recipe == RECIPE
    assert store.write(other, [embedded("b", "New model.")], removals=["a"]).recipe == other


def test_what_was_written_is_there_when_opened_again(open_store: Open, tmp_path: Path) -> None:
    first = open_store(tmp_path / "data")
    info = first.write(RECIPE, [embedded("a", "Stays.")])
    first.close()
    second = open_store(tmp_path / "data")
    assert second.info() == info
    assert nearest(second, EAST) == [("Stays.", 1.0)]
    second.close()


def test_an_open_store_sees_what_another_process_writes(open_store: Open, tmp_path: Path) -> None:
    writer, reader = open_store(tmp_path / "data"), open_store(tmp_path / "data")
    writer.write(RECIPE, [embedded("a", "First.")])
    assert nearest(reader, EAST) == [("First.", 1.0)]
    writer.write(RECIPE, [embedded("b", "Second.")], removals=["a"])
    assert nearest(reader, EAST) == [("Second.", 1.0)]
    writer.close()
    reader.close()


def test_what_is_read_together_belongs_to_one_state(open_store: Open, tmp_path: Path) -> None:
    writer, reader = open_store(tmp_path / "data"), open_store(tmp_path / "data")
    writer.write(RECIPE, [embedded("a", "The old text stands.")])
    with reader.reading():
        [match] = reader.search_vectors(EAST, 1)
        writer.write(RECIPE, [embedded("a", "A new one is here.", title="New")])
        assert quotes(reader, [match.passage]) == ["The old text stands."]
    assert reader.passages([match.passage]) == []
    assert nearest(reader, EAST) == [("A new one is here.", 1.0)]
    writer.close()
    reader.close()


def test_a_change_worked_out_from_an_older_state_is_refused(store: Store) -> None:
    info = store.write(RECIPE, [embedded("a", "One.")], since=0)
    store.write(RECIPE, [embedded("b", "Two.")], since=info.generation)
    with pytest.raises(ChangedError, match="run this again"):
        store.write(RECIPE, [], removals=["a"], since=info.generation)
    assert store.known().keys() == {"a", "b"}


def test_how_an_article_came_in_is_kept_beside_it(store: Store) -> None:
    intake = Intake("/desk/a.html", (Removed("Share this\nSign up", "sharing"),))
    stored = replace(embedded("a", "East."), intake=intake)
    store.write(RECIPE, [stored, embedded("b", "North.")])
    assert store.intake("a") == intake
    assert store.intake("b") == Intake()
    assert store.intake("nobody") is None
    known = store.known()
    assert (known["a"].source, known["a"].intake) == ("/desk/a.html", intake.digest)
    assert (known["b"].source, known["b"].digest) == (None, embedded("b", "North.").article.digest)


def test_an_article_can_be_taken_out_as_it_was_put_in(store: Store) -> None:
    vectors = np.stack([EAST, NORTH])
    put = replace(embedded("a", "East.", "North.", vectors=vectors), intake=Intake("here"))
    store.write(RECIPE, [put])
    taken = store.embedded("a")
    assert taken is not None
    assert (taken.article, taken.passages, taken.intake) == (put.article, put.passages, put.intake)
    for ours, theirs in zip(taken.vectors, put.vectors, strict=True):
        np.testing.assert_array_equal(ours.passage, theirs.passage)
        np.testing.assert_array_equal(ours.sentences, theirs.sentences)
    assert store.embedded("nobody") is None


def test_articles_are_listed_in_order_without_their_texts(store: Store) -> None:
    store.write(RECIPE, [embedded("b", "One.", "Two."), embedded("a", "Three.", title="T")])
    listed = list(store.listed())
    assert [(item.article.id, item.passages) for item in listed] == [("a", 1), ("b", 2)]
    assert listed[0].article == Article(id="a", text="", title="T")
    assert [item.origin for item in listed] == ["a", "b"]


def story(seed: str, paragraphs: int = 6) -> list[str]:
    """Make sentences that no other seed shares."""
    return [
        " ".join(f"{seed}{paragraph}word{n}" for n in range(30)) + "."
        for paragraph in range(paragraphs)
    ]


def told(name: str, sentences: list[str], published: str | None = None) -> EmbeddedArticle:
    made = embedded(name, *sentences)
    return replace(made, article=replace(made.article, published=published))


def test_copies_of_one_story_share_the_origin_of_the_earliest(store: Store) -> None:
    wire = story("wire")
    first = told("late", wire, "2026-01-15")
    info = store.write(RECIPE, [first, told("other", story("other"))])
    assert info.origins == 2
    info = store.write(RECIPE, [told("early", ["A new lead of its own.", *wire[:4]], "2026-01-14")])
    assert info.origins == 2
    assert store.origins(["late", "early", "other", "nobody"]) == {
        "late": "early",
        "early": "early",
        "other": "other",
    }


def test_an_origin_falls_apart_when_what_held_it_together_goes(store: Store) -> None:
    one, two = story("one"), story("two")
    joined = told("roundup", [*one, *two])
    store.write(RECIPE, [told("a", one), told("b", two), joined])
    assert len(set(store.origins(["a", "b", "roundup"]).values())) == 1
    info = store.write(RECIPE, [], removals=["roundup"])
    assert store.origins(["a", "b"]) == {"a": "a", "b": "b"}
    assert info.origins == 2


def test_an_article_that_is_rewritten_leaves_its_origin(store: Store) -> None:
    store.write(RECIPE, [told("a", story("wire")), told("b", story("wire"))])
    assert store.origins(["b"]) == {"b": "a"}
    store.write(RECIPE, [told("b", story("own"))])
    assert store.origins(["a", "b"]) == {"a": "a", "b": "b"}


@pytest.mark.parametrize("name", STORES)
@settings(deadline=None)  # a change is synced to the disk, which may be busy
@given(
    changes=st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 5), max_size=3),
            st.sets(st.sampled_from("abcdef"), max_size=2),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_after_any_changes_what_is_found_is_what_is_there(
    name: str,
    tmp_path_factory: pytest.TempPathFactory,
    changes: list[tuple[dict[str, int], set[str], bool]],
) -> None:
    folder = tmp_path_factory.mktemp("changes") / "data"
    store, there = STORES[name](folder), dict[str, int]()
    reader = STORES[name](folder)
    for added, removed, reopened in changes:
        articles = [embedded(i, *(f"Sentence {i}{n}." for n in range(k))) for i, k in added.items()]
        info = store.write(RECIPE, articles, removals=removed)
        there = {i: k for i, k in there.items() if i not in removed} | added
        expected = sorted(f"Sentence {i}{n}." for i, k in there.items() for n in range(k))
        if reopened:
            reader.close()
            reader = STORES[name](folder)
        assert sorted(text for text, _ in nearest(reader, EAST, 99)) == expected
        assert sorted(with_words(reader, "sentence", limit=99)) == expected
        assert (info.articles, info.passages) == (len(there), len(expected))
    store.close()
    reader.close()


@pytest.mark.parametrize("name", STORES)
@settings(deadline=None)  # a change is synced to the disk, which may be busy
@given(
    raw=arrays(
        np.float32,
        st.tuples(st.integers(1, 12), st.just(4)),
        elements=st.floats(-1, 1, width=32),
    ),
    asked=arrays(np.float32, 4, elements=st.floats(-1, 1, width=32)),
)
def test_search_scores_equal_brute_force(
    name: str, tmp_path_factory: pytest.TempPathFactory, raw: Vectors, asked: Vectors
) -> None:
    vectors, query = unit(raw), unit(asked)
    store = STORES[name](tmp_path_factory.mktemp("brute") / "data")
    sentences = [f"Sentence {n}." for n in range(len(vectors))]
    store.write(RECIPE, [embedded("a", *sentences, vectors=vectors)])
    found = [match.score for match in store.search_vectors(query, len(vectors))]
    store.close()
    np.testing.assert_allclose(found, np.sort(vectors @ query)[::-1], atol=1e-5)


def test_a_search_can_be_held_to_some_articles(store: Store) -> None:
    vectors = np.stack([EAST, NORTH_EAST])
    store.write(
        RECIPE,
        [
            embedded("a", "The mill burned.", "The mill stood.", vectors=vectors),
            embedded("b", "The mill was sold.", vectors=NORTH[None]),
            embedded("c", "The mill was built.", vectors=UP[None]),
        ],
    )

    def found(matches: list[Match]) -> list[str]:
        return quotes(store, [match.passage for match in matches])

    assert found(store.search_vectors(unit(EAST + 2 * NORTH + UP), 9, ["b", "c"])) == [
        *("The mill was sold.", "The mill was built."),
    ]
    assert found(store.search_vectors(EAST, 1, ["a"])) == ["The mill burned."]
    assert sorted(found(store.search_words(["mill"], 9, {"a"}))) == [
        *("The mill burned.", "The mill stood."),
    ]
    assert store.search_vectors(EAST, 9, []) == store.search_words(["mill"], 9, []) == []
    assert store.search_vectors(EAST, 9, ["nobody"]) == []


def test_what_another_writes_is_seen_though_the_old_was_read_before(
    open_store: Open, tmp_path: Path
) -> None:
    reader, writer = (open_store(tmp_path / "data") for _ in range(2))
    writer.write(RECIPE, [embedded("a", "It rained."), embedded("b", "It snowed.")])
    found = [match.passage for match in reader.search_vectors(EAST, 10)]
    assert sorted(quotes(reader, found)) == ["It rained.", "It snowed."]
    assert reader.info().articles == 2
    writer.write(RECIPE, [embedded("a", "It did not rain.")], ["b"])
    assert reader.passages(found) == []
    assert reader.article("b") is None
    found = [match.passage for match in reader.search_vectors(EAST, 10)]
    assert quotes(reader, found) == ["It did not rain."]
    assert reader.info().articles == 1
    reader.close()
    writer.close()


def test_what_was_read_during_a_change_that_failed_is_not_believed(store: Store) -> None:
    store.write(RECIPE, [embedded("a", "It rained.")])

    def failing() -> Iterator[EmbeddedArticle]:
        yield embedded("a", "It did not rain.")
        assert store.article("a") is not None
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(RECIPE, failing())
    article = store.article("a")
    assert article is not None
    assert article.text == "It rained."
