"""Verify: whether the stretches that a written sentence cites support it.

The exact checks find what is wrong or said nowhere. What they do not find fault with is supported
where it repeats its source, quantities in any form, or where a network that reads both is sure
enough of it. Fails closed. Knows nothing of who wrote the sentence.
"""

import re
from collections.abc import Sequence

from index.chunk import sentences_of
from index.types import Span
from rag.comparing.names import find_speakers
from rag.comparing.number_reading import find_quantities
from rag.comparing.quantities import Measure
from rag.dates.publication import day_of
from rag.types import Verdict
from rag.verify.checks import Source, findings
from rag.verify.entailment import ReadsClaims, bundled_claim_reader
from rag.verify.support import Support, fitted, missing_words, support
from rag.verify.verification import Cited, Verification
from rag.words import content_words, words

# The characters before a cited stretch that may tell who "he" is.
BEFORE = 400
# The worst finding decides.
GRAVITY: tuple[Verdict, ...] = ("contradicted", "unsupported", "partial")
# A sentence that is likelier than this to be supported is not said to be contradicted.
CONTRADICTED = 0.3
WORD = re.compile(r"[\w’'.,%-]*\w%?")
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
    """Verifies by exact checks and by a calibrated network.

    Args:
        reader: what reads a sentence with its evidence.
    """

    def __init__(self, reader: ReadsClaims) -> None:
        self._reader = reader

    def verify(self, sentence: str, cited: Sequence[Cited]) -> Verification:
        """Return how far what is cited, taken together, supports a sentence.

        The score is the calibrated probability that it is supported: 1.0 where it repeats a
        stretch, nought where an exact check found it wrong.

        Raises:
            ReaderError: the network cannot be loaded.
        """
        if not words(sentence) or not cited:
            return Verification("unsupported", 0.0, "nothing is cited for the sentence")
        if any(_repeats(sentence, stretch.text) for stretch in cited):
            return Verification("supported", 1.0, None)
        source = _source(cited)
        found = sorted(findings(sentence, source), key=lambda one: GRAVITY.index(one.verdict))
        if found and found[0].verdict != "partial":
            return Verification(found[0].verdict, 0.0, found[0].reason)
        entailment = self._reader.read(sentence, _evidence(cited))
        if not entailment.whole:
            return Verification("unsupported", 0.0, "it is too long to be verified: split it")
        judged = support(sentence, source.text, entailment)
        if found:
            return Verification("partial", judged.probability, found[0].reason)
        return _judged(sentence, source, judged)


def bundled_verifier() -> Verifier:
    """Return the verifier that ships.

    Raises:
        ReaderError: its network is damaged.
    """
    return Verifier(bundled_claim_reader())


def _evidence(cited: Sequence[Cited]) -> list[str]:
    """Return the sentences that are cited; what is not cited can support nothing."""
    told: dict[str, None] = {}
    for stretch in cited:
        told |= {span.of(stretch.text): None for span in sentences_of(stretch.text)}
    return list(told)


def _judged(sentence: str, source: Source, judged: Support) -> Verification:
    """Return the verdict where no exact check found anything."""
    verdict: Verdict = "partial"
    if judged.probability >= fitted()["threshold"]:
        return Verification("supported", judged.probability, None)
    if judged.contradicts and judged.probability < CONTRADICTED:
        verdict = "contradicted"
    elif 2 * len(missing_words(sentence, source.text)) > len(content_words(sentence)):
        verdict = "unsupported"
    return Verification(verdict, judged.probability, _reason(sentence, source, judged))


def _reason(sentence: str, source: Source, judged: Support) -> str:
    if judged.wrong is not None:
        written = _whole_words(sentence, judged.wrong)
        if judged.contradicts:
            return f"the source says otherwise than “{written}”"
        return f"the source does not bear out “{written}”"
    missing = missing_words(sentence, source.text)
    if missing:
        return f"the source does not say “{missing[0]}”, and it is not sure that it means it"
    return "the source has these words, and it is not sure that it says the same with them"


def _whole_words(sentence: str, span: Span) -> str:
    inside = [
        m.span() for m in WORD.finditer(sentence) if m.start() < span.end and m.end() > span.start
    ]
    return sentence[inside[0][0] : inside[-1][1]] if inside else span.of(sentence)


def _source(cited: Sequence[Cited]) -> Source:
    context = []
    for stretch in cited:
        article, start = stretch.article, stretch.span.start
        context += [article.title or "", article.outlet or ""]
        context.append(article.text[max(0, start - BEFORE) : start])
    days = {day_of(stretch.article.published) for stretch in cited}
    published = days.pop() if len(days) == 1 else None
    return Source("\n".join(c.text for c in cited), "\n".join(context), published)


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
