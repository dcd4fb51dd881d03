"""The command line of evaluation: `dateline eval`, and `eval diff`, `benchmark`, `new`, `add`.

Exit codes of a run: 0 every gate passed, 1 a gate failed, 2 it could not run (a bad suite, an
outage, a missing key). Holds no logic of evaluating.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from api.options import NoReader
from api.settings import SEEDS, Settings
from api.streams import note, print_json, reported, result_console, step_progress

if TYPE_CHECKING:
    from evals.gates import GateFailure
    from evals.plan import Plan
    from index.embedding import LocalModel

GOLDEN = Path(__file__).resolve().parent.parent / "evals" / "golden"
DEFAULT_GATED = "passed"
DEFAULT_GATE = "passed=1"


class _RunByDefault(TyperGroup):
    """Reads `dateline eval SUITE` as `dateline eval run SUITE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own
        """Put the default command first where none is named."""
        if not args and ctx.resilient_parsing:
            # A shell completes the word that would name one.
            return super().parse_args(ctx, args)
        if not args or args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


eval_app = typer.Typer(
    cls=_RunByDefault,
    help=(
        "Ask golden questions and judge the answers. `dateline eval [SUITE]...` runs them; its "
        "options are listed by `dateline eval run --help`."
    ),
    epilog="Example: dateline eval suite.yaml",
    rich_markup_mode=None,
)


@eval_app.command()
def run(  # noqa: PLR0913 - each argument is an option of the command
    suites: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SUITE", help="Suite files; default: the bundled golden suites."),
    ] = None,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Ask this collection; default: each suite's corpus is indexed."
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Ask a running service instead.")] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Questions at once.")] = 1,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="REGEX", help="Only cases whose id, kind or tag matches."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("-n", min=1, help="Only the first N cases of each suite.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Ask each case N times.")] = 1,
    min_pass: Annotated[
        int | None, typer.Option(min=1, help="How many of these must pass (default: all).")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted run behind --json.")
    ] = False,
    retry_errors: Annotated[
        bool, typer.Option("--retry-errors", help="Ask again only what could not be asked.")
    ] = False,
    rescore: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Score the answers of an earlier run again.")
    ] = None,
    thresholds: Annotated[
        list[str] | None,
        typer.Option(
            "--threshold",
            metavar="METRIC=X",
            help="A gate on the mean; each:METRIC=X on every case; KIND/METRIC=X on one kind.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help="An earlier run to compare with.")
    ] = None,
    save_baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write this run as a baseline to commit.")
    ] = None,
    fail_on_regression: Annotated[
        bool,
        typer.Option("--fail-on-regression", help="A gate: no worse than the baseline."),
    ] = False,
    tolerance: Annotated[
        float, typer.Option(min=0, help="How far a mean may fall below the baseline.")
    ] = 0.0,
    other_corpus: Annotated[
        bool, typer.Option("--other-corpus", help="Let the baseline be of other articles.")
    ] = False,
    gated: Annotated[
        list[str] | None,
        typer.Option("--metric", help="Metrics compared with the baseline (default: passed)."),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Ask a language model too; it decides nothing."),
    ] = None,
    no_reader: NoReader = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Index corpora anew and keep nothing.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="The whole run.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="A summary.")] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="A page with plots.")] = None,
) -> None:
    """Ask golden questions and judge the answers.

    Exit codes: 0 every gate passed (where none is set, every case must), 1 a gate failed, 2 it
    could not run.

    Example: dateline eval suite.yaml --json run.json --threshold passed=0.95
    """
    from evals.evaluate import without_answers  # noqa: PLC0415 - not for asking
    from evals.gates import Baseline, check_thresholds, parse_threshold  # noqa: PLC0415
    from evals.plan import Plan  # noqa: PLC0415
    from evals.reports import show_run  # noqa: PLC0415
    from evals.runner import Options  # noqa: PLC0415
    from evals.saved import load_run, write_file  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    with reported():
        bounds = [parse_threshold(text) for text in thresholds or ()]
        for name in gated or ():
            parse_threshold(f"{name}=0")
        before = load_run(baseline) if baseline else None
        if fail_on_regression and before is None:
            raise typer.BadParameter("--fail-on-regression needs --baseline")
        if (resume or retry_errors) and out is None:
            raise typer.BadParameter("--resume and --retry-errors need --json")
        if min_pass is not None and min_pass > repeat:
            raise typer.BadParameter(f"--min-pass {min_pass} is more than --repeat {repeat}")
        plan = Plan(
            suites=tuple(suites or sorted(GOLDEN.glob("*.yaml"))),
            data=data,
            url=url,
            key=os.environ.get("DATELINE_KEY") or None,
            filters=tuple(filters or ()),
            limit=limit,
            options=Options(jobs, repeat, min_pass),
            out=out,
            resume=resume,
            retry_errors=retry_errors,
            rescore=rescore,
            reader=not no_reader,
            collections=None if no_cache else settings.exports.parent / "collections",
        )
        texts: dict[str, str] = {}
        done = _evaluated(plan, settings, texts)
        if judge is not None:
            done = _judged(done, judge, out)
        show_run(result_console(), done)
        if save_baseline is not None:
            write_file(save_baseline, json.dumps(without_answers(done), indent=1) + "\n")
        _write_reports(done, before, texts, {junit: "junit", markdown: "markdown", html: "html"})
        if not bounds and not fail_on_regression:
            # A command that is silent about failed questions would pass for a success.
            bounds = [parse_threshold(DEFAULT_GATE)]
        failed = check_thresholds(done, bounds)
        if before is not None:
            _say_change(done, before)
        if before is not None and fail_on_regression:
            held = Baseline(before, tolerance, tuple(gated or [DEFAULT_GATED]), other_corpus)
            failed += held.failures(done, whole=not (filters or limit))
        _finish(done, failed)


@eval_app.command()
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="The earlier run.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The later run.")],
    *,
    other_corpus: Annotated[
        bool, typer.Option("--other-corpus", help="Compare runs over different collections.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare two runs, question by question and metric by metric.

    Example: dateline eval diff before.json after.json
    """
    from evals.diff import compare  # noqa: PLC0415 - not for asking
    from evals.diff_text import diff_text  # noqa: PLC0415
    from evals.saved import load_run  # noqa: PLC0415

    with reported():
        found = compare(load_run(a), load_run(b), other_corpus=other_corpus)
        if as_json:
            print_json(found.to_json())
        else:
            diff_text(result_console(), found)


@eval_app.command()
def benchmark(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Data sets; default: all.")
    ] = None,
    *,
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The folder of data sets.")
    ] = Path("../shared/data"),
    limit: Annotated[
        int | None, typer.Option("-n", min=1, help="Only the first N questions of each.")
    ] = None,
    no_reader: NoReader = False,
    page: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write the tables into a page.")
    ] = None,
) -> None:
    """Measure over third-party data sets.

    Example: dateline eval benchmark squad2 --data ../shared/data
    """
    from evals.benchmarks.__main__ import main as run_benchmarks  # noqa: PLC0415 - not for asking

    options = ["--data", str(data)]
    options += ["-n", str(limit)] if limit else []
    options += ["--no-reader"] if no_reader else []
    options += ["--write", str(page)] if page else []
    raise typer.Exit(run_benchmarks([*(names or ["all"]), *options]))


@eval_app.command()
def new(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The suite to start.")],
    *,
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="The folder of articles it is about.",
            show_default="the bundled articles",
        ),
    ] = SEEDS,
) -> None:
    """Start a suite; `dateline eval add` puts questions in it.

    Example: dateline eval new desk.yaml --corpus ~/articles
    """
    from evals.making import start_suite  # noqa: PLC0415 - not for asking

    with reported():
        start_suite(path, corpus)
    note(f'{path} is started: dateline eval add {path} "your question"')


@eval_app.command()
def add(  # noqa: PLR0913 - each argument is an option of the command
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The suite to add to.")],
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    *,
    must: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="What the answer must hold; 'a|b' means either."),
    ] = None,
    kind: Annotated[str, typer.Option(help="The kind of the case.")] = "fact",
    never: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="What it must not hold.")
    ] = None,
    history: Annotated[
        list[str] | None, typer.Option(metavar="QUESTION", help="An earlier question.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only evidence published by then.")
    ] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A tag.")] = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="The case's id; default: from the question.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree without being asked.")] = False,
) -> None:
    """Ask a question, and record its answer once you agree.

    Example: dateline eval add desk.yaml "Who won the vote?" --must Berg
    """
    from api.render import show_answer  # noqa: PLC0415 - rich is slow to import
    from evals.evaluate import open_corpus  # noqa: PLC0415
    from evals.making import Wish, add_case, drafted_case  # noqa: PLC0415
    from evals.plan import Plan  # noqa: PLC0415
    from evals.suite import load_suite  # noqa: PLC0415
    from rag.retrieve import Scope  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    with reported():
        suite = load_suite(path, may_be_empty=True)
        plan = Plan((path,), collections=settings.exports.parent / "collections")
        pipeline = open_corpus(suite, plan, _model(plan, settings))
        answer = pipeline.ask(question, history=history or (), scope=Scope(as_of=as_of))
        show_answer(result_console(), answer)
        wish = Wish(
            must=tuple(must or ()),
            never=tuple(never or ()),
            kind=kind,
            identifier=identifier,
            history=tuple(history or ()),
            as_of=as_of,
            tags=tuple(tags or ()),
        )
        case = drafted_case(suite, question, answer, wish)
        if not yes and not typer.confirm("Is this what a good answer says?", err=True):
            note("nothing was recorded")
            raise typer.Exit(1)
        add_case(path, case)
    note(f"{case['id']} is recorded in {path}")


def _evaluated(plan: "Plan", settings: Settings, texts: dict[str, str]) -> dict[str, Any]:
    from evals.evaluate import evaluate  # noqa: PLC0415 - not for asking

    with tempfile.TemporaryDirectory() as scratch, step_progress() as progress:
        done = evaluate(plan, _model(plan, settings), Path(scratch), progress, texts)
    plain: dict[str, Any] = json.loads(json.dumps(done.to_json()))
    return plain


def _write_reports(
    done: dict[str, Any],
    before: dict[str, Any] | None,
    texts: dict[str, str],
    wanted: dict[Path | None, str],
) -> None:
    from evals.reports import junit_xml, markdown_summary  # noqa: PLC0415 - not for asking
    from evals.saved import write_file  # noqa: PLC0415

    for path, kind in wanted.items():
        if path is None:
            continue
        if kind == "junit":
            write_file(path, junit_xml(done))
        elif kind == "markdown":
            write_file(path, markdown_summary(done, before))
        else:
            from evals.html_report import html_report  # noqa: PLC0415 - its plots are slow

            write_file(path, html_report(done, texts))


def _judged(done: dict[str, Any], model: str, out: Path | None) -> dict[str, Any]:
    from evals.judge import litellm_judge, with_judgement  # noqa: PLC0415 - not for asking
    from evals.saved import write_file  # noqa: PLC0415

    judged, agreement = with_judgement(done, model, litellm_judge(model))
    note(agreement.in_words())
    if out is not None:
        write_file(out, json.dumps(judged, indent=1) + "\n")
    return judged


def _model(plan: "Plan", settings: Settings) -> "LocalModel":
    from index.embedding import LocalModel  # noqa: PLC0415 - not for asking
    from index.models import DEFAULT_MODEL  # noqa: PLC0415
    from index.sqlite.store import SqliteStore  # noqa: PLC0415

    reference = settings.embedder
    if reference is None and plan.data is not None:
        store = SqliteStore(plan.data)
        reference = store.info().recipe.model.reference
        store.close()
    return LocalModel(reference or DEFAULT_MODEL, settings.exports)


def _say_change(done: dict[str, Any], before: dict[str, Any]) -> None:
    now, then = (run["summary"]["overall"]["passed"] for run in (done, before))
    if now is not None and then is not None:
        note(f"passed {then:.3f} in the baseline, {now:.3f} now; `dateline eval diff` says where")


def _finish(done: dict[str, Any], failed: "list[GateFailure]") -> None:
    from evals.gates import errored  # noqa: PLC0415 - not for asking

    errors = errored(done)
    for failure in failed if not errors else ():
        typer.echo(f"gate failed: {failure.text}", err=True)
    if errors:
        first = next(case for case in done["cases"] if case["error"] is not None)
        typer.echo(
            f"dateline: {len(errors)} of {len(done['cases'])} questions could not be asked "
            f"({first['error']}): run again with --json and --retry-errors",
            err=True,
        )
        raise typer.Exit(2)
    if failed:
        raise typer.Exit(1)
