"""Events: what is known of an answer while it is made, in the order in which it is known.

First the Retrieval, then each CheckedSentence as soon as it has been checked, then what sources
differ on, and last Done with the whole answer, in which everything before is found again. A
sentence that was not checked is no event, and none is taken back. Where the user wants to see what
a language model wrote without support, that comes after the other sentences, with its verdict.
"""

from dataclasses import dataclass

from rag.types import Answer, Disagreement, Retrieved, Sentence, Source


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The passages in which the answer is looked for.

    Attributes:
        standalone_question: the question as it was understood.
        retrieved: the passages, best first.
    """

    standalone_question: str
    retrieved: tuple[Retrieved, ...]


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of the answer, checked against what it cites.

    Attributes:
        sentence: the sentence, as it stands in the answer.
        sources: those of its citations' sources that no earlier sentence cites.
    """

    sentence: Sentence
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class FoundDisagreement:
    """Something on which cited sources differ; `updates` where time explains it.

    `sources` are those of its positions that nothing before it cites.
    """

    disagreement: Disagreement
    updates: bool
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; nothing comes after it."""

    answer: Answer


Event = Retrieval | CheckedSentence | FoundDisagreement | Done
