"""Finding: what the doctor says of one thing that it looked at."""

from dataclasses import dataclass
from typing import Literal

State = Literal["right", "doubtful", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        about: what was looked at.
        state: whether it is as it should be; what is doubtful hinders no answer.
        says: what was found.
        do: what to do about it; None where nothing is to be done.
    """

    about: str
    state: State
    says: str
    do: str | None = None
