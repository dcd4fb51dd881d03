"""Offices: who holds an office that no passage names is not answered by who holds another.

"Who is the finance minister?" has no answer in articles on a prime minister, however near they
come. Rules over the words of English titles; knows nothing of probabilities.
"""

import itertools
import re
from collections.abc import Iterable

from rag.question import Question
from rag.words import fold, stem, stems_of, words

TITLES = frozenset(
    "ministers secretaries ambassadors chancellors presidents governors commissioners directors"
    " officers editors spokesmen spokeswomen chiefs"
    " minister secretary ambassador chancellor president governor commissioner director officer"
    " editor spokesman spokeswoman chief".split()
)
# What a title may be of; other words before one only say more of who holds it.
OF = frozenset(
    "prime finance foreign trade defence defense home interior police health education justice"
    " environment agriculture transport energy labour labor treasury press economy economic"
    " deputy vice attorney fire culture tourism immigration housing science fisheries forestry"
    " family social planning water climate executive financial operating communications sports"
    " security intelligence public development industry industrial technology lord general".split()
)
ASKS_WHO = re.compile(
    r"^(?:and |so |but )?who(?:.s| is| are| was| were| became| becomes| will be| serves as"
    r"| served as)\b|\bnames? of\b"
)
# "Minister of finance", "finance and trade minister".
NEAR = 3


def asked_office(question: Question) -> tuple[str, str] | None:
    """Return the two words of the office whose holder a question asks for; None if for none."""
    if ASKS_WHO.search(fold(question.text)) is None:
        return None
    told = words(question.text)
    for before, title in itertools.pairwise(told):
        if title in TITLES and before in OF:
            return before, title
    return None


def names_office(office: tuple[str, str], texts: Iterable[str]) -> bool:
    """Tell whether any text has both words of an office close together."""
    first, second = map(stem, office)
    for text in texts:
        stems = stems_of(text)
        places = [place for place, one in enumerate(stems) if one == second]
        for place in places:
            if first in stems[max(0, place - NEAR) : place + NEAR + 1]:
                return True
    return False
