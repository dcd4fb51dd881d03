"""Suites: read field by field as they were written, or refused with their place."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.eval_run_cli import GOLDEN
from evals.suite import load_suite, refuse_unknown_articles
from evals.suite_file import SuiteError
from evals.types import Case, Expectation, Suite
from tests.conftest import ROOT

EXAMPLE = """\
suite: name
corpus: seeds                          # the articles that the suite is about
cases:
  - id: ev-tariff                       # unique in the suite
    kind: fact
    question: What tariff does Canada put on Chinese electric vehicles?
    history: ["Earlier question", "And another?"]
    as_of: 2026-01-14
    expect:
      answer_all: [["100%", "100 percent"], [2018, 12:01]]
      answer_none: ["25%"]
      sources_any: [article-id, other-id]
      sources_all: [third-id]
      min_sources: 2
      disagreement: true
    tags: [tariffs]
  - id: no
    kind: unanswerable
    question: Who won?
    expect:
      disagreement: false
      abstain: true
  - id: bare
    question: 2026-01-14?
"""
LONG = "The old mill at Arden burned down on Friday night, police said."


def written(folder: Path, text: str, name: str = "suite.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def as_json(folder: Path, value: object, name: str = "goldens.json") -> Path:
    """Write a data set as the tools themselves export it, with `json.dump` and its defaults."""
    return written(folder, json.dumps(value, indent=4), name)


def as_jsonl(folder: Path, *cases: object) -> Path:
    return written(folder, "".join(json.dumps(case) + "\n" for case in cases), "suite.jsonl")


def as_texts(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings only
    return found


def refusal(path: Path) -> str:
    with pytest.raises(SuiteError) as caught:
        load_suite(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def only(path: Path) -> Case:
    (case,) = load_suite(path).cases
    return case


# ---- the format


def test_every_field_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    path = written(tmp_path, EXAMPLE)
    assert load_suite(path) == Suite(
        name="name",
        path=path,
        corpus=tmp_path / "seeds",
        cases=(
            Case(
                id="ev-tariff",
                kind="fact",
                question="What tariff does Canada put on Chinese electric vehicles?",
                history=("Earlier question", "And another?"),
                as_of="2026-01-14",
                expect=Expectation(
                    answer_all=(("100%", "100 percent"), ("2018", "12:01")),
                    answer_none=("25%",),
                    sources_any=("article-id", "other-id"),
                    sources_all=("third-id",),
                    min_sources=2,
                    disagreement=True,
                    abstain=False,
                ),
                tags=("tariffs",),
                where=f"{path}:4",
            ),
            Case(
                id="no",
                kind="unanswerable",
                question="Who won?",
                expect=Expectation(disagreement=False, abstain=True),
                where=f"{path}:17",
            ),
            Case(
                id="bare",
                kind="fact",
                question="2026-01-14?",
                expect=Expectation(),
                where=f"{path}:23",
            ),
        ),
    )


def test_jsonl_with_one_case_a_line_reads_the_same(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    from_yaml = load_suite(written(tmp_path, EXAMPLE)).cases
    plain = as_texts(EXAMPLE)["cases"]
    plain[0]["expect"] |= {"min_sources": 2, "disagreement": True}
    plain[0]["expect"]["answer_all"][1] = [2018, "12:01"]
    plain[1]["expect"] |= {"disagreement": False, "abstain": True}
    lines = [json.dumps(case) for case in plain]
    path = written(tmp_path, "\n\n".join(lines) + "\n", "from-jsonl.jsonl")
    suite = load_suite(path)
    assert (suite.name, suite.corpus) == ("from-jsonl", None)
    assert [case.where for case in suite.cases] == [f"{path}:{line}" for line in (1, 3, 5)]
    assert [_without_place(case) for case in suite.cases] == [_without_place(c) for c in from_yaml]


def _without_place(case: Case) -> tuple[object, ...]:
    fields = (case.id, case.kind, case.question, case.expect)
    return (*fields, case.history, case.as_of, case.tags)


@pytest.mark.parametrize(
    "scalar", ["2018", "12:01", "no", "true", "2026-01-14", "1.50", "1e3", "0x1F", "007", "1_000"]
)
def test_a_scalar_stays_the_text_that_was_written(tmp_path: Path, scalar: str) -> None:
    text = f"cases:\n- id: {scalar}\n  question: Who?\n  expect: {{answer_all: [[{scalar}]]}}\n"
    case = only(written(tmp_path, text))
    assert case.id == scalar
    assert case.expect.answer_all == ((scalar,),)


@pytest.mark.parametrize("number", ["1.50", "1e3", "12345678901234567890.25"])
def test_a_number_in_jsonl_stays_as_it_was_written(tmp_path: Path, number: str) -> None:
    line = f'{{"id": "a", "question": "Who?", "expect": {{"answer_all": [[{number}]]}}}}'
    assert only(written(tmp_path, line, "s.jsonl")).expect.answer_all == ((number,),)


def test_a_string_alone_is_a_group_of_one(tmp_path: Path) -> None:
    text = "cases:\n- id: a\n  question: Who?\n  expect: {answer_all: [Bob, [Ann, Anna]]}\n"
    assert only(written(tmp_path, text)).expect.answer_all == (("Bob",), ("Ann", "Anna"))


def test_a_yaml_list_alone_is_a_suite_named_by_its_file(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path, "- id: a\n  question: Who?\n", "mine.yaml"))
    assert suite.name == "mine"
    assert suite.cases[0].where.endswith("mine.yaml:1")


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_bytes("\ufeffsuite: s\r\ncases:\r\n- id: a\r\n  question: Wer?\r\n".encode())
    assert load_suite(path).name == "s"
    path = tmp_path / "s.jsonl"
    path.write_bytes('\ufeff{"id": "a", "question": "Wer?"}\r\n'.encode())
    assert only(path).question == "Wer?"


def test_a_line_separator_within_a_jsonl_string_ends_no_line(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "question": "Who\u2028came?"}, ensure_ascii=False)
    assert only(written(tmp_path, line + "\n", "s.jsonl")).question == "Who\u2028came?"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bundled_suite_loads_wherever_the_command_is_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_suite(path).cases


# ---- refusals

CASE = "cases:\n- id: a\n  question: Who?\n"
REFUSED = [
    ("unknown field", f"{CASE}  expcet: {{}}\n", "4:11", ["expcet", "'expect'"]),
    ("unknown expectation", f"{CASE}  expect:\n    answer_al: [[x]]\n", "5:16", ["'answer_all'"]),
    ("unknown suite field", f"suit: x\n{CASE}", "1:7", ["suit", "'suite'"]),
    ("no id", "cases:\n- question: Who?\n", "2:3", ["`id`"]),
    ("empty id", "cases:\n- id: ''\n  question: Who?\n", "2:3", ["`id`"]),
    ("no question", "cases:\n- kind: fact\n  id: a\n", "2:3", ["`question`"]),
    ("question a list", "cases:\n- id: a\n  question: [Who]\n", "3:13", ["question"]),
    ("unaskable", "cases:\n- id: a\n  question: '???'\n", "3:13", ["question", "empty"]),
    ("too long", f"cases:\n- id: a\n  question: {'x' * 20000}\n", "3:13", ["question", "long"]),
    ("empty group", f"{CASE}  expect: {{answer_all: [[]]}}\n", "4:25", ["answer_all"]),
    ("empty string", f"{CASE}  expect: {{answer_all: [['']]}}\n", "4:26", ["answer_all"]),
    ("group no list", f"{CASE}  expect: {{answer_all: Bob}}\n", "4:24", ["answer_all", "list"]),
    ("group of maps", f"{CASE}  expect: {{answer_all: [[{{a: b}}]]}}\n", "4:26", ["answer_all"]),
    ("none a text", f"{CASE}  expect: {{answer_none: Bob}}\n", "4:25", ["answer_none", "list"]),
    ("sources a text", f"{CASE}  expect: {{sources_any: id}}\n", "4:25", ["sources_any"]),
    ("history a text", f"{CASE}  history: Before?\n", "4:12", ["history", "list"]),
    ("tags a text", f"{CASE}  tags: tariffs\n", "4:9", ["tags", "list"]),
    ("expect a list", f"{CASE}  expect: [Bob]\n", "4:11", ["expect", "mapping"]),
    ("min negative", f"{CASE}  expect: {{min_sources: -1}}\n", "4:25", ["min_sources", "'-1'"]),
    ("min in words", f"{CASE}  expect: {{min_sources: two}}\n", "4:25", ["min_sources", "'two'"]),
    ("abstain maybe", f"{CASE}  expect: {{abstain: maybe}}\n", "4:21", ["abstain", "'maybe'"]),
    ("disagreement 1", f"{CASE}  expect: {{disagreement: 1}}\n", "4:26", ["disagreement", "'1'"]),
    ("as_of a time", f"{CASE}  as_of: 2026-01-14T10:00\n", "4:10", ["as_of", "2026-01-31"]),
    ("as_of no day", f"{CASE}  as_of: 2026-02-30\n", "4:10", ["as_of", "'2026-02-30'"]),
    ("as_of compact", f"{CASE}  as_of: 20260114\n", "4:10", ["as_of", "'20260114'"]),
    *(
        (
            f"abstain and {name}",
            f"{CASE}  expect:\n    abstain: true\n    {field}\n",
            "5:5",
            ["abst"],
        )
        for name, field in (
            ("answer", "answer_all: [[x]]"),
            ("sources", "sources_any: [x]"),
            ("all sources", "sources_all: [x]"),
            ("number", "min_sources: 1"),
        )
    ),
    ("case a text", "cases:\n- Who?\n", "2:3", ["mapping"]),
    ("no cases", "suite: s\n", "1:1", ["cases"]),
    ("empty cases", "suite: s\ncases: []\n", "1:1", ["no cases"]),
    ("cases a mapping", "suite: s\ncases: {a: b}\n", "1:1", ["cases"]),
    ("empty file", "", "1:1", ["empty"]),
    ("only comments", "# nothing\n", "1:1", ["empty"]),
    ("a text", "hello\n", "1:1", ["mapping"]),
    ("open bracket", "suite: s\ncases: [\n", "3:1", ["not valid YAML"]),
    ("a tab", "cases:\n\t- id: a\n", "2:1", ["not valid YAML", "\\t"]),
    ("a stray key", "suite: s\n cases: x\n", "2:7", ["not valid YAML"]),
    ("a doubled key", f"{CASE}  question: What?\n", "4:3", ["question"]),
]


@pytest.mark.parametrize(
    ("text", "place", "words"), [pytest.param(*rest, id=name) for name, *rest in REFUSED]
)
def test_what_is_malformed_is_refused_with_line_column_and_field(
    tmp_path: Path, text: str, place: str, words: Sequence[str]
) -> None:
    path = written(tmp_path, text)
    message = refusal(path)
    assert message.startswith(f"{path}:{place}: ")
    for word in words:
        assert word in message.removeprefix(f"{path}")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('{"id": }', "3:8"),
        ('{"id": "b"', "3:11"),
        ("5", "3:1"),
        ('{"id": "b", "question": true}', "3:1"),
        ('{"id": "b", "question": "Who?", "expect": {"answer_all": [[]]}}', "3:1"),
        ('{"id": "b", "question": "Who?", "expect": {"min_sources": 1.5}}', "3:1"),
        ('{"id": "a", "question": "Who?"}', "3"),
        pytest.param("[" * 100_000, "3:1", id="nested too deep"),
    ],
)
def test_a_malformed_line_of_jsonl_is_named(tmp_path: Path, line: str, place: str) -> None:
    path = written(tmp_path, '{"id": "a", "question": "Who?"}\n\n' + line + "\n", "s.jsonl")
    assert refusal(path).startswith(f"{path}:{place}: ")


def test_invalid_json_is_placed_once_and_in_its_own_line(tmp_path: Path) -> None:
    path = written(tmp_path, '{"id": "a", "question": "Who?"}\n{"id": }\n', "s.jsonl")
    assert "line 1" not in refusal(path)


def test_a_character_that_yaml_forbids_is_placed(tmp_path: Path) -> None:
    path = written(tmp_path, "suite: s\ncases:\n- id: a\n  question: W\x00o?\n")
    assert refusal(path).startswith(f"{path}:4:14: ")


def test_a_doubled_id_is_refused_with_both_places(tmp_path: Path) -> None:
    path = written(tmp_path, f"{CASE}- id: b\n  question: What?\n- id: a\n  question: Why?\n")
    message = refusal(path)
    assert message.startswith(f"{path}:6: ")
    assert f"{path}:2" in message
    assert "'a'" in message


@pytest.mark.parametrize("name", ["missing.yaml", "folder", "latin.yaml"])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"suite: caf\xe9\n")
    assert refusal(tmp_path / name).startswith(f"{tmp_path / name}")


# ---- corpus and article ids


def test_a_corpus_stands_beside_the_suite_before_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here / "both", there / "both", here / "one"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    beside = load_suite(written(there, f"corpus: both\n{CASE}")).corpus
    assert beside == there / "both"
    working = load_suite(written(there, f"corpus: one\n{CASE}")).corpus
    assert working is not None
    assert working.resolve() == (here / "one").resolve()


@pytest.mark.parametrize("corpus", ["nowhere", "suite.yaml"])
def test_a_corpus_that_is_no_folder_is_a_problem_only_where_it_is_asked(
    tmp_path: Path, corpus: str
) -> None:
    path = written(tmp_path, f"suite: s\ncorpus: {corpus}\n{CASE}")
    suite = load_suite(path)
    assert suite.corpus is None
    assert suite.corpus_problem is not None
    assert suite.corpus_problem.startswith(f"{path}:2:9: corpus is {corpus!r}")
    assert "--data" in suite.corpus_problem


def test_what_machines_write_expects_nothing_where_it_is_empty(tmp_path: Path) -> None:
    expect = '{"answer_all": [], "answer_none": [], "sources_any": [], "abstain": false}'
    line = f'{{"id": "a", "question": "Why?", "history": [], "tags": [], "expect": {expect}}}'
    path = tmp_path / "suite.jsonl"
    path.write_text(line + "\n", "utf-8")
    [case] = load_suite(path).cases
    assert case.expect == Expectation()
    assert case.history == case.tags == ()


@pytest.mark.parametrize(
    ("written_as", "means"),
    [("yes", True), ("on", True), ("True", True), ("no", False), ("off", False), ("false", False)],
)
def test_every_yaml_way_to_say_true_or_false_is_understood(
    tmp_path: Path, written_as: str, *, means: bool
) -> None:
    path = written(tmp_path, f"{CASE}  expect: {{abstain: {written_as}}}\n")
    assert load_suite(path).cases[0].expect.abstain is means


def test_yaml_merges_and_nulls_are_understood(tmp_path: Path) -> None:
    text = (
        "cases:\n- &base\n  id: a\n  question: Why?\n  kind: 'null'\n  as_of: null\n"
        "- <<: *base\n  id: b\n  expect:\n  tags: ~\n"
    )
    first, second = load_suite(written(tmp_path, text)).cases
    assert (first.kind, first.as_of) == ("null", None)
    assert (second.id, second.question, second.kind, second.tags) == ("b", "Why?", "null", ())


@pytest.mark.parametrize("field", ["sources_any", "sources_all"])
def test_an_unknown_article_is_refused_with_the_nearest(tmp_path: Path, field: str) -> None:
    path = written(tmp_path, f"{CASE}  expect: {{{field}: [mill-fire, bridge, mill-fir]}}\n")
    with pytest.raises(SuiteError) as caught:
        refuse_unknown_articles(load_suite(path), ["mill-fire", "bridge"])
    message = str(caught.value)
    assert message.startswith(f"{path}:2: ")
    assert "'a'" in message
    assert "'mill-fir'" in message
    assert "did you mean 'mill-fire'?" in message


@pytest.mark.parametrize(
    ("expected", "held", "known"),
    [
        ("page", "page", True),
        ("page", "page.2", True),
        ("page", "page.13", True),
        ("page.2", "page.2", True),
        ("v1.5", "v1.5.2", True),
        ("page.2", "page", False),
        ("page", "page.two", False),
        ("page", "page.", False),
        ("page", "pages.2", False),
        ("page", "page.2.3", False),
    ],
)
def test_an_id_stands_for_the_parts_split_from_its_file(
    tmp_path: Path, expected: str, held: str, *, known: bool
) -> None:
    suite = load_suite(written(tmp_path, f"{CASE}  expect: {{sources_any: [{expected}]}}\n"))
    if known:
        refuse_unknown_articles(suite, [held])
    else:
        with pytest.raises(SuiteError):
            refuse_unknown_articles(suite, [held])


# ---- data sets of other tools


def test_a_ragas_data_set_loads(tmp_path: Path) -> None:
    cases = load_suite(
        as_jsonl(
            tmp_path,
            {
                "user_input": "Where is the mill?",
                "retrieved_contexts": ["The mill at Arden burned down."],
                "response": "It is at Nowhere.",
                "reference": "Arden",
            },
            {
                "user_input": "What happened?",
                "retrieved_contexts": [],
                "reference_contexts": ["c"],
                "response": "No idea.",
                "reference": LONG,
                "rubrics": {"score1": "wrong"},
            },
        )
    ).cases
    assert [case.question for case in cases] == ["Where is the mill?", "What happened?"]
    assert [case.id for case in cases] == ["case-1", "case-2"]
    assert cases[0].expect == Expectation(answer_all=(("Arden",),))
    assert cases[1].expect == Expectation(reference=LONG)


def test_an_older_ragas_data_set_loads_by_its_ground_truth(tmp_path: Path) -> None:
    made = {"contexts": ["c"], "answer": "Nowhere"}
    cases = load_suite(
        as_jsonl(
            tmp_path,
            {"question": "Where?", **made, "ground_truth": "Arden"},
            {"question": "Who?", **made, "ground_truths": ["Bob", "Bob Marsh"]},
            {"question": "What?", **made, "ground_truth": LONG},
        )
    ).cases
    assert [case.expect for case in cases] == [
        Expectation(answer_all=(("Arden",),)),
        Expectation(answer_all=(("Bob", "Bob Marsh"),)),
        Expectation(reference=LONG),
    ]


def test_a_recorded_response_is_not_taken_for_the_expected_answer(tmp_path: Path) -> None:
    # Older ragas: `answer` is what the tested system said; there need be no ground truth.
    case = only(as_jsonl(tmp_path, {"question": "Where?", "contexts": ["c"], "answer": "Nowhere"}))
    assert case.expect == Expectation()


def test_the_question_of_a_recorded_chat_is_its_last_user_turn(tmp_path: Path) -> None:
    ragas = {
        "user_input": [
            {"content": "Hello", "type": "human"},
            {"content": "Hi, how can I help?", "type": "ai"},
            {"content": "Where is the mill?", "type": "human"},
            {"content": "Let me look.", "type": "ai", "tool_calls": [{"name": "s", "args": {}}]},
            {"content": "mill: Arden", "type": "tool"},
            {"content": "At Arden.", "type": "ai"},
        ],
        "reference": "Arden",
    }
    inspect = {
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Where is the mill?"},
            {"role": "assistant", "content": "Let me think."},
        ],
        "target": "Arden",
    }
    cases = load_suite(as_jsonl(tmp_path, ragas, inspect)).cases
    assert [case.question for case in cases] == ["Where is the mill?"] * 2


def test_deepeval_goldens_load(tmp_path: Path) -> None:
    path = as_json(
        tmp_path,
        [
            {"input": "Where is the mill?", "expected_output": "Arden", "context": ["It is."]},
            {"input": "What happened?", "expected_output": LONG, "context": ["c"]},
        ],
    )
    cases = load_suite(path).cases
    assert [case.question for case in cases] == ["Where is the mill?", "What happened?"]
    assert [case.expect for case in cases] == [
        Expectation(answer_all=(("Arden",),)),
        Expectation(reference=LONG),
    ]


def test_what_is_null_in_exported_json_is_absent(tmp_path: Path) -> None:
    # deepeval's `save_as` writes every field of a golden, unset ones as null.
    unset = dict.fromkeys(
        ["actual_output", "retrieval_context", "name", "comments", "source_file", "context"]
    )
    path = as_json(tmp_path, [{"input": "Where is the mill?", "expected_output": None, **unset}])
    case = only(path)
    assert case.id == "case-1"
    assert case.expect == Expectation()


def test_escaped_characters_in_exported_json_are_read(tmp_path: Path) -> None:
    path = as_json(tmp_path, [{"input": "Who likes 🍁 in Québec?", "expected_output": "Zoë 😀"}])
    assert "\\ud83c" in path.read_text("utf-8")
    case = only(path)
    assert case.question == "Who likes 🍁 in Québec?"
    assert case.expect.answer_all == (("Zoë 😀",),)


PROMPTFOO = """\
description: Mill questions
prompts: [file://prompt.txt]
providers:
  - openai:gpt-5-mini
defaultTest:
  options: {provider: openai:gpt-5-mini}
tests:
  - description: where
    vars:
      question: Where is the mill?
    assert:
      - type: contains
        value: Arden
      - type: icontains
        value: FRIDAY
        weight: 2
      - type: contains-any
        value: [mill, works]
      - type: icontains-any
        value: [fire, blaze]
      - type: contains-all
        value: [two, hurt]
      - type: icontains-all
        value: [Bob]
      - type: not-contains
        value: Nowhere
      - type: not-icontains
        value: nobody
  - vars:
      language: English
      input: Who lit the stove?
    assert:
      - type: llm-rubric
        value: names the man who lit the stove and says what became of him
      - type: javascript
        value: output.length < 200
      - type: latency
        threshold: 500
  - vars:
      topic: What of the mill?
"""


def test_a_promptfoo_config_loads(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path, PROMPTFOO, "promptfooconfig.yaml"))
    assert suite.name == "Mill questions"
    assert [case.question for case in suite.cases] == [
        "Where is the mill?",
        "Who lit the stove?",
        "What of the mill?",
    ]
    assert [case.id for case in suite.cases] == ["case-1", "case-2", "case-3"]
    assert [case.where.rpartition(":")[2] for case in suite.cases] == ["8", "29", "39"]
    assert [case.expect for case in suite.cases] == [
        Expectation(
            answer_all=(
                *(("Arden",), ("FRIDAY",), ("mill", "works"), ("fire", "blaze")),
                *(("two",), ("hurt",), ("Bob",)),
            ),
            answer_none=("Nowhere", "nobody"),
        ),
        Expectation(reference="names the man who lit the stove and says what became of him"),
        Expectation(),
    ]


def promptfoo(folder: Path, check: object, **variables: str) -> Path:
    test = {"vars": {"question": "Where is the mill?", **variables}, "assert": [check]}
    return written(folder, yaml.safe_dump({"tests": [test]}), "promptfooconfig.yaml")


def test_a_promptfoo_value_may_name_a_variable(tmp_path: Path) -> None:
    path = promptfoo(tmp_path, {"type": "contains", "value": "{{place}}"}, place="Arden")
    assert only(path).expect.answer_all == (("Arden",),)


@pytest.mark.parametrize("kind", ["not-contains-any", "not-icontains-any"])
def test_a_negated_promptfoo_list_is_kept(tmp_path: Path, kind: str) -> None:
    path = promptfoo(tmp_path, {"type": kind, "value": ["Nowhere", "Elsewhere"]})
    assert only(path).expect.answer_none == ("Nowhere", "Elsewhere")


@pytest.mark.parametrize(
    "test",
    [
        {"assert": "contains Arden"},
        {"assert": ["Arden"]},
        {"assert": [{"type": ["contains"], "value": "Arden"}]},
        {"assert": [{"type": "contains"}]},
        {"metadata": "fact"},
        {"vars": "Where?"},
    ],
    ids=str,
)
def test_a_malformed_promptfoo_test_is_refused_with_its_place(
    tmp_path: Path, test: dict[str, Any]
) -> None:
    config = {"tests": [{"vars": {"question": "Where is the mill?"}, **test}]}
    path = written(tmp_path, yaml.safe_dump(config))
    assert refusal(path).startswith(f"{path}:2:")


def test_an_inspect_data_set_loads(tmp_path: Path) -> None:
    chat = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "And where is the mill?"},
    ]
    cases = load_suite(
        as_jsonl(
            tmp_path,
            {"input": "Where?", "target": "Arden", "id": 7, "metadata": {"kind": "multi"}},
            {"input": chat, "target": ["Arden", "at Arden"], "id": "chat", "metadata": {"x": 1}},
            {"input": "What happened?", "target": LONG, "choices": None},
        )
    ).cases
    assert [(case.id, case.kind, case.question) for case in cases] == [
        ("7", "multi", "Where?"),
        ("chat", "fact", "And where is the mill?"),
        ("case-3", "fact", "What happened?"),
    ]
    assert [case.expect for case in cases] == [
        Expectation(answer_all=(("Arden",),)),
        Expectation(answer_all=(("Arden", "at Arden"),)),
        Expectation(reference=LONG),
    ]


def test_eight_words_are_short_and_nine_are_long(tmp_path: Path) -> None:
    eight, nine = " ".join("abcdefgh"), " ".join("abcdefghi")
    cases = load_suite(
        as_jsonl(
            tmp_path,
            {"input": "Who?", "target": eight},
            {"input": "Who?", "target": nine},
            {"input": "Who?", "target": [eight, nine]},
        )
    ).cases
    assert cases[0].expect == Expectation(answer_all=((eight,),))
    assert cases[1].expect == Expectation(reference=nine)
    assert not cases[2].expect.answer_all  # any of several answers may come in other words


# ---- golden cases are never taken for foreign ones


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_golden_case_is_never_taken_for_a_foreign_one(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    raw = as_texts(path.read_text("utf-8"))["cases"]
    read = load_suite(path).cases
    assert [(case.id, case.question, case.kind) for case in read] == [
        (case["id"], case["question"], case["kind"]) for case in raw
    ]
    for case, one in zip(read, raw, strict=True):
        groups = one["expect"].get("answer_all", [])
        assert case.expect.answer_all == tuple(map(tuple, groups)), case.id
        assert case.expect.abstain == (one["expect"].get("abstain") == "true"), case.id
        assert case.as_of == one.get("as_of"), case.id
        assert list(case.history) == one.get("history", []), case.id
        assert case.expect.reference is None, case.id


def test_a_golden_case_beside_foreign_ones_stays_as_it_is(tmp_path: Path) -> None:
    golden = {
        "id": "g",
        "question": "Where?",
        "as_of": "2026-01-14",
        "expect": {"answer_all": [["Arden"]], "min_sources": 1},
    }
    cases = load_suite(as_jsonl(tmp_path, golden, {"input": "Who?", "target": "Bob"})).cases
    assert cases[0].as_of == "2026-01-14"
    assert cases[0].expect == Expectation(answer_all=(("Arden",),), min_sources=1)


@pytest.mark.parametrize("field", ["answer", "reference", "expected", "target"])
def test_a_field_of_another_tool_in_a_golden_case_is_refused(tmp_path: Path, field: str) -> None:
    path = written(tmp_path, f"{CASE}  expect: {{abstain: true}}\n  {field}: Bob\n")
    assert f"{field} is not a field here" in refusal(path)


def test_a_misspelt_expect_is_no_expected_answer(tmp_path: Path) -> None:
    path = written(tmp_path, f"{CASE}  expected:\n    answer_all: [[Bob]]\n")
    message = refusal(path)
    assert message.startswith(f"{path}:5:5: ")
    assert "expected" in message


@pytest.mark.parametrize("alias", ["input", "user_input", "query", "prompt"])
def test_another_name_for_the_question_loses_no_golden_field(tmp_path: Path, alias: str) -> None:
    text = f"""\
cases:
- id: a
  {alias}: Who lit it?
  history: ["What burned?"]
  as_of: 2026-01-14
  expect: {{answer_all: [[Bob]]}}
"""
    case = only(written(tmp_path, text))
    assert case.question == "Who lit it?"
    assert case.expect == Expectation(answer_all=(("Bob",),))
    assert case.history == ("What burned?",)
    assert case.as_of == "2026-01-14"
