"""Claims: sentences and the evidence that bears them out, contradicts them, or does neither.

Read from public sets, each in its own format; some are made here of sentences of news and of
encyclopaedias, repeated or changed in one thing. Which words of a claim are wrong is told where a
set says so, or where it was changed minimally. Knows nothing of the network that learns from them.
"""

import difflib
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evals.reader.changes import Changer
from evals.reader.examples import held_apart
from evals.reader.sources import Row, as_written, rows_of
from index.chunk import sentences_of

Label = Literal["supported", "contradicted", "neutral", "not_supported"]
"""What a set says; "not_supported" is contradicted or neutral, and does not say which."""

# The sets, with how many of their claims are taken at most.
CLAIMS: dict[str, int | None] = {
    "vitaminc-test_real": None,
    "vitaminc-test_synthetic": 12_000,
    "fever_symmetric-dev": None,
    "fever_symmetric-test": None,
    "fool_me_twice-dev": None,
    "fool_me_twice-test": None,
    "conjnli-train": 8_000,
    "conjnli-dev": None,
    "breaking_nli-all": 3_000,
    "nli_mnli-dev": None,
    "nli_snli-dev": 6_000,
    "nli_rte-train": None,
    "nli_rte-dev": None,
    "nli_scitail-dev": None,
    "begin-all": None,
    "bump-all": None,
    "factcheck_gpt-all": None,
    "wice-train_tokens": None,
    "wice-dev": None,
    "wice-test": None,
    "factor-all": None,
}
# Sets of questions, whose paragraphs are repeated or changed.
TEXTS = ("nq_open_oracle-dev", "mlqa_en-dev", "covid_qa-train")
LICENCES = {
    "vitaminc": "CC BY-SA 3.0",
    "fever_symmetric": "CC BY-SA",
    "fool_me_twice": "Apache-2.0",
    "conjnli": "MIT",
    "breaking_nli": "CC BY-SA",
    "nli_mnli": "OANC, CC BY 3.0, CC BY-SA 3.0 (by genre)",
    "nli_snli": "CC BY-SA 4.0",
    "nli_rte": "open, of its sources",
    "nli_scitail": "Apache-2.0",
    "begin": "Apache-2.0",
    "bump": "MIT",
    "factcheck_gpt": "Apache-2.0",
    "wice": "ODC-BY, CC BY-SA",
    "factor": "ODC-BY, MIT",
    "nq_open_oracle": "CC BY-SA 3.0",
    "mlqa_en": "CC BY-SA 3.0",
    "covid_qa": "Apache-2.0",
}
"""By a set's name before its part."""
# What a decoder could not read: a lost dash or space.
LOST = "\N{REPLACEMENT CHARACTER}"
WORD = re.compile(r"\w+(?:[.,]\d+)*")
# A claim that differs from another in more of its words was not changed minimally.
MOST_CHANGED = 0.4
# How often sentences of other documents are put around the evidence, and how many at most.
SURROUNDED, MOST_AROUND = 0.35, 4
SHORTEST_REPEATED, LONGEST_REPEATED = 8, 45
MOST_REPEATED = 6_000

Words = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and its evidence.

    Attributes:
        text: what is claimed.
        evidence: sentences, in order.
        label: see `Label`.
        group: all claims of one group stay on one side of a split.
        source: the set, or how it was made.
        wrong: where the words that are not borne out stand; None where that is not known.
    """

    text: str
    evidence: tuple[str, ...]
    label: Label
    group: str
    source: str
    wrong: Words | None = None


def read_claims(folder: Path, seed: int) -> tuple[list[Claim], list[Claim]]:
    """Read every set; return what to learn from and what to validate on.

    Raises:
        BenchmarkError: one cannot be read.
    """
    random_ = random.Random(seed)  # noqa: S311 - nothing is secret here
    claims: list[Claim] = []
    for name, most in CLAIMS.items():
        rows = [
            row for row in rows_of(folder, name) if LOST not in row["premise"] + row["hypothesis"]
        ]
        if most is not None and most < len(rows):
            rows = random_.sample(rows, most)
        claims += _by_sentence(_marked(list(_read(name, rows))))
    claims += _repeated(folder, random_)
    claims = _surrounded(claims, random_)
    sides: tuple[list[Claim], list[Claim]] = ([], [])
    for claim in claims:
        sides[held_apart(claim.group)].append(claim)
    for side in sides:
        random_.shuffle(side)
    return sides


def _read(name: str, rows: Iterable[Row]) -> Iterator[Claim]:
    for row in rows:
        evidence, text = as_written(row["premise"]), as_written(row["hypothesis"])
        # Where a set gives the evidence's document, its sentences stand around it.
        told = as_written(row["ctx"]) if name.startswith("factor") else ""
        before = [span.of(told) for span in sentences_of(told)][1:]
        sentences = (*before[-3:], *(span.of(evidence) for span in sentences_of(evidence)))
        group = f"claim:{row.get('page') or row.get('doc') or evidence}"
        wrong = None
        if name == "wice-train_tokens":
            wrong = _places(text, row["unsupported_tokens"])
        if name.startswith(("factor", "breaking")) and row["label"] != "supported":
            wrong = _changed(text, evidence)
        yield Claim(text, sentences, row["label"], group, name, wrong)
        if name.startswith("factor"):
            yield Claim(evidence, sentences, "supported", group, name, ())


def _marked(claims: Sequence[Claim]) -> list[Claim]:
    """Return claims of one set, with the words told that set them apart from a supported one."""
    supported: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for claim in claims:
        if claim.label == "supported":
            supported[claim.evidence].append(claim.text)
    marked = []
    for claim in claims:
        wrong = claim.wrong
        if claim.label == "supported":
            wrong = ()
        elif wrong is None:
            found = [_changed(claim.text, text) for text in supported[claim.evidence]]
            wrong = min((f for f in found if f), key=len, default=None)
        marked.append(replace(claim, wrong=wrong))
    return marked


def _by_sentence(claims: Sequence[Claim]) -> Iterator[Claim]:
    """Yield claims of one sentence each, where it is known which of several are wrong."""
    for claim in claims:
        spans = sentences_of(claim.text)
        if claim.wrong is None or len(spans) < 2:
            yield claim
            continue
        for span in spans:
            wrong = tuple(
                (start - span.start, end - span.start)
                for start, end in claim.wrong
                if span.start <= start < span.end
            )
            label = claim.label if wrong else "supported"
            yield replace(claim, text=span.of(claim.text), label=label, wrong=wrong)


def _changed(text: str, true: str) -> Words | None:
    """Return where a text has other words than a true one; None if they have little in common."""
    mine = list(WORD.finditer(text))
    theirs = [word.lower() for word in WORD.findall(true)]
    matcher = difflib.SequenceMatcher(
        None, [m.group().lower() for m in mine], theirs, autojunk=False
    )
    wrong = [
        mine[place].span()
        for kind, start, end, _, _ in matcher.get_opcodes()
        if kind in {"replace", "delete"}
        for place in range(start, end)
    ]
    return tuple(wrong) if 0 < len(wrong) <= MOST_CHANGED * len(mine) else None


def _places(text: str, words: Sequence[str]) -> Words:
    wanted = {word.lower() for word in words}
    return tuple(m.span() for m in WORD.finditer(text) if m.group().lower() in wanted)


def _repeated(folder: Path, random_: random.Random) -> Iterator[Claim]:
    """Yield sentences of paragraphs against these: repeated, or changed in one thing."""
    texts = {
        as_written(row["context"]): row["title"] for name in TEXTS for row in rows_of(folder, name)
    }
    changer = Changer(texts)
    made = 0
    for text, title in random_.sample(sorted(texts.items()), len(texts)):
        sentences = [span.of(text) for span in sentences_of(text)][:12]
        long = [s for s in sentences if SHORTEST_REPEATED <= len(s.split()) <= LONGEST_REPEATED]
        if not long or made >= MOST_REPEATED:
            continue
        chosen = random_.choice(long)
        changes = changer.changes(chosen, " ".join(sentences), random_)
        group, evidence = f"wiki:{title or text}", tuple(sentences)
        yield Claim(chosen, evidence, "supported", group, "repeated", ())
        made += 1
        if changes:
            text_ = random_.choice(changes).made_in(chosen)
            wrong = _changed(text_, chosen)
            yield Claim(text_, evidence, "not_supported", group, "changed", wrong)


def _surrounded(claims: Sequence[Claim], random_: random.Random) -> list[Claim]:
    """Return claims, some of whose short evidence stands among sentences of other documents."""
    done = []
    for claim in claims:
        evidence = list(claim.evidence)
        if len(evidence) == 1 and random_.random() < SURROUNDED:
            for _ in range(random_.randint(1, MOST_AROUND)):
                other = random_.choice(claims)
                if other.group != claim.group and other.evidence:
                    evidence.insert(
                        random_.randint(0, len(evidence)), random_.choice(other.evidence)
                    )
        done.append(replace(claim, evidence=tuple(evidence)))
    return done
