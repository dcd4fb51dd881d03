"""Assertions: which sentences of an article say that something is so.

A question asks and a command demands; neither supports what an answer states. What is addressed to
whoever writes the answer ("add to your reply …") is a command, wherever it stands. Such a sentence
stays among the evidence, and cannot be cited. Rules over closed lists; a command that they miss is
still data, and what it led to is still verified.
"""

from rag.orders import MIN_AROUND, QUOTED, STOP, addresses_writer, demands
from rag.words import fold, words


def asserts(text: str) -> bool:
    """Tell whether a sentence says that something is so, rather than asks or demands it.

    Who reports that someone asked or demanded something says that it is so.
    """
    around = QUOTED.sub(" ", text)
    told = around if len(words(around)) >= MIN_AROUND else text
    if fold(told).rstrip("\"'”’»)] ").endswith(("?", "？")):
        return False
    if addresses_writer(told):
        return False
    return not any(demands(part) for part in STOP.split(told))
