"""Reports: a run as a table in the terminal, as JUnit XML and as a pull request's comment.

Takes the plain JSON values of `Run.to_json()`. Everything that comes from suites, articles and
answers is data: nothing in it reaches a terminal, a parser or a renderer as an instruction. The
HTML page is in `html_report.py`.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.reading import (
    DASH,
    DIGITS_OF_A_DIGEST,
    Group,
    Json,
    figure,
    kinds,
    label,
    main_metrics,
    milliseconds,
    name_of,
    of_status,
    one_line,
    overall,
    percent,
    plural,
    provenance,
    provenance_line,
    status,
    why,
    xml_safe,
)

MAX_CASES_SHOWN = 20
# In columns of a terminal.
ROOM_BESIDE_METRICS = 60
ROOM_FOR_METRIC = 13
# GitHub refuses a comment of more than 65,536 characters.
MAX_MARKDOWN = 60_000
MAX_TABLE = 12_000
MAX_LIST = 8_000
MAX_LINE = 400

Key = tuple[str, str]


def show_run(console: Console, run: dict[str, Any]) -> None:
    """Print a run: its table by kind, why cases did not pass, and what the figures depend on."""
    total = overall(run)
    metrics = main_metrics(total, max(1, (console.width - ROOM_BESIDE_METRICS) // ROOM_FOR_METRIC))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("kind", no_wrap=True)
    for column in ("cases", "passed", *map(label, metrics), "p50", "p95"):
        table.add_column(column, justify="right")
    for group in kinds(run):
        table.add_row(*_terminal_row(group, metrics))
    table.add_section()
    table.add_row(*_terminal_row(total, metrics), style="bold")
    console.print(table)
    wrong = of_status(run, "failed") + of_status(run, "error")
    for record in wrong[:MAX_CASES_SHOWN]:
        is_error = status(record) == "error"
        line = Text("! " if is_error else "✗ ", style="bold yellow" if is_error else "bold red")
        line.append(one_line(name_of(record, run)), style="bold default")
        line.append("  " + one_line("; ".join(why(record))), style="not bold default")
        # In a pipe nothing is cut: a line there has no width.
        cut = console.is_terminal
        console.print(line, no_wrap=True, overflow="ellipsis" if cut else None, soft_wrap=not cut)
    if len(wrong) > MAX_CASES_SHOWN:
        console.print(Text(f"… and {len(wrong) - MAX_CASES_SHOWN:,} more did not pass"))
    if wrong:
        console.print()
    console.print(Text(provenance_line(run), style="dim"), soft_wrap=True)


def junit_xml(run: dict[str, Any]) -> str:
    """Return a run as JUnit XML: a test suite for each suite, a test case for each question.

    A wrong answer is a <failure>, a case that could not be run an <error>; times are in seconds.
    The format is the one that Jenkins and GitLab read (junit-10.xsd of Jenkins's xUnit plugin).
    Characters that XML 1.0 forbids become U+FFFD.
    """
    root = ET.Element("testsuites", {"name": "dateline eval", **_totals(run["cases"])})
    for suite in dict.fromkeys(record["suite"] for record in run["cases"]):
        records = [record for record in run["cases"] if record["suite"] == suite]
        started = run["provenance"].get("started")
        named = {"name": xml_safe(suite), **_totals(records)}
        tests = ET.SubElement(root, "testsuite", named)
        if started:
            tests.set("timestamp", xml_safe(str(started)))
        properties = ET.SubElement(tests, "properties")
        for name, value in provenance(run):
            pair = {"name": xml_safe(name), "value": xml_safe(value)}
            ET.SubElement(properties, "property", pair)
        for record in records:
            _test_case(tests, record)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def markdown_summary(run: dict[str, Any], baseline: dict[str, Any] | None = None) -> str:
    """Return a run as a comment for a pull request, in GitHub's Markdown.

    Args:
        run: the run.
        baseline: an earlier run to compare with. Shares are compared over the cases that were run
            in both; a case is the same where its suite and id are.

    Returns:
        At most `MAX_MARKDOWN` characters; what is left out is counted.
    """
    total = overall(run)
    headline = f"{total.passed:,} of {plural(total.ran, 'case')} passed ({percent(total.share)})"
    if total.errors:
        headline += f", {total.errors:,} could not be run"
    parts = [f"### Dateline evaluation: {headline}"]
    if baseline is not None:
        parts += _comparison(run, baseline)
    parts.append(_fitting(_markdown_table(run, baseline), MAX_TABLE))
    ending = f"<sub>{_escaped(provenance_line(run), 4 * MAX_LINE)}</sub>"
    wrong = of_status(run, "failed") + of_status(run, "error")
    if wrong:
        opening = f"<details><summary>{plural(len(wrong), 'case')} did not pass</summary>\n\n"
        used = sum(len(part) + 2 for part in (*parts, opening, ending, "</details>"))
        listed = _fitting((_markdown_case(record, run) for record in wrong), MAX_MARKDOWN - used)
        parts.append(f"{opening}{listed}\n\n</details>")
    return "\n\n".join([*parts, ending]) + "\n"


def _terminal_row(group: Group, metrics: Sequence[str]) -> list[Text]:
    cells = [group.name, f"{group.cases:,}", *_figures(group, metrics)]
    return [Text(one_line(cell)) for cell in cells]


def _figures(group: Group, metrics: Sequence[str]) -> list[str]:
    return [
        f"{percent(group.share)} ({group.passed:,}/{group.ran:,})",
        *(figure(group.metrics.get(metric)) for metric in metrics),
        milliseconds(group.p50),
        milliseconds(group.p95),
    ]


def _totals(records: Sequence[Json]) -> dict[str, str]:
    statuses = [status(record) for record in records]
    return {
        "tests": str(len(records)),
        "failures": str(statuses.count("failed")),
        "errors": str(statuses.count("error")),
        "skipped": "0",
        "time": _seconds(sum(record["latency_ms"] or 0.0 for record in records)),
    }


def _test_case(tests: ET.Element, record: Json) -> None:
    named = {
        "name": xml_safe(record["id"]),
        "classname": xml_safe(f"{record['suite']}.{record['kind']}"),
        "time": _seconds(record["latency_ms"] or 0.0),
    }
    case = ET.SubElement(tests, "testcase", named)
    if status(record) == "passed":
        return
    kind = "error" if status(record) == "error" else "failure"
    outcome = ET.SubElement(case, kind, {"message": xml_safe("; ".join(why(record)))})
    lines = [f"Question: {record['question']}", *why(record)]
    if record["answer"] is not None:
        lines.append(f"Answer: {record['answer'].get('text', '')}")
    outcome.text = xml_safe("\n".join(lines))


def _seconds(latency_ms: float) -> str:
    return f"{latency_ms / 1000:.3f}"


def _comparison(run: Json, baseline: Json) -> list[str]:
    """Return how a run stands against a baseline, in paragraphs of Markdown."""
    before, now = _by_key(baseline), _by_key(run)
    shared = [key for key in now if key in before]
    ran = [key for key in shared if None not in {now[key]["passed"], before[key]["passed"]}]
    commit = str(baseline["provenance"].get("commit") or "unknown")[:DIGITS_OF_A_DIGEST]
    if ran:
        was, is_now = (sum(of[key]["passed"] for key in ran) / len(ran) for of in (before, now))
        change = f"{percent(was)} → {percent(is_now)} (**{_points(is_now - was)}**)"
    else:
        change = "nothing was run in both"
    said = f"Against the baseline at commit {_escaped(commit)}: {change}"
    parts = [f"{said}, over the {plural(len(ran), 'case')} run in both."]
    changed = [
        name
        for name, corpus in run["corpus"].items()
        if name in baseline["corpus"]
        and corpus.get("fingerprint") != baseline["corpus"][name].get("fingerprint")
    ]
    if changed:
        names = ", ".join(_escaped(name) for name in changed)
        parts.append(f"**The articles of {names} are not those of the baseline.**")
    regressions = [now[key] for key in ran if before[key]["passed"] and not now[key]["passed"]]
    fixes = [now[key] for key in ran if now[key]["passed"] and not before[key]["passed"]]
    for what, found in (("Regressions", regressions), ("Fixes", fixes)):
        lines = (f"- <code>{_escaped(name_of(one, run))}</code>{_reason(one)}" for one in found)
        listed = "\n\n" + _fitting(lines, MAX_LIST) if found else " none"
        parts.append(f"**{what} ({len(found):,}):**{listed}")
    added, removed = len(now) - len(shared), len(before) - len(shared)
    if added or removed:
        parts.append(f"Not in the baseline: {added:,}. Only in the baseline: {removed:,}.")
    return parts


def _reason(record: Json) -> str:
    return "" if status(record) == "passed" else f": {_escaped('; '.join(why(record)))}"


def _markdown_table(run: Json, baseline: Json | None) -> Iterable[str]:
    total = overall(run)
    metrics = main_metrics(total)
    compared = baseline is not None
    before = {} if baseline is None else {group.name: group.share for group in kinds(baseline)}
    columns = ["cases", "passed", *["change"] * compared, *map(label, metrics), "p50", "p95"]
    yield f"| kind | {' | '.join(_escaped(column) for column in columns)} |"
    yield "|---" + "|---:" * len(columns) + "|"
    rows = [(group, before.get(group.name)) for group in kinds(run)]
    rows.append((total, None if baseline is None else overall(baseline).share))
    for group, was in rows:
        share, *figures = _figures(group, metrics)
        change = DASH if was is None or group.share is None else _points(group.share - was)
        cells = [f"{group.cases:,}", share, *[change] * compared, *figures]
        yield f"| {_escaped(group.name, 80)} | {' | '.join(cells)} |"


def _markdown_case(record: Json, run: Json) -> str:
    name, kind = _escaped(name_of(record, run), 160), _escaped(record["kind"], 80)
    lines = [f"- <code>{name}</code> ({kind}): {_escaped(record['question'])}"]
    lines += [f"  - Why: {_escaped('; '.join(why(record)))}"]
    if record["answer"] is not None:
        lines.append(f"  - Answer: {_escaped(record['answer'].get('text', ''))}")
    return "\n".join(lines)


def _fitting(lines: Iterable[str], budget: int) -> str:
    """Return the lines that fit, at most `budget` characters, and how many were left out."""
    every = list(lines)
    room = budget - len("\n\n… and 1,000,000 more")
    kept = 0
    while kept < len(every) and len(every[kept]) < room:
        room -= len(every[kept]) + 1
        kept += 1
    left = f"\n\n… and {len(every) - kept:,} more" if kept < len(every) else ""
    return "\n".join(every[:kept]) + left


def _escaped(text: str, limit: int = MAX_LINE) -> str:
    """Return a text as words only: no markup, table cell, HTML, formula, mention or reference.

    Characters that mean something to Markdown become numeric entities, which never do (CommonMark
    0.31, section 2.5). A word joiner after "@" and "#" keeps GitHub from linking people and issues.
    """
    joined = re.sub(r"((?<![0-9A-Za-z_])@|#)(?=\w)", "\\1\u2060", one_line(text, limit))
    return re.sub(r"[&<>|`*_\[\]~\\$#!]", lambda found: f"&#{ord(found.group())};", joined)


def _points(change: float) -> str:
    points = round(change * 100, 1)
    return f"{points:+.1f} points" if points else "0.0 points"


def _by_key(run: Json) -> dict[Key, Json]:
    return {(record["suite"], record["id"]): record for record in run["cases"]}
