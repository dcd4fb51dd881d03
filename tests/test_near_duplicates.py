"""The benchmark of near-duplicates: its desks' edits, its measure on made data, one real run."""

import json
from pathlib import Path
from random import Random

import pytest

from evals.benchmarks import Result, run_benchmark
from evals.benchmarks.desk_edits import EDITS, UNRELATED, Desk, joined, length, split
from evals.benchmarks.near_duplicates import nearest
from tests.fakes import WordModel

REAL = Path(__file__).parents[2] / "shared" / "data"

WORDS = [f"{start}{end}" for start in "ba ce di fo gu".split() for end in "lan mir nop tus".split()]
STORIES = 40


def numbers(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - nothing is secret here


def sentences(seed: int, count: int) -> list[str]:
    random = numbers(seed)
    return [" ".join(random.choices(WORDS, k=14)).capitalize() + "." for _ in range(count)]


def desk(seed: int = 0) -> Desk:
    return Desk(
        numbers(seed), sentences(1, 30), ["swapped"], [split(" ".join(sentences(2, 6)))] * 20
    )


def made(folder: Path) -> Path:
    texts = [" ".join(sentences(100 + n, 14)) for n in range(STORIES)]
    heads = [f"*TEXT {n} 01/04/63 PAGE 1" for n in range(STORIES)]
    rows = [{"id": str(n), "url": "u", "text": text} for n, text in enumerate(sentences(3, 60))]
    files = {
        "time/TIME.ALL": "\n".join(f"{h}\n{t}" for h, t in zip(heads, texts, strict=True)),
        "article_extraction/ground-truth.json": json.dumps({"page": {"articleBody": "Short."}}),
        "nyt/passages.jsonl": "",
        "squad2/passages.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


def values(result: Result) -> dict[str, float | None]:
    return {metric.name: metric.value for metric in result.metrics}


def test_an_edit_keeps_the_share_of_a_story_that_it_says() -> None:
    story = split(" ".join(sentences(5, 20)))
    for share in (0.75, 0.5, 0.3):
        kept = EDITS[f"cut to {share:.0%}"](story, desk())
        assert share <= length(kept) / length(story) < share + 0.1
        assert joined(story).startswith(joined(kept)[:200])
    swapped = EDITS["10% to 20% of words changed"](story, desk())
    assert 0.05 < joined(swapped).count("swapped") / length(story) < 0.25
    merged = EDITS["merged with other copy"](story, desk())
    ours = {sentence for sentences in story for sentence in sentences}
    kept_words = sum(len(one.split()) for many in merged for one in many if one in ours)
    assert 0.4 < kept_words / length(merged) < 0.8


def test_a_new_lead_keeps_no_two_sentences_of_the_first_paragraph() -> None:
    story = split(" ".join(sentences(6, 8)))
    edited = EDITS["new lead"](story, desk())
    assert edited[1:] == story[1:]
    assert sorted(" ".join(edited[0]).split()) == sorted(" ".join(story[0]).split())
    assert not set(edited[0]) & set(story[0])


def test_house_style_changes_spelling_marks_and_numbers_and_no_other_word() -> None:
    text = "“Mr. Day’s two U.S. programs cost 5% more,” she said in March — or January."
    edited = joined(EDITS["house style"](split(text), desk()))
    assert edited == '"Day\'s 2 US programs cost 5 per cent more," she said in March - or Jan..'


@pytest.mark.parametrize("kind", UNRELATED)
def test_unrelated_stories_are_made_to_share_only_a_part(kind: str) -> None:
    one, other = split(" ".join(sentences(7, 24))), split(" ".join(sentences(8, 24)))
    first, second = UNRELATED[kind](one, other, desk())
    ours = {sentence for sentences in first for sentence in sentences}
    both = [one for sentences in second for one in sentences if one in ours]
    assert bool(both) == (kind != "nearest story")
    assert sum(len(sentence.split()) for sentence in both) < length(second) / 2


def test_the_nearest_text_is_the_one_with_the_same_rare_words() -> None:
    assert nearest(["cod and chips", "steel tariffs", "cod fishing", "tariffs fall"]) == [
        2,
        3,
        0,
        1,
    ]


def test_copies_are_found_and_unrelated_stories_kept_apart_on_made_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.benchmarks.near_duplicates.ARTICLES", 60)
    result = run_benchmark("near_duplicates", made(tmp_path), model=WordModel())
    found = values(result)
    assert found["recall, new headline"] == 1
    assert found["recall, cut to 50%"] == 1
    assert found["nearest story"] == 1
    assert all(metric.n for metric in result.metrics)
    assert "64 hashes an article" in result.notes


def test_a_run_gives_the_same_figures_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.benchmarks.near_duplicates.ARTICLES", 30)
    first, again = (
        run_benchmark("near_duplicates", made(tmp_path), limit=20, model=WordModel())
        for _ in range(2)
    )
    assert first.metrics == again.metrics


def test_a_few_real_copies_are_found_and_a_few_real_pairs_kept_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not (REAL / "article_extraction").is_dir():
        pytest.skip("the third-party data are not beside this checkout (../shared/data)")
    monkeypatch.setattr("evals.benchmarks.near_duplicates.ARTICLES", 500)
    found = values(run_benchmark("near_duplicates", REAL, limit=60, model=WordModel()))
    assert (found["precision"] or 0) > 0.9
    assert (found["recall"] or 0) > 0.9
    assert found["nearest story"] == 1
