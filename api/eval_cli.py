"""The command line of evaluation: `dateline eval`, with `eval diff` and `eval benchmark`.

What runs a suite is in `eval_run_cli`, what makes one in `eval_suite_cli`. Holds no logic of
evaluating.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api import eval_run_cli, eval_suite_cli
from api.options import NoReader
from api.streams import print_json, reported, result_console


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
eval_run_cli.register(eval_app)


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


eval_suite_cli.register(eval_app)
