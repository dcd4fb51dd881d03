"""Rules: how far a language model may go, and what it may take."""

from dataclasses import dataclass

# Questions that the evidence answers with less than even odds are left unanswered without asking
# the model, unless the odds come this near; docs/quality.md says what lies in between.
REACH = 0.35


@dataclass(frozen=True, slots=True)
class Rules:
    """How answers are written.

    Attributes:
        reach: the least confidence with which a model is asked where the extractive answerer
            abstains; 0.5 never asks it there.
        flag: whether sentences that stay unsupported are shown as such; else they are dropped.
        passages: how many passages of evidence it is shown, at most.
        characters: how long the evidence that it is shown is, at most.
        max_tokens: how many tokens it may write in one call.
        budget_tokens: how many tokens the calls of one answer may take, what is read included.
        budget_usd: how many US dollars they may cost, where the price is known.
    """

    reach: float = REACH
    flag: bool = False
    passages: int = 8
    characters: int = 16_000
    max_tokens: int = 800
    budget_tokens: int = 20_000
    budget_usd: float = 0.25
