"""`dateline ask --model`: settings, and what is said of a model beside an answer."""

import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from api.opening import open_model, open_writer
from api.render import show_answer
from api.settings import Settings, SettingsError
from evals.obeying_model import LINE
from rag.errors import ModelCallError
from rag.types import Answer, Citation, Sentence, Source
from tests.conftest import Run
from tests.model_server import Handler, serving

QUESTION = "What tariff does Canada put on Chinese electric vehicles?"
CITED = Citation(1, "a", "The rate is 25%.", 0, 16)
ANSWER = Answer(
    id="1",
    question="What is the rate?",
    standalone_question="What is the rate?",
    abstained=False,
    reason=None,
    text="The rate is 25%. [1]",
    sentences=(
        Sentence("The rate is 25%.", "supported", 1.0, None, (CITED,)),
        Sentence("It was 52%.", "contradicted", 0.0, "the source says 25%", (CITED,)),
    ),
    sources=(Source(1, "a", "Rates", "The Post", None, "2026-01-14", None, "a"),),
    disagreements=(),
    as_of=None,
    nearest=(),
    retrieved=(),
    confidence=0.9,
    unanswered=(),
    answerer="model",
    model="openai/gpt-5-mini",
    usage={"calls": 2, "prompt_tokens": 900, "completion_tokens": 100, "cost_usd": 0.0123},
    timings_ms={},
)


def rendered(answer: Answer) -> str:
    out = io.StringIO()
    show_answer(Console(file=out, width=300), answer)
    return out.getvalue()


def test_the_model_its_tokens_and_its_cost_are_shown_and_flagged_sentences_are_marked() -> None:
    shown = rendered(ANSWER)
    assert "Model openai/gpt-5-mini · 1,000 tokens · $0.0123" in shown
    assert "It was 52%. [1] (contradicted: the source says 25%)" in shown
    assert shown.count("“The rate is 25%.”") == 1
    assert "cost unknown" in rendered(replace(ANSWER, usage={"cost_usd": None}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"answerer": "extractive"}, "Quoted from the articles instead: it failed"),
        ({}, "Completed from the articles' own words: it failed"),
        ({"abstained": True, "sentences": ()}, "Nothing is answered: it failed"),
    ],
)
def test_it_is_said_that_the_extractive_answerer_stepped_in(
    change: dict[str, object], said: str
) -> None:
    assert said in rendered(replace(ANSWER, stepped_in="it failed", **change))  # type: ignore[arg-type]


def test_without_a_model_nothing_is_said_of_one() -> None:
    assert "Model" not in rendered(replace(ANSWER, model=None, usage=None))
    assert open_writer(Settings.from_environment({})) is None


def test_settings_come_from_the_environment_and_flags_are_stronger() -> None:
    environment = {
        "DATELINE_MODEL": "openai/a",
        "DATELINE_UNSUPPORTED": "flag",
        "DATELINE_MODEL_REACH": "0.4",
        "DATELINE_MODEL_PASSAGES": "3",
    }
    settings = Settings.from_environment(environment)
    assert (settings.model, settings.unsupported) == ("openai/a", "flag")
    assert (settings.model_reach, settings.model_passages) == (0.4, 3)
    flags = Settings.from_environment(environment, model="ollama/b", unsupported="drop")
    assert (flags.model, flags.unsupported) == ("ollama/b", "drop")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATELINE_UNSUPPORTED", "keep"),
        ("DATELINE_MODEL_REACH", "0.7"),
        ("DATELINE_MODEL_REACH", "nan"),
        ("DATELINE_MODEL_PASSAGES", "2.5"),
        ("DATELINE_MODEL_TRIES", "0"),
    ],
)
def test_a_value_that_cannot_be_is_one_line_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}': write"):
        Settings.from_environment({name: value})


def test_a_model_that_cannot_be_called_at_all_is_said_before_anything_is_asked() -> None:
    with pytest.raises(ModelCallError, match="names no provider"):
        open_model(Settings.from_environment({}, model="nonsense"))


def test_a_question_is_answered_by_the_model_of_the_settings(
    seeds_data: Path, tmp_path: Path, dateline: Run
) -> None:
    data = shutil.copytree(seeds_data, tmp_path / "data")

    def answers(handler: Handler) -> None:
        lines = LINE.findall(handler.server.requests[-1]["messages"][3]["content"])
        text, name = next(line for line in lines if "Chinese electric vehicles" in line[0])
        handler.begins()
        handler.sends_piece(f"{text} [{name}] ")
        handler.sends_piece(f"Canada will leave the WTO. [{name}]")
        handler.sends_end()

    with serving(answers) as server:
        settings = {
            "DATELINE_MODEL_URL": server.url,
            "DATELINE_MODEL_KEY": "sk-canary-0123456789abcdef",
        }
        asked = ("ask", QUESTION, "--data", data, "--no-reader", "--json")
        flags = ("--model", "small", "--unsupported", "flag")
        done = dateline(*asked, *flags, **settings)
        sent, calls = server.authorisations, len(server.requests)
        answer = json.loads(done.stdout)
        # By the same model, which is not called again for what it wrote then.
        settings["DATELINE_UNSUPPORTED"] = "flag"
        replayed = dateline("replay", answer["id"], "--data", data, "--json", **settings)
        assert len(server.requests) == calls == 2
        dateline(*asked, *flags, "--no-cache", **settings)
        assert len(server.requests) == 2 * calls
    assert (done.returncode, done.stderr) == (0, "")
    assert (answer["answerer"], answer["model"]) == ("model", "openai/small")
    verdicts = [sentence["verdict"] for sentence in answer["sentences"]]
    assert verdicts[0] == "supported"
    assert verdicts[1] != "supported"
    assert answer["usage"]["prompt_tokens"] == 240
    assert set(sent) == {"Bearer sk-canary-0123456789abcdef"}
    assert "sk-canary" not in done.stdout
    assert replayed.returncode == 0, replayed.stderr
    now = json.loads(replayed.stdout)["now"]
    assert now["unchanged"]
    again = now["again"]["answer"]
    assert (again["text"], again["model"]) == (answer["text"], answer["model"])
    assert again["usage"] == {**again["usage"], "calls": 2, "cached": 2, "cost_usd": 0.0}
    assert "sk-canary" not in replayed.stdout
