"""Benchmarks: their measures by hand-worked values, their data made here, and one limited real run.

The third-party data are beside the checkout (../shared/data) and never in it.
"""

import gzip
import json
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.benchmarks import BENCHMARKS, BenchmarkError, Result, run_benchmark, write_tables
from evals.benchmarks.__main__ import main
from evals.benchmarks.article_extraction import compare
from evals.benchmarks.data import holds, sample
from evals.benchmarks.decide import auc, balanced_accuracy
from evals.benchmarks.result import Metric, share
from evals.benchmarks.summedits import word_overlap
from evals.benchmarks.time_magazine import parse_articles, parse_judgements, parse_queries
from evals.intervals import bootstrap_mean, wilson
from evals.ranking import average_precision, hit_at, ndcg_at, recall_at, reciprocal_rank
from tests.fakes import WordModel

REAL = Path(__file__).parents[2] / "shared" / "data"

NORMANS = "The Normans came from Denmark, Iceland and Norway to France."
TARIFFS = "Canada put a tariff of 100% on Chinese electric vehicles in 2024."
STEEL = "The tariff on steel and aluminium from China is 25 percent."


def lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def values(result: Result) -> dict[str, float | None]:
    return {metric.name: metric.value for metric in result.metrics}


def numbers(result: Result) -> dict[str, int]:
    return {metric.name: metric.n for metric in result.metrics}


def test_ranking_measures_equal_their_values_by_hand() -> None:
    ranked = ["d", "a", "x", "b", "y"]
    gold = {"a", "b", "c"}
    assert recall_at(ranked, gold, 1) == 0
    assert recall_at(ranked, gold, 4) == pytest.approx(2 / 3)
    assert hit_at(ranked, gold, 1) == 0
    assert hit_at(ranked, gold, 2) == 1
    assert reciprocal_rank(ranked, gold) == 1 / 2
    assert reciprocal_rank(ranked, {"b"}, 3) == 0
    assert reciprocal_rank(ranked, {"c"}) == 0
    assert average_precision(ranked, gold) == pytest.approx((1 / 2 + 2 / 4 + 0) / 3)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(ranked, gold, 10) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / best)
    assert ndcg_at(ranked, gold, 2) == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))


def test_an_article_ranked_by_several_passages_counts_at_its_best_one() -> None:
    ranked = ["a", "a", "a", "b"]
    assert reciprocal_rank(ranked, {"b"}) == 1 / 2
    assert recall_at(ranked, {"b"}, 2) == 1
    assert average_precision(ranked, {"a", "b"}) == 1
    assert ndcg_at(ranked, {"a", "b"}, 10) == 1


@pytest.mark.parametrize("measure", [average_precision, reciprocal_rank])
def test_a_ranking_is_not_measured_where_nothing_is_right(measure: Callable[..., float]) -> None:
    with pytest.raises(ValueError, match="nothing is right"):
        measure(["a"], set())


def test_wilson_equals_published_values_and_has_a_width_at_the_ends() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == pytest.approx(1)
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)


def test_the_bootstrap_is_the_same_each_time_and_has_the_width_of_the_normal_one() -> None:
    values = [0.0, 1.0] * 200
    low, high = bootstrap_mean(values)
    assert (low, high) == bootstrap_mean(values)
    uneven = [math.sin(i) for i in range(50)]
    assert bootstrap_mean(uneven) != bootstrap_mean(uneven, seed=1)
    spread = 1.96 * 0.5 / math.sqrt(400)
    assert low == pytest.approx(0.5 - spread, abs=0.01)
    assert high == pytest.approx(0.5 + spread, abs=0.01)
    assert bootstrap_mean([0.25, 0.25]) == (0.25, 0.25)
    with pytest.raises(ValueError, match="nothing to resample"):
        bootstrap_mean([])


def test_auc_counts_pairs_and_halves_ties() -> None:
    # Pairs of a positive with a negative: .9>.1, .9>.5, .5>.1 and .5=.5.
    value, interval = auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    assert value == pytest.approx(3.5 / 4)
    assert interval is not None
    assert auc([0.2, 0.3], [True, True]) == (None, None)
    assert auc([], []) == (None, None)


def test_auc_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    scores = [math.sin(7 * i) for i in range(60)]
    labels = [math.cos(3 * i) + score / 2 > 0 for i, score in enumerate(scores)]
    assert auc(scores, labels)[0] == pytest.approx(roc_auc_score(labels, scores))


def test_balanced_accuracy_weighs_both_sides_and_all_groups_alike() -> None:
    positive = [True, True, True, True, False]
    value, _ = balanced_accuracy([True, True, True, False, True], positive)
    assert value == pytest.approx((3 / 4 + 0) / 2)
    groups = ["a", "a", "b", "b", "b", "b"]
    decided = [True, False, True, True, True, True]
    labels = [True, False, True, True, True, False]
    value, _ = balanced_accuracy(decided, labels, groups)
    assert value == pytest.approx((1 + 1 / 2) / 2)
    assert balanced_accuracy([True], [True]) == (None, None)


def test_a_share_of_nothing_is_not_a_figure() -> None:
    assert share("task", "name", []) == Metric("task", "name", None, None, 0)


def test_an_answer_is_held_as_whole_words_whatever_its_case_and_accents() -> None:
    assert holds("In 1934, the Société Générale moved.", "societe generale")
    assert holds("It rose 3.5\n  percent", "3.5 percent")
    assert not holds("In 1934 it moved.", "34")
    assert not holds("In 1934 it moved.", " ")


def test_a_sample_is_spread_over_the_whole() -> None:
    assert sample(range(10), 3) == [0, 3, 6]
    assert sample(range(3), 10) == [0, 1, 2]
    assert sample(range(3), None) == [0, 1, 2]


def squad(folder: Path) -> Path:
    texts = {"normans": NORMANS, "tariffs": TARIFFS, "steel": STEEL}
    rows = [{"id": name, "title": name, "text": text} for name, text in texts.items()]
    questions = [
        ("normans", "Which countries did the Normans come from?", True, ["Iceland"]),
        ("tariffs", "What is the tariff on Chinese electric vehicles?", True, ["100%"]),
        ("tariffs", "What is the tariff on Chinese electric vehicles in Canada?", True, ["7%"]),
        ("steel", "Who invented the sonnet?", False, []),
    ]
    lines(folder / "squad2" / "passages.jsonl", rows)
    lines(
        folder / "squad2" / "questions.jsonl",
        [
            {"passage": passage, "question": text, "answerable": yes, "answers": answers}
            for passage, text, yes, answers in questions
        ],
    )
    return folder


def test_squad2_finds_the_paragraph_and_judges_the_sentence_and_the_refusal(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    result = run_benchmark(
        "squad2",
        squad(tmp_path),
        progress=lambda what, done, of: told.append((what, done, of)),
        model=WordModel(),
    )
    found = values(result)
    assert found["MRR@10"] == 1
    assert found["Hits@4"] == 1
    # The third question's gold answer stands nowhere.
    assert found["the first holds a gold answer, in-sample"] == pytest.approx(2 / 3)
    assert numbers(result)["the first holds a gold answer, in-sample"] == 3
    assert found["AUC of the confidence, in-sample"] == 1
    assert numbers(result)["AUC of the confidence, in-sample"] == 4
    assert "fitted on these very questions" in result.notes[0]
    assert told[-1] == ("measuring", 4, 4)


def test_a_limit_asks_fewer_questions_of_the_whole_collection(tmp_path: Path) -> None:
    result = run_benchmark("squad2", squad(tmp_path), limit=2, model=WordModel())
    assert numbers(result)["AUC of the confidence, in-sample"] == 2
    assert result.notes[0] == "a sample: at most 2 questions, pairs or pages"


def test_nyt_takes_the_date_from_the_address(tmp_path: Path) -> None:
    url = "https://www.nytimes.com/2015/01/04/world/normans.html"
    lines(tmp_path / "nyt" / "passages.jsonl", [{"id": "p", "url": url, "text": NORMANS}])
    asked = {"passage": "p", "question": "Where did the Normans come from?", "answers": ["Norway"]}
    lines(tmp_path / "nyt" / "questions.jsonl", [asked])
    found = values(run_benchmark("nyt", tmp_path, model=WordModel()))
    assert found == {
        "MRR@10": 1,
        "Hits@4": 1,
        "the first holds a gold answer": 1,
        "the first three hold a gold answer": 1,
    }


def test_clapnq_asks_each_question_of_all_passages(tmp_path: Path) -> None:
    rows = [
        ("1", "where did the normans come from", True, NORMANS),
        ("2", "what tariff does canada put on electric vehicles", True, TARIFFS),
        ("3", "who wrote the brothers karamazov", False, STEEL),
    ]
    lines(
        tmp_path / "clapnq" / "questions.jsonl",
        [
            {
                "id": name,
                "question": text,
                "answerable": yes,
                "passages": [{"title": "", "text": passage}],
            }
            for name, text, yes, passage in rows
        ],
    )
    result = run_benchmark("clapnq", tmp_path, model=WordModel())
    assert values(result)["MRR@10"] == 1
    assert numbers(result) == {"MRR@10": 2, "AUC of the confidence": 3, "balanced accuracy": 3}


def test_multihop_rag_counts_the_gold_facts_found(tmp_path: Path) -> None:
    facts = [
        {
            "fact": text,
            "title": f"Story {n}",
            "source": "The Paper",
            "author": "A. Writer",
            "published_at": "2023-10-31T02:30:32+00:00",
            "url": f"https://paper.example/{n}",
        }
        for n, text in enumerate((NORMANS, TARIFFS, STEEL))
    ]
    folder = tmp_path / "multihop_rag"
    folder.mkdir()
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    lines(
        folder / "queries.jsonl",
        [
            {"query": "Which tariff is on steel and on vehicles?", "evidence_list": facts[1:]},
            {"query": "Who painted the Sistine Chapel?", "evidence_list": []},
        ],
    )
    result = run_benchmark("multihop_rag", tmp_path, model=WordModel())
    assert values(result)["share of a query's gold facts in the top 10"] == 1
    assert values(result)["null queries refused"] == 1
    assert numbers(result)["answerable queries answered"] == 1


TIME_ALL = """*TEXT 017 01/04/63 PAGE 020

THE NORMANS CAME FROM NORWAY . THEY

WENT TO FRANCE .


*TEXT 563 12/27/63 PAGE 021

THE TARIFF ON STEEL IS HIGH .

*STOP
"""
TIME_QUE = "*FIND      1\n\n THE TARIFF ON\n\nSTEEL .\n\n*FIND      2\n\n NORMANS .\n"


def test_time_is_read_with_the_articles_counted_in_file_order() -> None:
    first, second = parse_articles(TIME_ALL.replace("*STOP\n", ""))
    assert (first.id, first.published) == ("1", "1963-01-04")
    assert first.text == "THE NORMANS CAME FROM NORWAY . THEY WENT TO FRANCE ."
    assert (second.id, second.published) == ("2", "1963-12-27")
    assert parse_queries(TIME_QUE) == {"1": "THE TARIFF ON STEEL .", "2": "NORMANS ."}
    assert parse_judgements("1  2 \n\n2  1   3\n") == {"1": {"2"}, "2": {"1", "3"}}


def test_time_ranks_articles_and_counts_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "time"
    folder.mkdir()
    (folder / "TIME.ALL").write_text(TIME_ALL, "utf-8")
    (folder / "TIME.REL").write_text("1  2\n\n2  1 3\n", "utf-8")
    (folder / "TIME.QUE").write_text(TIME_QUE + "\n*FIND      3\n\n CUBA .\n", "utf-8")
    result = run_benchmark("time", tmp_path, model=WordModel())
    found = values(result)
    assert result.notes[0] == "left out: 1 queries without a relevant article"
    # The second query has one more relevant article, which is not there.
    assert found["MAP"] == pytest.approx((1 + 1 / 2) / 2)
    assert found["nDCG@10"] == pytest.approx((1 + 1 / (1 + 1 / math.log2(3))) / 2)


def test_ramdocs_asks_each_question_of_its_own_documents(tmp_path: Path) -> None:
    lines(
        tmp_path / "ramdocs" / "questions.jsonl",
        [
            {
                "question": "What is the tariff on Chinese electric vehicles in Canada?",
                "documents": [{"text": TARIFFS}, {"text": NORMANS}],
                "gold_answers": ["100%"],
                "wrong_answers": [],
            },
            {
                "question": "What is the tariff on Chinese electric vehicles in Canada?",
                "documents": [{"text": TARIFFS.replace("100%", "25%")}],
                "gold_answers": ["100%"],
                "wrong_answers": ["25%"],
            },
        ],
    )
    result = run_benchmark("ramdocs", tmp_path, model=WordModel())
    found = values(result)
    assert found["all right answers present"] == 1 / 2
    assert found["all right answers present and no wrong one"] == 1 / 2
    assert found["a wrong answer present, where a document gives one (lower is better)"] == 1
    assert numbers(result)["reported, where documents differ"] == 1
    assert result.notes == ("0 of 2 questions not answered",)


def test_word_overlap_is_the_support_of_the_least_supported_sentence() -> None:
    document = f"{NORMANS} {TARIFFS} {STEEL}"
    assert word_overlap(document, "Canada put a tariff on vehicles.") == pytest.approx(1)
    assert word_overlap(document, f"{STEEL} Penguins dance.") == 0
    partly = word_overlap(document, "Canada put a tariff of 75% on vehicles.")
    assert 0 < partly < 1
    assert word_overlap(document, "") == 0


def test_summedits_chooses_each_threshold_on_the_other_domains(tmp_path: Path) -> None:
    pairs = [
        {"domain": domain, "document": TARIFFS, "summary": summary, "supported": supported}
        for domain in ("news", "samsum", "qmsumm")
        for summary, supported in ((TARIFFS, True), ("Penguins dance on ice.", False))
    ]
    # In this domain alone the labels are the wrong way round: it must not choose its threshold.
    pairs += [{**pair, "domain": "odd", "supported": not pair["supported"]} for pair in pairs[:2]]
    lines(tmp_path / "summedits" / "pairs.jsonl", pairs)
    result = run_benchmark("summedits", tmp_path, model=WordModel())
    found = values(result)
    assert found["balanced accuracy, news, by word overlap"] == 1
    assert found["balanced accuracy, odd, by word overlap"] == 0
    assert found["balanced accuracy, mean of the domains, by word overlap"] == 3 / 4
    assert result.metrics[0].name.split(", ")[1] == "news"
    assert found["balanced accuracy, news, by the verifier"] == 1
    assert result.notes == ("each domain's threshold is chosen on the four others",)


def test_shingles_are_compared_as_the_benchmark_does() -> None:
    # Shingles of "a b c d e": abcd, bcde. Of "b c d e f": bcde, cdef. Both: 1, of 3 in all.
    assert compare("a b c d e", "b c d e f") == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert compare("a, b! C", "a b C") == (1, 0, 0)
    assert compare("a b c", "a b C") == (0, 0.5, 0.5)
    assert compare("a b", "") == (0, 0, 1)
    assert compare("", "") == (0, 0, 0)


def extraction(folder: Path) -> Path:
    html = folder / "article_extraction" / "html"
    html.mkdir(parents=True)
    page = f"<html><body><article><p>{NORMANS}</p></article></body></html>"
    (html / "page.html.gz").write_bytes(gzip.compress(page.encode()))
    truth = {"page": {"articleBody": NORMANS, "url": ""}}
    (html.parent / "ground-truth.json").write_text(json.dumps(truth), "utf-8")
    return folder


def test_a_page_that_is_refused_counts_as_empty_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.files import Skipped

    def refuse(paths: Sequence[Path]) -> Iterator[Skipped]:
        yield Skipped(str(paths[0]), "no pages today", refused=True)

    monkeypatch.setattr("evals.benchmarks.article_extraction.load_articles", refuse)
    result = run_benchmark("article_extraction", extraction(tmp_path), model=WordModel())
    assert values(result) == {"F1 of shingles": 0, "precision": None, "recall": 0}
    assert result.notes == ("1 of 1 pages refused, which counts as empty text: no pages today",)


def test_the_text_of_a_loaded_page_is_compared_with_the_true_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.load import Loaded
    from index.store import Intake
    from index.types import Article

    def load(paths: Sequence[Path]) -> Iterator[Loaded]:
        place = str(paths[0])
        yield Loaded(Article(id="page", text=f"{NORMANS} Share this"), Intake(place), place)
        other = Article(id="page.2", text="Another story on the same page.")
        yield Loaded(other, Intake(f"{place}#2"), place)

    monkeypatch.setattr("evals.benchmarks.article_extraction.load_articles", load)
    found = values(run_benchmark("article_extraction", extraction(tmp_path), model=WordModel()))
    # Ten words are 7 shingles; two more words add 2.
    assert found["recall"] == 1
    assert found["precision"] == pytest.approx(7 / 9)
    assert found["F1 of shingles"] == pytest.approx(2 * (7 / 9) / (7 / 9 + 1))


def test_a_result_says_what_it_rests_on_and_follows_its_data(tmp_path: Path) -> None:
    squad(tmp_path)
    first = run_benchmark("squad2", tmp_path, model=WordModel())
    again = run_benchmark("squad2", tmp_path, model=WordModel())
    assert first.metrics == again.metrics
    assert first.fingerprint == again.fingerprint
    assert first.provenance.startswith("commit ")
    assert "Python 3" in first.provenance
    with (tmp_path / "squad2" / "questions.jsonl").open("a") as file:
        file.write("\n")
    (tmp_path / "squad2" / "passages.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(KeyError):
        run_benchmark("squad2", tmp_path, model=WordModel())
    plain = first.to_json()
    assert json.loads(json.dumps(plain))["task"].startswith("passage retrieval, ")


def a_result(name: str, value: float | None, beat: str = "") -> Result:
    metric = Metric("finding", "MRR@10", value, None if value is None else (0.5, 0.75), 1432, beat)
    return Result(name, (metric,), ("a note",), 12.3, "commit abc, 2 cores", "f" * 64)


def test_tables_replace_their_part_of_the_page_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("# Quality\n\nText.\n", "utf-8")
    write_tables([a_result("squad2", 0.6251), a_result("time", None, "BM25")], page)
    text = page.read_text("utf-8")
    assert text.startswith("# Quality\n\nText.\n\n<!-- benchmarks -->\n| task | data |")
    assert "| finding | squad2 | MRR@10 | 0.625 (0.500 to 0.750) | 1,432 | – |" in text
    assert "| finding | time | MRR@10 | – | 1,432 | BM25 |" in text
    assert "- **time**: 12 s; commit abc, 2 cores; data SHA-256 ffffffffffffffff. A note." in text
    page.write_text(text + "\nMore.\n", "utf-8")
    write_tables([a_result("squad2", 0.75)], page)
    after = page.read_text("utf-8")
    # The benchmark that was not run again keeps its row and its source.
    assert after == text.replace("0.625", "0.750") + "\nMore.\n"
    write_tables([a_result("squad2", 0.75)], page)
    assert page.read_text("utf-8") == after


def test_a_page_with_half_a_marker_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("<!-- benchmarks -->\nmine\n", "utf-8")
    with pytest.raises(BenchmarkError, match="without the other"):
        write_tables([a_result("squad2", 0.5)], page)
    assert page.read_text("utf-8") == "<!-- benchmarks -->\nmine\n"


def test_a_new_page_is_made(tmp_path: Path) -> None:
    page = tmp_path / "new.md"
    write_tables([a_result("squad2", 0.5)], page)
    assert page.read_text("utf-8").startswith("<!-- benchmarks -->\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["time"], "there is no TIME.ALL in"),
        (["all"], "there is no passages.jsonl in"),
        (["nothing"], "there is no benchmark 'nothing': choose of squad2, nyt"),
        (["squad2", "-n", "0"], "leaves nothing to measure"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_2(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--data", str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


def test_a_line_that_is_not_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "summedits").mkdir()
    (tmp_path / "summedits" / "pairs.jsonl").write_text("{}\n{oops\n", "utf-8")
    with pytest.raises(BenchmarkError, match=r"pairs\.jsonl:2 is not JSON"):
        run_benchmark("summedits", tmp_path, model=WordModel())


def test_the_command_prints_the_table_and_writes_page_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = [{"domain": "news", "document": STEEL, "summary": STEEL, "supported": True}]
    lines(tmp_path / "summedits" / "pairs.jsonl", pairs)
    page, file = tmp_path / "page.md", tmp_path / "results.json"
    arguments = ["summedits", "--data", str(tmp_path), "--write", str(page), "--json", str(file)]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("| task | data | metric |")
    assert "summedits: measuring" in captured.err
    assert captured.out.strip() in page.read_text("utf-8")
    assert json.loads(file.read_text("utf-8"))[0]["name"] == "summedits"


# near_duplicates makes its pairs of several sets, and has its own tests.
@pytest.mark.parametrize("name", [name for name in BENCHMARKS if BENCHMARKS[name].folder is None])
def test_a_few_real_questions_of_each_real_set_give_figures(name: str) -> None:
    # Words stand in for the model: what is tested is that the data are read as they are.
    if not (REAL / name).is_dir():
        pytest.skip(f"the third-party data are not beside this checkout (../shared/data/{name})")
    result = run_benchmark(name, REAL, limit=8, model=WordModel())
    assert 0 < max(metric.n for metric in result.metrics) <= 8
    assert all(0 <= (metric.value or 0) <= 1 for metric in result.metrics)
