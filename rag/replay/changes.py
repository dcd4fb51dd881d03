"""Changes: what a replay says has become of an answer, in plain values.

The same in the code and the JSON. Knows nothing of how it is found out or shown.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from rag.records.record import AnswerRecord
from rag.types import Answer, Citation, Sentence, Verdict

Standing = Literal["stands", "moved", "gone", "removed", "unreadable"]
ArticleState = Literal["unchanged", "corrected", "removed", "unreadable"]
Novelty = Literal["changed", "published since", "newer than the evidence", "not found then"]


@dataclass(frozen=True, slots=True)
class CitationNow:
    """What has become of a quotation.

    Attributes:
        citation: the quotation as it was given.
        around: the stretch of the article that it stood in, as it was.
        standing: "stands" where it stood, "moved" to another place in its article, "gone" from
            an article that is there, or the article is "removed" or "unreadable".
        start, end: where the words stand in the article as it is; where they are gone, where what
            reads most like them stands; None without that.
        instead: what stands there, where the words are gone.
    """

    citation: Citation
    around: str
    standing: Standing
    start: int | None = None
    end: int | None = None
    instead: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the quoted words still stand in the article."""
        return self.standing in {"stands", "moved"}


@dataclass(frozen=True, slots=True)
class SentenceNow:
    """A sentence of the answer, verified against what its citations say now.

    Attributes:
        sentence: as it was given, with the verdict that it had.
        citations: what has become of each of its citations, in order.
        verdict, score, reason: as in `rag.types.Sentence`.
    """

    sentence: Sentence
    citations: tuple[CitationNow, ...]
    verdict: Verdict
    score: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an article that is another; texts are not repeated here."""

    field: str
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class ArticleNow:
    """What has become of a cited article. Its fields are as they were."""

    id: str
    title: str | None
    outlet: str | None
    published: str | None
    state: ArticleState
    changes: tuple[FieldChange, ...] = ()
    text_changed: bool = False


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A passage that would be retrieved now, of an article that was not found as it is.

    Attributes:
        rank: its place among all that would be retrieved.
        article, title, outlet, published, url: of its article.
        text, start, end: the passage.
        why: why it counts as new.
        cited: whether asking again cites the article.
    """

    rank: int
    article: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    text: str
    start: int
    end: int
    why: Novelty
    cited: bool


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What asking again gives. `same` where it tells the same sentences from the same articles."""

    same: bool
    answer: Answer


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer as it was given, and what has changed since.

    Attributes:
        record: the answer with its evidence as it was.
        generation: the collection's, now.
        articles: the cited articles.
        sentences: the answer's sentences.
        differing: citations of what sources differ on that no sentence has.
        newer: what would be retrieved now and is new.
        again: what asking again gives; None where it was not asked.
        not_asked: why it was not, or could not be.
    """

    record: AnswerRecord
    generation: int
    articles: tuple[ArticleNow, ...]
    sentences: tuple[SentenceNow, ...]
    differing: tuple[CitationNow, ...]
    newer: tuple[NewEvidence, ...]
    again: AskedAgain | None
    not_asked: str | None

    @property
    def is_unchanged(self) -> bool:
        """Whether the answer stands as it was given, as far as was found out."""
        return (
            all(article.state == "unchanged" for article in self.articles)
            and all(one.verdict == one.sentence.verdict for one in self.sentences)
            and not self.newer
            and (self.again is None or self.again.same)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values: the record, and under "now" what has changed."""
        now = {name: value for name, value in asdict(self).items() if name != "record"}
        return {**self.record.to_json(), "now": {"unchanged": self.is_unchanged, **now}}
