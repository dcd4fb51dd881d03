"""The chat as a person meets it: real terminals and pipes, real answers from the seeds."""

import json
import logging
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from api.chat.answering import Answering
from api.chat.completion import MOST_OFFERED, ChatCompleter
from api.chat.flow import Flow
from api.chat.loop import Chat
from api.chat.passage import in_context, in_paragraph
from api.chat.screen import Screen
from api.chat.session import Session
from api.markdown import answer_markdown
from api.paragraph import MIN_WIDTH, READABLE_WIDTH, paragraph
from api.settings import Settings
from index.errors import NoCollectionError
from index.sqlite.database import DATABASE
from index.store import Listed
from index.types import Article, Span
from rag.pipeline import Pipeline
from rag.records.answers import AnswerRecords
from rag.types import Citation, DatedWords, Sentence
from tests.conftest import ROOT, Run
from tests.slow_chat import PAUSE, SLOW_QUESTION
from tests.terminal import ROWS, SECONDS, Terminal
from tests.test_model_command import ANSWER

TARIFF = "What tariff does Canada put on Chinese electric vehicles?"
LONG_SINCE = "How long since a Canadian leader last went to Beijing?"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FIRST_PROMPT_SECONDS = 5.0  # on a machine that runs other tests besides; alone it takes half of one


@pytest.fixture
def chat(seeds_data: Path, cache: Path, tmp_path: Path) -> Iterator[Terminal]:
    arguments = ["-m", "api", "chat", "--data", str(seeds_data)]
    terminal = Terminal(arguments, tmp_path, columns=100, DATELINE_CACHE=str(cache))
    yield terminal
    terminal.child.close(force=True)


def piped(seeds_data: Path, dateline_cache: Path, folder: Path, *lines: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "api", "chat", "--data", str(seeds_data)],
        input="\n".join(lines),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "DATELINE_CACHE": str(dateline_cache), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_a_conversation_of_ten_questions(seeds_data: Path, cache: Path, tmp_path: Path) -> None:
    script = str(ROOT / "tests" / "slow_chat.py")
    arguments = [script, "chat", "--data", str(seeds_data)]
    until = tmp_path / "until"
    environment = {"DATELINE_CACHE": str(cache), "SLOW_UNTIL": str(until)}
    chat = Terminal(arguments, tmp_path, columns=120, **environment)
    chat.wait_for("5 articles to 2026-01-15")

    assert_an_answer_can_be_stopped(chat, until)
    chat.turn("/new")

    first = chat.turn(TARIFF, "Evidence as of")
    assert "tariffs of 100% on Chinese electric vehicles" in first
    assert "[1] Clash Report" in first
    assert "understood as" not in first

    follow_up = chat.turn("And on steel?", "Evidence as of")
    assert "understood as: What tariff does Canada put on steel?" in follow_up

    chat.turn("Who is Michael Kovrig?", "Sources")
    when = chat.turn("When was he detained?", "Sources")
    assert "understood as: When was Michael Kovrig detained?" in when

    differing = chat.turn(LONG_SINCE, "Evidence as of")
    assert re.search(
        r"  Nearly a decade +National Post, 15 January 2026.*?\[1\]", differing, re.DOTALL
    )
    assert re.search(r"  eight years +Squeezed by US", differing)

    context = chat.turn("/source 1")
    assert "Nearly a decade has passed" in context
    assert "try to reset ties" in context

    assert "did you mean /sources?" in chat.turn("/sorces")

    assert_narrowing_is_heeded(chat)

    chat.resize(60)
    unanswered = chat.turn("Who baked the butter tarts?", "nearest passages")
    assert "do not answer" in unanswered
    # What does not fit a line goes on below the name, not below the number.
    nearest = re.search(r"\n1\. ([^·\n]+ · ).*\n    \S", unanswered)
    assert nearest is not None
    assert f"\n1. {nearest[1]}" in chat.turn("/source 1")
    body = unanswered.split("\n", 1)[1]
    assert max(len(line) for line in body.splitlines()) <= 60
    assert max(len(line) for line in body.splitlines()) > 45

    chat.turn("/save talk.json", "7 answers saved in talk.json")
    chat.turn("/save talk.md", "7 answers saved in talk.md")
    assert_saved(tmp_path)

    chat.child.send("half a line")
    chat.child.sendcontrol("c")
    assert "/save FILE" in chat.turn("/help")
    chat.child.sendcontrol("d")
    assert chat.ended() == 0


def assert_an_answer_can_be_stopped(chat: Terminal, until: Path) -> None:
    chat.child.send(f"{SLOW_QUESTION}\r")
    # The first sentence is there, and the second will not be for a while.
    chat.wait_for(r"\[1\]")
    chat.child.send("typed meanwhile")
    asked = time.monotonic()
    chat.child.sendcontrol("c")
    stopped = chat.wait_for("stopped; /retry asks again")
    assert time.monotonic() - asked < PAUSE / 2
    assert "Sources" not in stopped
    assert "typed meanwhile" not in stopped
    assert "nothing has been answered yet" in chat.turn("/source 1")
    until.touch()
    assert "Sources" in chat.turn("/retry", "Evidence as of")


def assert_narrowing_is_heeded(chat: Terminal) -> None:
    narrowed = chat.turn("/filter outlet=National Post after=2026-01")
    assert "1 of 5 articles are asked" in narrowed
    chat.wait_for("outlet=National Post · after=2026-01 · /help")
    again = chat.turn("/retry", "Evidence as of")
    assert "eight years" not in again
    assert "Nearly a decade" in again
    chat.turn("/filter off", "all 5 articles are asked")
    chat.turn("/as-of 2026-01-14", "2 of 5 articles are asked")
    earlier = chat.turn("When does Carney meet Xi Jinping?", "Sources")
    assert "15 January 2026" not in earlier
    chat.wait_for("2 of 5 articles to 2026-01-14 · as of 2026-01-14 · /help")
    chat.turn("/as-of off", "all 5 articles are asked")


def assert_saved(folder: Path) -> None:
    saved = json.loads((folder / "talk.json").read_text("utf-8"))["turns"]
    assert [turn["question"] for turn in saved][:2] == [TARIFF, "And on steel?"]
    assert saved[4]["filter"] == {"outlet": "National Post", "after": "2026-01"}
    assert saved[5]["as_of"] == "2026-01-14"
    assert saved[6]["answer"]["abstained"] is True
    page = (folder / "talk.md").read_text("utf-8")
    assert page.count("\n## ") + page.startswith("## ") == 7


def test_the_prompt_comes_before_the_collection_is_open(chat: Terminal) -> None:
    started = time.monotonic()
    chat.wait_for("›")
    assert time.monotonic() - started < FIRST_PROMPT_SECONDS
    chat.wait_for("5 articles")


def test_quoted_words_stand_out_in_their_paragraph(chat: Terminal) -> None:
    chat.wait_for("5 articles")
    chat.turn(LONG_SINCE, "Evidence as of")
    bold = "".join(
        chat.screen.buffer[row][column].data
        for row in range(ROWS)
        for column in range(chat.screen.columns)
        if chat.screen.buffer[row][column].bold
    )
    assert "Nearly a decade has passed since a prime minister of Canada was last" in bold
    assert "try to reset ties" not in bold


def test_what_was_typed_is_found_again_in_the_next_session(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    arguments = ["-m", "api", "chat", "--no-reader", "--data", str(seeds_data)]
    first = Terminal(arguments, tmp_path, columns=100, DATELINE_CACHE=str(cache))
    first.wait_for("5 articles")
    first.turn(TARIFF, "Evidence as of")
    first.child.sendcontrol("d")
    assert first.ended() == 0
    [history] = tmp_path.rglob("chat-history")
    assert history.stat().st_mode & 0o777 == 0o600
    second = Terminal(arguments, tmp_path, columns=100, DATELINE_CACHE=str(cache))
    second.wait_for("5 articles")
    second.child.sendcontrol("r")
    second.child.send("electric veh")
    second.wait_for(re.escape(TARIFF))
    second.child.send("\r")
    second.child.send("\r")
    second.wait_for("Evidence as of")
    second.child.close(force=True)


def test_a_line_can_be_continued_and_what_begins_it_completed(chat: Terminal) -> None:
    chat.wait_for("5 articles")
    chat.child.send("What tariff does Canada put\\\ron Chinese electric vehicles?\r")
    assert "100%" in chat.wait_for("Evidence as of")
    chat.settle()
    chat.child.send("/fil")
    chat.wait_for("ask only some articles")
    chat.child.send("\t")
    # Where there is nothing to choose from, what may follow is offered at once.
    chat.wait_for(r"› /filter\n +outlet=\n +author=")
    chat.child.send("outlet=Nat")
    chat.wait_for("  National Post")
    chat.child.send("\t")
    chat.wait_for("/filter outlet=National Post")
    chat.child.send("\r")
    chat.wait_for("1 of 5 articles are asked")
    chat.wait_for("1 of 5 articles to 2026-01-15 · outlet=National Post · /help")
    chat.child.send("/articles 00")
    chat.wait_for("001_f477f016607da686")


def test_piped_lines_are_turns_and_nothing_but_text_comes_out(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    shown = piped(
        seeds_data, cache, tmp_path, TARIFF, "And on steel?", "", "/nonsense", "/as-of yesterday"
    )
    assert CONTROL.search(shown) is None
    assert f"› {TARIFF}" in shown
    assert "understood as: What tariff does Canada put on steel?" in shown
    assert "there is no command /nonsense: /help lists the commands" in shown
    assert "write a date as 2026-01-31" in shown
    assert not (tmp_path / ".local" / "state").exists()


def test_what_is_explained_is_not_kept_as_one_more_answer(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(seeds_data, tmp_path / "data"))
    before = len(AnswerRecords(data).latest(1_000))
    shown = piped(data, cache, tmp_path, "Who is Michael Kovrig?", "/explain")
    assert "confidence" in shown.casefold()
    kept = AnswerRecords(data).latest(1_000)
    assert len(kept) == before + 1
    assert kept[0].question == "Who is Michael Kovrig?"


def test_commands_say_what_to_type_instead(seeds_data: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("keep me")
    shown = piped(
        seeds_data,
        cache,
        tmp_path,
        *("/source 1", "/retry", "/explain", "/save talk.md", "/filter color=red", "/filter x"),
        *("/filter outlet=Nowhere Gazette", "/filter off", "/as-of 2026-01-14", "/as-of off"),
        *(
            LONG_SINCE,
            "/source 9",
            "/save talk.txt",
            "/save mine.md",
            "/save no/such/talk.md",
            "/save",
        ),
        *(
            "/articles 000_e1418f3ff0518dd",
            "/articles x",
            "/model nonsense",
            "/model",
            "/new",
            "/sources",
        ),
        *("/quit", "Who is never asked?"),
    )
    for said in (
        "nothing has been answered yet: ask a question first",
        "nothing has been asked yet: ask a question first",
        "nothing is filtered by color",
        "type /filter outlet=Courier after=2026-01, or /filter off",
        "No article is like that: /filter off asks all. The outlets are Clash Report,",
        "as of 2026-01-14: 2 of 5 articles are asked",
        "type /source 1 to /source",
        "talk.txt has another suffix: name a file in .md or .json",
        "mine.md is there already: choose another name",
        "cannot be written: No such file or directory",
        "name a file: /save talk.md",
        "did you mean 000_e1418f3ff0518dd0?",
        "there is no article x: /articles lists those that are asked",
        "names no provider",
        "answers are the articles' own sentences",
        "a new conversation",
    ):
        assert said in shown, said
    assert (tmp_path / "mine.md").read_text() == "keep me"
    assert shown.rstrip().endswith("› /quit")


def test_without_a_collection_the_bundled_one_is_built_before_the_first_prompt(
    dateline: Run,
) -> None:
    done = dateline("chat", "--data", "new")
    assert done.returncode == 0
    assert "building the bundled articles" in done.stderr
    assert dateline("articles", "--data", "new").stdout.count("\n") == 5


def test_what_hinders_the_opening_is_said_once(dateline: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = dateline("chat", "--data", "file")
    assert done.returncode == 2
    assert done.stderr.count("nothing is indexed in file yet") == 1
    assert done.stderr.endswith("file is not a folder; choose another with --data\n")


def test_what_hinders_the_opening_is_readable_in_a_narrow_terminal(
    seeds_data: Path, cache: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(seeds_data, tmp_path / "data"))
    (data / DATABASE).write_bytes(b"no database" * 1_000)
    arguments = ["-m", "api", "chat", "--data", "data"]
    chat = Terminal(arguments, tmp_path, columns=40, DATELINE_CACHE=str(cache))
    # Its end is seen too, before anything is typed.
    shown = chat.wait_for(r"\n [^\n]*build it\n? *again")
    assert " the collection in data is damaged" in shown
    chat.child.close(force=True)


def test_while_it_is_opened_the_chat_says_what_takes_so_long(seeds_data: Path) -> None:
    preparing = "preparing the model"

    class Asked:
        """A prompt at which nobody types until it is said what is being waited for."""

        seen = True

        def read(self, shown: Callable[[], None]) -> str:
            shown()
            end = time.monotonic() + SECONDS
            while preparing not in talk.state() and time.monotonic() < end:
                time.sleep(0.01)
            states.append(talk.state())
            told.set()
            raise EOFError

        def refresh(self) -> None:
            pass

        def unechoed(self) -> AbstractContextManager[None]:
            return nullcontext()

    def opens(_settings: Settings) -> Pipeline:
        logging.getLogger("index").warning(preparing)
        told.wait(SECONDS)
        raise NoCollectionError("the collection has gone")

    told, states = threading.Event(), list[str]()
    settings = Settings(data=seeds_data)
    talk = Chat(Session(settings), opens, lambda *_: settings)
    talk.run(Asked())
    assert states == [f"{preparing} …"]
    assert talk.state() == "the collection has gone"


@pytest.mark.parametrize("width", [24, 60, 300])
def test_what_does_not_fit_a_line_goes_on_below_the_words_before_it(width: int) -> None:
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    words = "[1] " + "National Post 北京の関税 " * 12
    paragraph(console, Text(words), hang=4)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert " ".join(" ".join(lines).split()) == " ".join(words.split())
    assert lines[0].startswith("[1] National Post")
    hang = min(4, width - MIN_WIDTH)
    assert all(re.match(rf" {{{hang}}}\S", line) for line in lines[1:])
    # A line longer than that is hard to follow back.
    assert max(map(cell_len, lines)) <= min(width, READABLE_WIDTH)


def test_a_chat_imports_nothing_heavy_before_its_prompt() -> None:
    script = "import sys, api.cli, api.chat.loop, api.chat.completion; print([m for m in "
    script += "('numpy', 'faiss', 'onnxruntime', 'rich.console', 'torch') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("width", [20, 33, 60, 120])
def test_sentences_that_come_one_by_one_are_wrapped_as_if_they_had_come_at_once(width: int) -> None:
    sentences = [
        "北京の関税 is 100%. [1]",
        "An " + "extraordinarily" * 3 + " long word.",
        "e\u0301té. [2]",
    ]
    sentences += ["Nearly a decade has passed since a prime minister was last there. [1][2]"] * 2

    def console() -> Console:
        return Console(file=StringIO(), width=width, force_terminal=True, color_system=None)

    grown, whole = console(), console()
    flow = Flow(grown)
    for sentence in sentences:
        flow.add(Text(sentence))
    flow.end()
    paragraph(whole, Text(" ".join(sentences)))
    assert grown.file.getvalue() == whole.file.getvalue()  # type: ignore[attr-defined]


def test_a_long_paragraph_is_cropped_at_words_around_what_is_quoted() -> None:
    before, quote, after = "before " * 80, "These are the words.", " after" * 80
    text = f"First line.\n\n{before}{quote}{after}\n\nLast line."
    start = text.index(quote)
    span = Span(start, start + len(quote))
    [shown] = in_paragraph(text, [span])
    assert shown.plain.startswith("… before before")
    assert shown.plain.endswith("after after …")
    assert len(shown.plain) < 320
    styled = {shown.plain[part.start : part.end]: part.style for part in shown.spans}
    assert styled[quote] == "bold"
    context = [part.plain for part in in_context(text, [span], marks=True)]
    assert context[0] == "First line."
    assert f"»{quote}«" in context[1]
    assert context[2] == "Last line."


def test_what_is_asked_after_a_stop_waits_for_no_queue_of_old_events() -> None:
    class Endless:
        store = None

    taken: list[int] = []

    def ask(_pipeline: Pipeline) -> Iterator[int]:
        for n in range(1_000_000):
            taken.append(n)
            time.sleep(0.005)
            yield n

    answering = Answering(Endless, lambda _opened: None)  # type: ignore[arg-type]
    events = answering.stream(ask)
    assert next(events) == 0
    events.close()  # type: ignore[attr-defined]
    assert answering.call(lambda _pipeline: "at once") == "at once"
    stopped_at = len(taken)
    time.sleep(0.1)
    assert len(taken) == stopped_at


def test_what_goes_wrong_in_the_thread_is_raised_where_it_was_asked() -> None:
    def broken() -> Pipeline:
        raise OSError("no disk")

    told: list[object] = []
    answering = Answering(broken, told.append)
    with pytest.raises(OSError, match="no disk"):
        answering.call(lambda pipeline: pipeline)
    with pytest.raises(OSError, match="no disk"):
        list(answering.stream(lambda pipeline: iter([pipeline])))
    assert isinstance(told[0], OSError)


def test_relative_words_have_their_dates_in_the_chat_and_in_markdown() -> None:
    quote = "It closed on Friday."
    citation = Citation(1, "a", quote, 0, len(quote))
    words = DatedWords("on Friday", 10, 19, "2026-01-16", "day", "Friday 16 January 2026")
    sentences = [Sentence(quote, "supported", 1.0, None, (citation,), (words,))] * 2
    answer = replace(ANSWER, sentences=tuple(sentences))
    shown = Console(file=StringIO(), width=80)
    Screen(shown).sources(answer, lambda _article: None)
    for text in (shown.file.getvalue(), answer_markdown(answer)):  # type: ignore[attr-defined]
        assert text.count("“on Friday”: Friday 16 January 2026") == 1
        assert text.count(f"“{quote}”") == 1


def test_a_large_collection_is_not_offered_whole() -> None:
    articles = (Article(f"a{n}", "") for n in range(1_000))
    session = Session(Settings())
    session.articles = tuple(Listed(one, one.id, "", 1) for one in articles)
    offers = ChatCompleter(session)

    def offered(typed: str) -> list[str]:
        return [one.text for one in offers.get_completions(Document(typed), CompleteEvent())]

    assert len(offered("/articles a")) == MOST_OFFERED
    # What is typed whole is not offered once more.
    assert offered("/articles a99") == [f"a99{n}" for n in range(10)]
