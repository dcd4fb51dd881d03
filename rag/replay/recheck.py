"""Recheck: quotations are looked for in the articles as they are, and sentences verified again.

Knows nothing of retrieval, nor of where an answer was kept.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.errors import StoreError
from index.store import Store
from index.types import Article, Span
from rag.records.record import AnswerRecord, KeptArticle, digest_of_text
from rag.replay.changes import ArticleNow, CitationNow, FieldChange, SentenceNow
from rag.types import Citation, Sentence
from rag.verify.verification import Cited, Verification, Verifies

FIELDS = ("title", "outlet", "author", "published", "updated", "url")
# How alike, from 0 to 1, what stands in an article must be to what was quoted from it.
MIN_ALIKE = 0.5
# How many sentences on end may stand in the place of a quotation.
MAX_INSTEAD = 3


class Recheck:
    """Compares one answer with the collection as it is.

    Args:
        store: the collection, in one state.
        record: the answer.
        verifier: verifies what was written.
    """

    def __init__(self, store: Store, record: AnswerRecord, verifier: Verifies) -> None:
        self._store = store
        self._record = record
        self._verifier = verifier
        self._articles: dict[str, Article | None] = {}
        self._unreadable: set[str] = set()

    def article(self, kept: KeptArticle) -> ArticleNow:
        """Return what has become of an article."""
        current = self._current(kept.id)
        known = (kept.id, kept.title, kept.outlet, kept.published)
        if current is None:
            return ArticleNow(*known, "unreadable" if kept.id in self._unreadable else "removed")
        if current.digest == kept.digest:
            return ArticleNow(*known, "unchanged")
        changes = tuple(
            FieldChange(name, getattr(kept, name), getattr(current, name))
            for name in FIELDS
            if getattr(kept, name) != getattr(current, name)
        )
        text_changed = digest_of_text(current.text) != kept.text_digest
        return ArticleNow(*known, "corrected", changes, text_changed)

    def citation(self, cited: Citation) -> CitationNow:
        """Return what has become of a quotation."""
        around = self._around(cited)
        article = self._current(cited.article)
        if article is None:
            unreadable = cited.article in self._unreadable
            return CitationNow(cited, around, "unreadable" if unreadable else "removed")
        if article.text[cited.start : cited.end] == cited.quote:
            return CitationNow(cited, around, "stands", cited.start, cited.end)
        span = _found_again(article.text, cited)
        if span is not None:
            return CitationNow(cited, around, "moved", span.start, span.end)
        span = self._most_alike(article, cited.quote)
        if span is None:
            return CitationNow(cited, around, "gone")
        return CitationNow(cited, around, "gone", span.start, span.end, span.of(article.text))

    def sentence(self, sentence: Sentence) -> SentenceNow:
        """Verify a sentence against what its citations say now."""
        citations = tuple(self.citation(cited) for cited in sentence.citations)
        own = [one for one in citations if _is_said_by(sentence, one.citation)]
        if any(one.holds for one in own):
            return SentenceNow(sentence, citations, "supported", 1.0, None)
        here = [Cited(article, span) for one in citations for article, span in self._place(one)]
        lost = _losses(citations)
        if not here:
            return SentenceNow(sentence, citations, "unsupported", 0.0, lost)
        said = self._verifier.verify(sentence.text, here)
        return SentenceNow(sentence, citations, said.verdict, said.score, _because(said, lost))

    def _current(self, article_id: str) -> Article | None:
        if article_id not in self._articles:
            try:
                self._articles[article_id] = self._store.article(article_id)
            except StoreError:
                # What is damaged is not shown as if it were what was stored.
                self._unreadable.add(article_id)
                self._articles[article_id] = None
        return self._articles[article_id]

    def _around(self, cited: Citation) -> str:
        kept = self._record.article(cited.article)
        for text in kept.texts if kept is not None else ():
            if text.start <= cited.start and cited.end <= text.end:
                return text.text
        return cited.quote

    def _place(self, one: CitationNow) -> Iterable[tuple[Article, Span]]:
        article = self._current(one.citation.article)
        if article is not None and one.start is not None and one.end is not None:
            yield article, Span(one.start, one.end)

    def _most_alike(self, article: Article, quote: str) -> Span | None:
        """Return the sentences of an article that read most like a quotation, if any do."""
        stored = self._store.embedded(article.id)
        sentences = sorted({s for p in stored.passages for s in p.sentences} if stored else ())
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(quote.split())
        best, alike = None, MIN_ALIKE
        for count in range(1, MAX_INSTEAD + 1):
            for window in _windows(sentences, count):
                matcher.set_seq1(window.of(article.text).split())
                if matcher.quick_ratio() > alike and matcher.ratio() > alike:
                    best, alike = window, matcher.ratio()
        return best


def _windows(sentences: Sequence[Span], count: int) -> Iterable[Span]:
    """Return stretches of so many sentences on end, none of which overlap."""
    for at in range(len(sentences) - count + 1):
        within = sentences[at : at + count]
        if all(one.end <= other.start for one, other in pairwise(within)):
            yield Span(within[0].start, within[-1].end)


def _found_again(text: str, cited: Citation) -> Span | None:
    """Return where quoted words stand, nearest to where they stood; spaces may be others."""
    words = r"\s+".join(re.escape(word) for word in cited.quote.split())
    found = [Span(*match.span()) for match in re.finditer(words, text)] if words else []
    return min(found, key=lambda span: abs(span.start - cited.start), default=None)


def _is_said_by(sentence: Sentence, cited: Citation) -> bool:
    """Tell whether a sentence only repeats a quotation."""
    return " ".join(cited.quote.split()) == " ".join(sentence.text.split())


def _losses(citations: Iterable[CitationNow]) -> str | None:
    """Say which quotations stand no longer: "its words no longer stand in article fire"."""
    said = {
        "gone": "the quoted words no longer stand in article {}",
        "removed": "article {} was removed",
        "unreadable": "article {} cannot be read",
    }
    lost = [said[one.standing].format(one.citation.article) for one in citations if not one.holds]
    return "; ".join(dict.fromkeys(lost)) or None


def _because(said: Verification, lost: str | None) -> str | None:
    return said.reason if said.verdict == "supported" else said.reason or lost
