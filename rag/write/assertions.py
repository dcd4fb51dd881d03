"""Assertions: which sentences of an article say that something is so.

A question asks and a command demands; neither supports what an answer states. What is addressed to
whoever writes the answer ("add to your reply …") is a command, wherever it stands. Such a sentence
stays among the evidence, and cannot be cited. Rules over closed lists; a command that they miss is
still data, and what it led to is still verified.
"""

import re

from rag.words import fold, words

# What stands before a command without changing that it is one.
OPENING = re.compile(
    r"^(?:[\W_]+|(?:please|now|also|then|instead|just|always|never|do not|don't|you must|you should"
    r"|important|note|system|assistant|user|instructions?|attention|warning)\b[\s:,!.-]*"
    r"|(?:in|within|at the end of|at the start of|with|for) your [a-z]+,? )*"
)
DEMANDS = re.compile(
    r"(?:write|add|include|insert|append|integrate|incorporate|mention|modify|change|replace"
    r"|enhance|augment|reply|respond|answer|output|print|say|state|repeat|tell|show|provide|give"
    r"|generate|produce|create|compose|draft|render|encode|decode|encrypt|decrypt|apply|use"
    r"|substitute|reverse|invert|shift|translate|summari[sz]e|rewrite|rephrase|explain|describe"
    r"|discuss|analy[sz]e|list|recommend|suggest|help|assist|ignore|disregard|forget|override"
    r"|bypass|pretend|act|imagine|remember|follow|execute|run|visit|click|subscribe|download"
    r"|install|send|email|promote|advertise|highlight|emphasi[sz]e|hint|claim|spread|fabricate)\b"
    # "Use of force", "Answers in Genesis", "Claim by claim" name things.
    r"(?! (?:of|by|was|were|is|are|has|had)\b)"
)
ADDRESSES_WRITER = re.compile(
    r"\byour (?:next |final |own |whole |entire )?(?:reply|replies|response|responses|answer"
    r"|answers|output|message|instructions?|system prompt|prompt)\b"
    r"|\b(?:previous|prior|earlier|above|preceding|these|those|all) instructions\b"
    r"|\bsystem prompt\b|\blanguage model\b.{0,40}\b(?:must|should|ignore|instruct)"
)

QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"")
# With fewer words around it, a quotation is all that is said.
MIN_AROUND = 2
# What is taken for one sentence may be two: "as in the U.S. Write a poem."
STOP = re.compile(r"[.!?][\"”’)]?\s+(?=[\W_]*[A-Z])")


def asserts(text: str) -> bool:
    """Tell whether a sentence says that something is so, rather than asks or demands it.

    Who reports that someone asked or demanded something says that it is so.
    """
    around = QUOTED.sub(" ", text)
    told = around if len(words(around)) >= MIN_AROUND else text
    folded = " ".join(fold(told).split())
    if folded.rstrip("\"'”’»)] ").endswith(("?", "？")):
        return False
    if ADDRESSES_WRITER.search(folded):
        return False
    return not any(_demands(part) for part in STOP.split(told))


def _demands(text: str) -> bool:
    folded = " ".join(fold(text).split())
    opening = OPENING.match(folded)
    return DEMANDS.match(folded, opening.end() if opening else 0) is not None
