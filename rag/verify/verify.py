"""Verify: whether the stretches that a written sentence cites support it.

The exact checks find what is wrong or said nowhere. What they do not find fault with is supported
only where it repeats its source, quantities in any form: any other paraphrase is not judged here,
and is at most partial. Fails closed. Knows nothing of who wrote the sentence.
"""

import re
from collections.abc import Sequence

from rag.comparing.names import find_speakers
from rag.comparing.number_reading import find_quantities
from rag.comparing.quantities import Measure
from rag.dates.publication import day_of
from rag.types import Verdict
from rag.verify.checks import Source, findings
from rag.verify.verification import Cited, Verification
from rag.words import content_words, stem, words

# The characters before a cited stretch that may tell who "he" is.
BEFORE = 400
# The worst finding decides.
GRAVITY: tuple[Verdict, ...] = ("contradicted", "unsupported", "partial")
# With less of its words in the source, a sentence is of something else.
PARTLY = 0.5
PLAIN = str.maketrans("“”‘’", "\"\"''")
CLAUSE_END = re.compile(r"[,;—]\s")
# What comes after a clause and may take back what it says.
TURNS = frozenset(
    """
    if unless but except though although however not no never neither nor without while whereas
    or until provided assuming according said says told claimed claims alleged allegedly reportedly
    rumoured rumored denied denies false falsely wrongly may might could would should perhaps
    """.split()
)


class Verifier:
    """Verifies by exact checks and by the source's own words."""

    def verify(self, sentence: str, cited: Sequence[Cited]) -> Verification:
        """Return how far what is cited, taken together, supports a sentence.

        The score is 1.0 where the sentence repeats a stretch, else half the share of its
        topic words that the source holds, nought where a check found it wrong. It is no calibrated
        probability.
        """
        if not words(sentence) or not cited:
            return Verification("unsupported", 0.0, "nothing is cited for the sentence")
        if any(_repeats(sentence, stretch.text) for stretch in cited):
            return Verification("supported", 1.0, None)
        source = _source(cited)
        found = findings(sentence, source)
        for verdict in GRAVITY:
            for finding in found:
                if finding.verdict == verdict:
                    score = _share(sentence, source) / 2 if verdict == "partial" else 0.0
                    return Verification(verdict, score, finding.reason)
        share = _share(sentence, source)
        missing = _missing(sentence, source)
        if missing:
            verdict = "partial" if share >= PARTLY else "unsupported"
            return Verification(verdict, share / 2, f"the source does not say “{missing[0]}”")
        reason = "the source has these words, and it is not sure that it says the same with them"
        return Verification("partial", 0.5, reason)


def bundled_verifier() -> Verifier:
    """Return the verifier that ships."""
    return Verifier()


def _source(cited: Sequence[Cited]) -> Source:
    context = []
    for stretch in cited:
        article, start = stretch.article, stretch.span.start
        context += [article.title or "", article.outlet or ""]
        context.append(article.text[max(0, start - BEFORE) : start])
    days = {day_of(stretch.article.published) for stretch in cited}
    published = days.pop() if len(days) == 1 else None
    return Source("\n".join(c.text for c in cited), "\n".join(context), published)


def _missing(sentence: str, source: Source) -> list[str]:
    held = {stem(word) for word in words(source.text)}
    return [
        word
        for word in content_words(sentence)
        if stem(word) not in held and not any(character.isdigit() for character in word)
    ]


def _share(sentence: str, source: Source) -> float:
    wanted = content_words(sentence)
    return 1 - len(_missing(sentence, source)) / len(wanted) if wanted else 0.0


def _repeats(sentence: str, source: str) -> bool:
    """Tell whether a sentence is its source, or what stands there up to the end of a clause.

    What is left out may not turn it: no "but", no "if", nobody who is said to have said it.
    """
    mine, theirs = _written(sentence), _written(source)
    if mine == theirs:
        return True
    rest = theirs[len(mine) :]
    if not mine or not theirs.startswith(mine) or not CLAUSE_END.match(rest):
        return False
    return not TURNS & set(words(rest)) and not find_speakers(source)


def _written(text: str) -> str:
    """Return a text with one form for spaces, quotation marks and equal quantities."""
    parts, end = [], 0
    for quantity in find_quantities(text):
        unit = "" if quantity.measure is Measure.COUNT else " ".join(sorted(quantity.unit))
        size = f"{quantity.low!r} {quantity.high!r}"
        value = f"{size} {quantity.beyond} {quantity.rough:d} {quantity.per}"
        parts += [text[end : quantity.span.start], f"<{quantity.measure.value} {value} {unit}>"]
        end = quantity.span.end
    joined = "".join([*parts, text[end:]])
    even = " ".join(joined.translate(PLAIN).split())
    return even.rstrip(".").strip()
