"""Building: what goes in, what stays, what is embedded again."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import build
from index.embed import PassageText
from index.errors import NothingToIndexError
from index.passages import CHUNKING
from index.sqlite.store import SqliteStore
from index.types import Article, PassageVectors
from rag.cite import quote
from tests.fakes import WordEmbedder, WordModel


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "fire.md").write_text("---\ntitle: Fire\n---\nThe mill burned. Nobody was hurt.")
    (folder / "rain.txt").write_text("Rain fell for nine days.\n\nThe river rose.\n")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "data", create=True)


def test_a_build_reports_what_it_added_and_left_out(articles: Path, store: SqliteStore) -> None:
    (articles / "photo.jpg").write_bytes(b"\xff\xd8")
    (articles / "broken.txt").write_bytes(b"\x00\x01")
    report = build([articles], store, WordModel())
    assert report.added == ("fire", "rain")
    assert (report.info.articles, report.info.recipe.chunking) == (2, CHUNKING)
    assert [(Path(s.place).name, s.refused) for s in report.skipped] == [
        ("broken.txt", True),
        ("photo.jpg", False),
    ]


def test_only_what_changed_is_embedded_again(articles: Path, store: SqliteStore) -> None:
    model = WordModel()
    build([articles], store, model)
    model.embedder.embedded.clear()
    again = build([articles], store, model)
    assert again.unchanged == ("fire", "rain")
    assert again.info.generation == 1
    (articles / "rain.txt").write_text("Rain fell for ten days.\n")
    (articles / "snow.txt").write_text("Snow closed the pass.\n")
    report = build([articles], store, model)
    assert (report.added, report.updated, report.unchanged) == (("snow",), ("rain",), ("fire",))
    assert model.embedder.embedded == ["Rain fell for ten days.", "Snow closed the pass."]


def test_a_changed_date_or_title_is_a_changed_article(articles: Path, store: SqliteStore) -> None:
    build([articles], store, WordModel())
    (articles / "fire.md").write_text("---\ntitle: Blaze\n---\nThe mill burned. Nobody was hurt.")
    assert build([articles], store, WordModel()).updated == ("fire",)
    article = store.article("fire")
    assert article is not None
    assert article.title == "Blaze"


def test_what_the_folder_no_longer_holds_leaves_the_collection(
    articles: Path, store: SqliteStore
) -> None:
    build([articles], store, WordModel())
    (articles / "fire.md").unlink()
    report = build([articles], store, WordModel())
    assert report.removed == ("fire",)
    assert list(store.known()) == ["rain"]


def test_another_model_embeds_everything_anew(articles: Path, store: SqliteStore) -> None:
    build([articles], store, WordModel())
    other = WordModel(WordEmbedder("other"))
    report = build([articles], store, other)
    assert report.updated == ("fire", "rain")
    assert report.info.recipe.model == other.embedder.identity
    assert len(other.embedder.embedded) == report.info.passages


def test_nothing_to_index_leaves_the_collection_as_it_was(
    articles: Path, store: SqliteStore, tmp_path: Path
) -> None:
    build([articles], store, WordModel())
    (tmp_path / "empty").mkdir()
    (tmp_path / "blank").mkdir()
    (tmp_path / "blank" / "x.txt").write_text(" \n")
    for folder, reason in (
        ("empty", "no articles in"),
        ("blank", "x.txt was skipped, it has no text"),
        ("missing", "does not exist"),
    ):
        with pytest.raises(NothingToIndexError, match=reason):
            build([tmp_path / folder], store, WordModel())
    assert store.info().articles == 2


def test_a_model_that_breaks_half_way_leaves_the_collection_as_it_was(
    articles: Path, store: SqliteStore
) -> None:
    class Breaking(WordEmbedder):
        def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
            raise MemoryError(len(passages))

    build([articles], store, WordModel())
    (articles / "snow.txt").write_text("Snow closed the pass.\n")
    with pytest.raises(MemoryError):
        build([articles], store, WordModel(Breaking()))
    assert sorted(store.known()) == ["fire", "rain"]


def test_what_is_embedded_has_the_title_and_sentences_at_their_places(
    articles: Path, store: SqliteStore
) -> None:
    seen: list[PassageText] = []

    class Watching(WordEmbedder):
        def embed_passages(self, passages: Sequence[PassageText]) -> Iterator[PassageVectors]:
            seen.extend(passages)
            return super().embed_passages(passages)

    build([articles / "fire.md"], store, WordModel(Watching()))
    [text] = seen
    assert text.prefix == "Fire\n"
    assert [span.of(text.text) for span in text.sentences] == [
        "The mill burned.",
        "Nobody was hurt.",
    ]


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\r\n.!?”\u0301\u200d😀👩\u2028 "),
    ),
    min_size=1,
    max_size=400,
).filter(lambda text: bool(text.strip()))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
def test_every_quotation_equals_its_span_after_the_store(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from index.passages import embed_articles
    from index.store import Recipe

    embedder = WordEmbedder(max_tokens=40)
    given_articles = [Article(id=f"a{n}", text=text) for n, text in enumerate(texts)]
    store = SqliteStore(tmp_path_factory.mktemp("quotes") / "data", create=True)
    recipe = Recipe(embedder.identity, CHUNKING, "float32")
    store.write(recipe, embed_articles(given_articles, embedder))
    covered = dict.fromkeys((a.id for a in given_articles), 0)
    found = store.search_vectors(embedder.embed_query("x"), 10_000)
    for stored in store.passages([match.passage for match in found]):
        article = store.article(stored.passage.article)
        assert article is not None
        for span in stored.passage.sentences:
            citation = quote(article, span, 1)
            assert citation.quote == texts[int(article.id[1:])][citation.start : citation.end]
            covered[article.id] += len("".join(citation.quote.split()))
        assert len(stored.sentence_vectors) == len(stored.passage.sentences)
        np.testing.assert_allclose(np.linalg.norm(stored.sentence_vectors, axis=1), 1, atol=1e-3)
    store.close()
    assert covered == {a.id: len("".join(a.text.split())) for a in given_articles}
