"""Suite: golden questions read from a file, checked field by field.

The format is that of docs/evals.md, as YAML, or as JSONL with one case a line. Data sets made for
ragas, deepeval, promptfoo and inspect are read through the names that their fields have there, see
`evals.aliases`. A suite that cannot be read as it stands is refused with its file, line and field.
"""

import difflib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from evals import aliases
from evals.suite_file import Place, SuiteError, read_json, read_jsonl, read_yaml
from evals.types import Case, Expectation, Suite
from rag.errors import QuestionError
from rag.question import check

JSONL_SUFFIXES = frozenset({".jsonl", ".ndjson"})
CASE_FIELDS = ("id", "kind", "question", "history", "as_of", "expect", "tags")
SUITE_FIELDS = ("suite", "corpus", "cases")
EXPECT_FIELDS = tuple(field.name for field in fields(Expectation))
DEFAULT_KIND = "fact"
# What YAML 1.1 takes for true and false.
TRUE = frozenset({"true", "yes", "on"})
FALSE = frozenset({"false", "no", "off"})


def load_suite(path: Path, *, may_be_empty: bool = False) -> Suite:
    """Read a suite. One that has just been started may be empty.

    Raises:
        SuiteError: it cannot be read, is malformed or empty, or two cases share an id.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise SuiteError(
            f"{path}: there is no such suite: `dateline eval new {path}` starts one"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SuiteError(f"{path}: the suite cannot be read: {reason}") from error
    if path.suffix in JSONL_SUFFIXES:
        place = read_jsonl(path, text)
    else:
        place = read_json(path, text) if path.suffix == ".json" else read_yaml(path, text)
    try:
        place = aliases.to_golden(place.value, place)
    except aliases.AliasError as error:
        key = "cases" if "cases" in place.value else "tests"
        raise place.within(key, error.position - 1).wrong(str(error)) from error
    _refuse_unknown(place, SUITE_FIELDS)
    name = _text(place, "suite") or path.stem
    corpus = _text(place, "corpus")
    cases = place["cases"] if "cases" in place.value else place
    if not isinstance(cases.value, list) or not (cases.value or may_be_empty):
        raise place.wrong("has no cases: list at least one under `cases`")
    read = tuple(_case(cases[n]) for n in range(len(cases.value)))
    _refuse_doubles(read)
    folder, problem = _corpus(place, corpus)
    return Suite(name, path, folder, read, problem)


def _case(place: Place) -> Case:
    if not isinstance(place.value, dict):
        raise place.wrong("must be a mapping with `id`, `question` and `expect`")
    _refuse_unknown(place, CASE_FIELDS)
    question = _text(place, "question")
    if question is None:
        raise place.wrong("has no `question`")
    try:
        check(question)
    except QuestionError as error:
        raise place["question"].wrong(f"cannot be asked: {error}") from error
    identifier = _text(place, "id")
    if identifier is None:
        raise place.wrong("has no `id`")
    as_of = _text(place, "as_of")
    if as_of is not None and not _is_day(as_of):
        raise place["as_of"].wrong(f"is {as_of!r}: write a day as 2026-01-31")
    return Case(
        id=identifier,
        kind=_text(place, "kind") or DEFAULT_KIND,
        question=question,
        expect=Expectation() if _absent(place, "expect") else _expectation(place["expect"]),
        history=_texts(place, "history"),
        as_of=as_of,
        tags=_texts(place, "tags"),
        where=place.line,
    )


def _expectation(place: Place) -> Expectation:
    if not isinstance(place.value, dict):
        raise place.wrong("must be a mapping")
    _refuse_unknown(place, EXPECT_FIELDS)
    expectation = Expectation(
        answer_all=_groups(place),
        answer_none=_texts(place, "answer_none"),
        sources_any=_texts(place, "sources_any"),
        sources_all=_texts(place, "sources_all"),
        min_sources=_count(place, "min_sources"),
        disagreement=_flag(place, "disagreement"),
        abstain=bool(_flag(place, "abstain")),
        reference=_text(place, "reference"),
    )
    wants_answer = expectation.answer_all or expectation.sources_any or expectation.sources_all
    if expectation.abstain and (wants_answer or expectation.min_sources):
        raise place.wrong("asks for an abstention and for what is in an answer: choose one")
    return expectation


def _groups(place: Place) -> tuple[tuple[str, ...], ...]:
    if _absent(place, "answer_all"):
        return ()
    groups = place["answer_all"]
    if not isinstance(groups.value, list):
        raise groups.wrong("must be a list of groups, each a list of texts")
    found = tuple(
        _texts_of(groups[n]) if isinstance(groups.value[n], list) else (_text_of(groups[n]),)
        for n in range(len(groups.value))
    )
    for n, group in enumerate(found):
        if not group:
            raise groups[n].wrong("has an empty group, which nothing can meet: leave it out")
    return found


def _texts(place: Place, key: str) -> tuple[str, ...]:
    return () if _absent(place, key) else _texts_of(place[key])


def _texts_of(place: Place) -> tuple[str, ...]:
    if not isinstance(place.value, list):
        raise place.wrong("must be a list of texts")
    return tuple(_text_of(place[n]) for n in range(len(place.value)))


def _text(place: Place, key: str) -> str | None:
    return None if _absent(place, key) else _text_of(place[key])


def _text_of(place: Place) -> str:
    value = place.value
    if isinstance(value, (dict, list, bool)) or value is None or not str(value).strip():
        raise place.wrong("must be a text that is not empty")
    return str(value)


def _absent(place: Place, key: str) -> bool:
    return key not in place or place.value[key] in (None, "")


def _flag(place: Place, key: str) -> bool | None:
    if _absent(place, key):
        return None
    written = str(place.value[key]).casefold()
    if written not in TRUE | FALSE:
        raise place[key].wrong(f"must be true or false, not {place.value[key]!r}")
    return written in TRUE


def _count(place: Place, key: str) -> int | None:
    if _absent(place, key):
        return None
    try:
        count = int(str(place.value[key]), 0)
    except ValueError:
        count = -1
    if count < 0:
        raise place[key].wrong(f"must be a whole number, not {place.value[key]!r}")
    return count


def _is_day(text: str) -> bool:
    from datetime import date  # noqa: PLC0415 - the name would shadow YAML's

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refuse_unknown(place: Place, known: tuple[str, ...]) -> None:
    for key in place.value:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"
            raise place[key].wrong(f"is not a field here{hint}")


def _refuse_doubles(cases: tuple[Case, ...]) -> None:
    first: dict[str, Case] = {}
    for case in cases:
        if case.id in first:
            raise SuiteError(
                f"{case.where}: the id {case.id!r} is taken by the case at {first[case.id].where}"
            )
        first[case.id] = case


def _corpus(place: Place, corpus: str | None) -> tuple[Path | None, str | None]:
    """Return the corpus, or why there is none; a run over other data does not need it."""
    if corpus is None:
        return None, None
    for candidate in (place.file.parent / corpus, Path(corpus)):
        if candidate.is_dir():
            return candidate, None
    problem = place["corpus"].wrong(
        f"is {corpus!r}, which is no folder beside the suite or in the working folder: say what to "
        "ask with --data"
    )
    return None, str(problem)


def same_article(expected: str, found: str) -> bool:
    """Tell whether an article is the expected one, or a part split from its file ("id.2")."""
    head, dot, part = found.rpartition(".")
    return found == expected or bool(dot and head == expected and part.isdigit())


def refuse_unknown_articles(suite: Suite, articles: Iterable[str]) -> None:
    """Refuse a suite that expects an article which its collection does not hold.

    Raises:
        SuiteError: such an article, with the nearest one there is.
    """
    held = list(articles)
    for case in suite.cases:
        for wanted in (*case.expect.sources_any, *case.expect.sources_all):
            if not any(same_article(wanted, found) for found in held):
                near = difflib.get_close_matches(wanted, held, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise SuiteError(
                    f"{case.where}: case {case.id!r} expects the article {wanted!r}, "
                    f"which the collection does not hold{hint}"
                )
