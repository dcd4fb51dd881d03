"""Asked: a part of a question with the sentences that may answer it.

What is looked for and found, and nothing of what is told of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.candidates import Candidate
from rag.evidence import Inquiry


@dataclass(frozen=True, slots=True)
class Exactness:
    """How the candidates stand to what an answer has to hold, see `rag.exact_kind`.

    Attributes:
        lacking: what none of them holds; None where nothing is missing.
        settled: whether they surely answer, since they hold it.
    """

    lacking: str | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or a part of one, with its candidate sentences, most probable first.

    `origins` are those of the candidates' articles.
    """

    inquiry: Inquiry
    found: tuple[Candidate, ...]
    origins: Mapping[str, str]
    exactness: Exactness = Exactness()
