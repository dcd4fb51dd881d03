"""The run of an evaluation on the command line: `dateline eval run`.

Exit codes: 0 every gate passed, 1 a gate failed, 2 it could not run (a bad suite, an outage, a
missing key). Holds no logic of evaluating.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.opening import corpus_model
from api.options import NoReader
from api.settings import Settings
from api.streams import note, reported, result_console, step_progress

if TYPE_CHECKING:
    from evals.gates import GateFailure
    from evals.plan import Plan

GOLDEN = Path(__file__).resolve().parent.parent / "evals" / "golden"
DEFAULT_GATED = "passed"
DEFAULT_GATE = "passed=1"


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(run)


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


def _evaluated(plan: "Plan", settings: Settings, texts: dict[str, str]) -> dict[str, Any]:
    from evals.evaluate import evaluate  # noqa: PLC0415 - not for asking

    with tempfile.TemporaryDirectory() as scratch, step_progress() as progress:
        done = evaluate(plan, corpus_model(settings, plan.data), Path(scratch), progress, texts)
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
