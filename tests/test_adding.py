"""Adding, updating and removing: a collection that changes article by article."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.build import Watch, add, build, remove
from index.errors import ChangedError, MismatchError, NothingToIndexError, UnknownArticleError
from index.sqlite.store import SqliteStore
from index.store import Listed
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
