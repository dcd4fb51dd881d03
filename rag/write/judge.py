"""Judge: whether a written sentence may leave, and with what citations.

It may if it is plain words, cites sentences of the evidence, stands by itself or on the sentence
before it, and is supported by what it cites. Offsets come from the evidence. Knows nothing of the
model that wrote it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.cite import dated_words, quote
from rag.numbering import Numbering
from rag.told import leans_back
from rag.types import Sentence
from rag.verify.verification import Cited, Verification, Verifies
from rag.write.form import formed
from rag.write.marking import Marked
from rag.write.parse import Written

# A sentence that cites more cites nothing in particular.
MOST_CITED = 6


@dataclass(frozen=True, slots=True)
class Judged:
    """A written sentence with its verdict.

    Attributes:
        text: it, as plain words.
        cited: what it cites, each once.
        verification: how far that supports it; where it may not leave at all, "unsupported".
        stripped: whether Markdown was taken off.
        citable: whether it may be shown with another verdict than "supported": it is plain words
            and cites something.
        refused: whether its form forbids it to leave.
    """

    text: str
    cited: tuple[Cited, ...]
    verification: Verification
    stripped: bool
    citable: bool = True
    refused: bool = False

    @property
    def supported(self) -> bool:
        """Whether it may leave as supported."""
        return self.citable and self.verification.verdict == "supported"

    def sentence(self, numbering: Numbering) -> Sentence:
        """Return it with its citations.

        Raises:
            CitationError: what it cites is not within its article.
        """
        dates = (found for one in self.cited for found in dated_words(one.article, one.span))
        return Sentence(
            text=self.text,
            verdict=self.verification.verdict,
            score=round(self.verification.score, 4),
            reason=self.verification.reason,
            citations=tuple(
                quote(one.article, one.span, numbering.number(one.article)) for one in self.cited
            ),
            dates=tuple(dict.fromkeys(dates)),
        )


def judge(
    written: Written, before: Sequence[Cited] | None, marked: Marked, verifier: Verifies
) -> Judged:
    """Return a sentence's verdict.

    Args:
        written: the sentence.
        before: what the sentence before it cites, where that one left as supported.
        marked: the evidence.
        verifier: tells how far what is cited supports it.
    """
    form = formed(written.text)
    cited = tuple(marked.cited[name] for name in written.ids)
    fault = form.refused
    if fault is None and not cited:
        fault = "it cites none of the ids" if written.cites else "it cites nothing"
    if fault is None and len(cited) > MOST_CITED:
        fault = f"it cites {len(cited)} lines, and at most {MOST_CITED} can be cited at once"
    if fault is not None:
        verification = Verification("unsupported", 0.0, fault)
        return Judged(
            form.text,
            cited,
            verification,
            form.stripped,
            citable=False,
            refused=form.refused is not None,
        )
    if leans_back(form.text) and not _stand_together(cited, before):
        # Whom "he" is, only the sentence before it says; what that does not cite, it cannot.
        verification = Verification(
            "unsupported", 0.0, "it leans on a sentence before it: name whom or what it is about"
        )
        return Judged(form.text, cited, verification, form.stripped)
    return Judged(form.text, cited, verifier.verify(form.text, cited), form.stripped)


def _stand_together(cited: Sequence[Cited], before: Sequence[Cited] | None) -> bool:
    """Tell whether all that is cited is of an article that the sentence before cites as well."""
    if before is None:
        return False
    articles = {one.article.id for one in before}
    return all(one.article.id in articles for one in cited)
