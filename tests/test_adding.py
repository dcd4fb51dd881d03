"""Adding, updating and removing: a collection that changes article by article."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.build import Watch, add, build, remove
from index.errors import (
    ChangedError,
    FetchError,
    MismatchError,
    NothingToIndexError,
    UnknownArticleError,
)
from index.sqlite.store import SqliteStore
from index.store import EmbeddedArticle, Listed
from index.web.fetch import Fetched
from tests.fakes import WordEmbedder, WordModel


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "fire.md").write_text("---\ntitle: Fire\n---\nThe mill burned. Nobody was hurt.")
    (folder / "rain.md").write_text("Rain fell for nine days.\n\nThe river rose.\n")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    return SqliteStore(tmp_path / "data", create=True)


def listed(store: SqliteStore) -> dict[str, Listed]:
    return {item.article.id: item for item in store.listed()}


def test_what_is_added_joins_what_is_there(desk: Path, store: SqliteStore, tmp_path: Path) -> None:
    first = add([desk / "fire.md"], store, WordModel())
    assert (first.added, first.info.articles) == (("fire",), 1)
    second = add([str(desk)], store, WordModel())
    assert (second.added, second.unchanged, second.removed) == (("rain",), ("fire",), ())
    (tmp_path / "snow.md").write_text("Snow closed the pass.")
    third = add([tmp_path / "snow.md"], store, WordModel())
    assert (third.added, third.info.articles) == (("snow",), 3)


def test_a_changed_article_replaces_its_old_self(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    [old] = store.search_words(["nine"], 9)
    (desk / "rain.md").write_text("Rain fell for ten days.")
    report = add([desk], store, WordModel())
    assert (report.updated, report.unchanged) == (("rain",), ("fire",))
    assert store.passages([old.passage]) == []
    assert store.count_with_word("ten") == 1


def test_a_corrected_date_is_stored_without_embedding_again(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    model = WordModel()
    dated = "---\ntitle: Fire\npublished: 2026-01-14\n---\nThe mill burned. Nobody was hurt."
    (desk / "fire.md").write_text(dated)
    report = add([desk], store, model)
    assert report.updated == ("fire",)
    assert model.embedder.embedded == []
    assert listed(store)["fire"].article.published == "2026-01-14"
    assert store.count_with_word("mill") == 1


def test_a_changed_title_is_embedded_again(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    model = WordModel()
    (desk / "fire.md").write_text("---\ntitle: Blaze\n---\nThe mill burned. Nobody was hurt.")
    assert add([desk], store, model).updated == ("fire",)
    assert model.embedder.embedded != []


def test_a_folder_that_was_moved_brings_no_second_copies(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    add([desk], store, WordModel())
    model = WordModel()
    report = add([desk.rename(tmp_path / "moved")], store, model)
    assert (report.unchanged, report.added) == (("fire", "rain"), ())
    assert model.embedder.embedded == []
    assert listed(store)["fire"].source == str((tmp_path / "moved" / "fire.md").resolve())


def test_an_id_stays_with_its_story_when_another_of_its_name_is_added(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    add([desk], store, WordModel())
    other = tmp_path / "other"
    other.mkdir()
    (other / "fire.md").write_text("A forest burned in the north.")
    report = add([other], store, WordModel())
    assert report.added == ("other/fire",)
    assert listed(store)["fire"].article.title == "Fire"
    # Each is found again under the name that it has, in whatever order they come.
    again = add([other, desk], store, WordModel())
    assert sorted(again.unchanged) == ["fire", "other/fire", "rain"]


def test_an_id_that_a_document_names_stands_for_one_article(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    (desk / "fire.md").write_text("---\nid: mill\n---\nThe mill burned.")
    add([desk], store, WordModel())
    (tmp_path / "later.md").write_text("---\nid: mill\n---\nThe mill burned to the ground.")
    report = add([tmp_path / "later.md"], store, WordModel())
    assert (report.updated, report.info.articles) == (("mill",), 2)


def test_a_file_that_is_gone_stays_until_it_is_removed(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    (desk / "rain.md").unlink()
    assert add([desk], store, WordModel()).info.articles == 2
    assert remove(["rain"], store).articles == 1
    assert store.article("rain") is None
    assert store.search_words(["river"], 9) == []


def test_removing_an_unknown_article_removes_nothing(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    with pytest.raises(UnknownArticleError, match=r"no article 'fires'.*did you mean 'fire'"):
        remove(["rain", "fires"], store)
    with pytest.raises(UnknownArticleError, match="`dateline articles` lists them"):
        remove(["zebra"], store)
    assert listed(store).keys() == {"fire", "rain"}


def test_a_build_after_adding_holds_exactly_what_it_was_given(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "snow.md").write_text("Snow closed the pass.")
    add([desk, tmp_path / "snow.md"], store, WordModel())
    report = build([desk], store, WordModel())
    assert (report.removed, report.unchanged) == (("snow",), ("fire", "rain"))


def test_articles_of_another_model_are_not_added_to(desk: Path, store: SqliteStore) -> None:
    add([desk], store, WordModel())
    model = WordModel(WordEmbedder("other"))
    with pytest.raises(MismatchError, match="run `dateline build`"):
        add([desk], store, model)
    assert model.embedder.embedded == []


def test_only_refused_files_are_a_report_and_an_empty_folder_an_error(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    add([desk], store, WordModel())
    (tmp_path / "blank.md").write_text("")
    report = add([tmp_path / "blank.md"], store, WordModel())
    assert [skip.reason for skip in report.refused] == ["it has no text"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToIndexError, match="no articles in"):
        add([tmp_path / "empty"], store, WordModel())


def test_what_is_said_to_be_stored_is_there_for_every_other_reader(
    desk: Path, store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.passages.WINDOW", 1)
    seen: list[str] = []

    def look(ids: Sequence[str]) -> None:
        reader = SqliteStore(tmp_path / "data")
        seen.extend(i for i in ids if reader.article(i) is not None)
        reader.close()

    add([desk], store, WordModel(), watch=Watch(stored=look))
    assert seen == ["fire", "rain"]


def test_windows_that_were_stored_stay_when_a_later_one_fails(
    desk: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.passages.WINDOW", 1)

    class Breaks(WordEmbedder):
        def embed_passages(self, passages):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            if any("river" in p.text for p in passages):
                raise RuntimeError("the model broke")
            return super().embed_passages(passages)

    with pytest.raises(RuntimeError):
        add([desk], store, WordModel(Breaks()))
    assert listed(store).keys() == {"fire"}
    assert add([desk], store, WordModel()).added == ("rain",)


def test_a_source_is_told_by_its_real_path(desk: Path, store: SqliteStore, tmp_path: Path) -> None:
    add([desk], store, WordModel())
    (tmp_path / "link").symlink_to(desk)
    os.chdir(tmp_path)
    report = add([Path("link") / "fire.md"], store, WordModel())
    assert report.unchanged == ("fire",)
    shutil.copy(desk / "fire.md", tmp_path / "fire.md")
    assert add([tmp_path / "fire.md"], store, WordModel()).unchanged == ("fire",)


def test_a_build_does_not_mix_with_a_collection_begun_meanwhile(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    (tmp_path / "snow.md").write_text("Snow closed the pass.")

    def begin(what: str, _done: int, _of: int) -> None:
        if what == "loading the model":
            other = SqliteStore(tmp_path / "data", create=True)
            add([tmp_path / "snow.md"], other, WordModel())
            other.close()

    with pytest.raises(ChangedError, match="run this again"):
        build([desk], store, WordModel(), watch=Watch(progress=begin))
    assert listed(store).keys() == {"snow"}


def test_a_file_that_cannot_be_read_this_time_keeps_its_article(
    desk: Path, store: SqliteStore
) -> None:
    build([desk], store, WordModel())
    (desk / "rain.md").write_bytes(b"")
    report = build([desk], store, WordModel())
    assert (report.removed, report.kept, report.unchanged) == ((), ("rain",), ("fire",))
    assert store.article("rain") is not None
    other = WordModel(WordEmbedder("other"))
    report = build([desk], store, other)
    assert (report.kept, report.info.articles) == (("rain",), 2)
    assert store.count_with_word("river") == 1


def test_an_address_that_cannot_be_read_this_time_keeps_its_article(
    desk: Path, store: SqliteStore
) -> None:
    answers = {"https://a.example/quay": b"The harbour board voted on Monday for a second quay."}

    def fetch(url: str) -> Fetched:
        if url not in answers:
            raise FetchError("it took too long")
        return Fetched(url, "text/plain", "utf-8", answers[url])

    places: list[str | Path] = [desk, "https://a.example/quay"]
    assert build(places, store, WordModel(), fetch=fetch).info.articles == 3
    answers.clear()
    report = build(places, store, WordModel(), fetch=fetch)
    assert (report.kept, report.removed) == (("a.example/quay",), ())


def test_a_feeds_teaser_does_not_replace_an_article_that_was_fetched(
    store: SqliteStore, tmp_path: Path
) -> None:
    story = b"The harbour board voted on Monday for a second quay. Nine members were for it."
    (tmp_path / "feed.xml").write_text(
        "<rss version='2.0'><channel><title>T</title><item><title>Quay</title>"
        "<link>https://a.example/quay</link><description>Board votes.</description></item>"
        "</channel></rss>"
    )

    def fetch(url: str) -> Fetched:
        return Fetched(url, "text/plain", "utf-8", story)

    def fail(_: str) -> Fetched:
        raise FetchError("it took too long")

    add([tmp_path / "feed.xml"], store, WordModel(), fetch=fetch)
    report = add([tmp_path / "feed.xml"], store, WordModel(), fetch=fail)
    assert [skip.reason for skip in report.refused] == ["it took too long"]
    kept = store.article("a.example/quay")
    assert kept is not None
    assert kept.text == story.decode()


def test_two_writers_never_put_one_story_in_the_place_of_another(
    store: SqliteStore, tmp_path: Path
) -> None:
    for name, text in (("a", "A mill burned."), ("b", "A forest burned.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fire.md").write_text(text)

    def meanwhile(what: str, _done: int, _of: int) -> None:
        if what == "loading the model":
            other = SqliteStore(tmp_path / "data", create=True)
            add([tmp_path / "b"], other, WordModel())
            other.close()

    with pytest.raises(ChangedError, match="run this again"):
        add([tmp_path / "a"], store, WordModel(), watch=Watch(progress=meanwhile))
    assert add([tmp_path / "a"], store, WordModel()).added == ("a/fire",)
    texts = {name: article.text for name in listed(store) if (article := store.article(name))}
    assert texts == {"fire": "A forest burned.", "a/fire": "A mill burned."}


def test_two_writers_of_the_same_folder_both_finish(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    def meanwhile(what: str, _done: int, _of: int) -> None:
        if what == "loading the model":
            other = SqliteStore(tmp_path / "data", create=True)
            add([desk], other, WordModel())
            other.close()

    report = add([desk], store, WordModel(), watch=Watch(progress=meanwhile))
    assert report.info.articles == 2


def test_vectors_of_an_older_model_are_not_stored_beside_newer_ones(
    desk: Path, store: SqliteStore, tmp_path: Path
) -> None:
    add([desk], store, WordModel())
    (desk / "fire.md").write_text(
        "---\ntitle: Fire\noutlet: Courier\n---\nThe mill burned. Nobody was hurt."
    )
    held = store.info()

    class Rebuilds(WordModel):
        def digest(self) -> str:
            if store.info() == held:
                return super().digest()
            return "other"

    original = store.embedded

    def embedded_then_rebuilt(article_id: str) -> EmbeddedArticle | None:
        found = original(article_id)
        other = SqliteStore(tmp_path / "data")
        build([desk], other, WordModel(WordEmbedder("other")))
        other.close()
        return found

    store.embedded = embedded_then_rebuilt  # type: ignore[method-assign]
    with pytest.raises((MismatchError, ChangedError)):
        add([desk], store, Rebuilds())


def test_records_of_two_exports_that_number_alike_are_all_kept(
    store: SqliteStore, tmp_path: Path
) -> None:
    def export(name: str, *titles: str) -> Path:
        lines = [
            json.dumps({"id": n, "title": title, "text": f"{title} was all the talk in Arden."})
            for n, title in enumerate(titles, start=1)
        ]
        (tmp_path / name).write_text("\n".join(lines))
        return tmp_path / name

    add([export("one.jsonl", "Quay", "Mill")], store, WordModel())
    report = add([export("two.jsonl", "Ferry", "Choir")], store, WordModel())
    assert report.added == ("two/1", "two/2")
    # The next day's export of the same articles updates them, whatever its name.
    (tmp_path / "later.jsonl").write_text(
        json.dumps({"id": 1, "title": "Quay", "text": "The quay was opened in Arden."})
    )
    report = add([tmp_path / "later.jsonl"], store, WordModel())
    assert (report.updated, report.info.articles) == (("1",), 4)


def test_the_order_of_folders_gives_no_story_anothers_id(
    store: SqliteStore, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "fire.md").write_text(f"A fire in {name}.")
    first = build([tmp_path / "a", tmp_path / "b"], store, WordModel())
    again = build([tmp_path / "b", tmp_path / "a"], store, WordModel())
    assert sorted(again.unchanged) == sorted(first.added)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode here")
def test_a_folder_whose_name_is_no_text_can_be_added(store: SqliteStore, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    (folder / "fire.md").write_text("A mill burned.")
    assert add([folder], store, WordModel()).added == ("fire",)
    assert add([folder], store, WordModel()).unchanged == ("fire",)
