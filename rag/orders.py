"""Orders: sentences by which an article orders whoever answers from it what to say.

"Tell your reader that …", "State that …", "Ignore the article above": none of it is a statement of
the article, so none of it is told, cited or set against what others say. What goes on below an
order that plainly speaks to a machine, up to the next blank line, is of the same hand. Advice and
recipes order as well, but not what is answered, and may be quoted; so may a report that somebody
ordered something. Rules over closed lists: what they miss is still only a quotation.
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache

from index.types import Span
from rag.words import fold, words

# What stands before a command without changing that it is one.
OPENING = re.compile(
    r"^(?:[\W_]+|(?:please|now|also|then|instead|just|always|never|do not|don.t|you must|you should"
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
STOP = re.compile(r"[.!?][\"”’)]?\s+(?=[\W_]*[A-Z])|;\s+")

MACHINES = (
    r"(?:ai|a\.i\.|(?:ai |digital |virtual )?assistants?|(?:large )?language models?|llms?"
    r"|chat ?bots?|bots?|(?:ai )?agents?|summari[sz]ers?|answer(?:ing)? engines?|crawlers?)"
)
# "A warning to AI companies: …" is no word to a machine.
TRADE = (
    r"(?:compan|firms?\b|start-?ups?\b|labs?\b|industr|sector|investor|invest|developer|makers?\b"
    r"|users?\b|workers?\b|critics?\b|sceptic|skeptic|enthusiast|fans?\b|regulat|research|experts?\b"
    r"|scientist|engineer|students?\b|advocates?\b|owners?\b|bosses\b|chiefs?\b|executives?\b)"
)
ANSWER = r"(?:reply|replies|response|answer|output|summary|message)"
# "If asked about the fire, …", "To every question, …".
IN_CASE = r"(?:(?:if|when|whenever|to|for|in|should) [^,.;:]{2,70}, )?"
ONLY = r"(?:only |simply |just |always |instead |never |do not |don.t |you (?:must|should) )*"
EARLIER = (
    r"(?:ignore|disregard|forget|override|bypass|discard)\b (?:\w+ ){0,3}?"
    r"(?:(?:previous|prior|earlier|preceding|above|original|other|system) (?:\w+ )?"
    r"(?:instructions?|prompts?|rules|guidelines|texts?|articles?|context)"
    r"|instructions?|(?:article|text|page|story|report|document|everything|passage)s? "
    r"(?:above|before|below)|this (?:article|page|text|document|story|report)"
    r"(?! at (?:your|their|our|its) (?:own )?(?:peril|risk|cost))"
    r"|(?:what|everything) you (?:were|have been|are) told)\b"
)
READERS = (
    r"(?:(?:the|your|every|each|any|all) (?:\w+ )?(?:readers?|users?|askers?|questioners?|humans?)"
    r"|(?:whoever|anyone who|everyone who) asks)\b"
)
# Each of these can only be meant for whoever answers by machine.
TO_A_MACHINE = re.compile(
    rf"^{IN_CASE}{ONLY}(?:{EARLIER}"
    rf"|(?:tell|inform|assure|convince|persuade|notify) {READERS} (?:that|to)\b"
    rf"|(?:end|finish|begin|start|close|precede|follow) (?:your|every|each|the) {ANSWER}\b)"
    rf"|^(?:in|within|at the (?:end|start) of) your (?:\w+ )?{ANSWER}, "
    rf"|^(?:(?:an?|the|this) )?(?:\w+.s? )?(?:note|notice|message|instructions?|attention|warning"
    r"|memo|important)\b"
    rf"[^.:]{{0,25}}\b(?:to|for|all|any)\b[^.:]{{0,25}}\b{MACHINES}\b(?! {TRADE})[^.:]{{0,60}}:"
    rf"|\b{MACHINES}\b[^.]{{0,30}}\b(?:reads?|reading|summari[sz]\w+|quot\w+|process\w*|pars\w+"
    rf"|answer\w*) (?:\w+ )?(?:this|the (?:above|following))\b[^.]{{0,60}}"
    rf"\b(?:must|should|shall|has to|have to|is to|are to|needs? to)\b"
    rf"|^you are (?:now )?(?:in \w+ mode|(?:an? |the )?(?:\w+ ){{0,2}}?(?:ai\b|language model"
    rf"|chat ?bot|\w+gpt\b|(?:ai|helpful|digital|virtual) assistant))"
)
# The first line of what pretends to be a prompt.
MARKER = re.compile(
    r"^[\W_]*(?:(?:begin |start |new )?system (?:prompt|message|override|note)\b"
    r"|role ?: ?(?:system|user|assistant|developer)\b|(?:system|assistant) ?: "
    r"(?=you\b|[\w ]{0,20}\b(?:ignore|answer|reply|respond|say|tell|write)\b)"
    r"|im_start\b|inst\b\]|(?:hidden )?(?:prompt|instructions?) for (?:the )?" + MACHINES + r"\b)"
)
# "Reply by 3 May", "by letter".
DEADLINE = (
    r"(?:\d|noon|midnight|today|tomorrow|tonight|next|the end|the deadline|\w+day\b|e-?mail|post\b"
    r"|phone|letter|text\b|mail\b|return|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)\w*\b)"
)
# "Say that again" and "say that a family earns little" suppose or exclaim.
STATES = (
    r"(?:say|state|claim|mention|repeat|assert|insist|affirm|pretend|announce|conclude)"
    r" (?:only |instead |clearly |also )*(?:that(?! again| an? )|[:“\"])"
)
WHAT_TO_ANSWER = re.compile(
    rf"^{IN_CASE}{ONLY}(?:{STATES}"
    r"|(?:reply|respond)\b (?:only |always |instead )*(?:that|with(?! your (?:full )?(?:names?"
    rf"|address|e-?mail|details|phone|number|entry|views?|comments?)\b)|by(?! {DEADLINE})|in"
    r"|using|as|to (?:all|every|any))\b"
    r"|answer\b (?:only |always |instead )*(?:that|with|by|using|in (?:\w+ )?(?:words?|sentences?"
    r"|verse|rhyme|english|french|capitals|code)|(?:all|every|any|each) questions?)\b"
    r"|(?:cite|quote|link to)\b(?! (?:of|by|unquote|was|were|is|are|has|had)\b)"
    r"|(?:mention|reveal|disclose) (?:(?:that|this|it|them|these)\b|(?:the|any|your) (?:sources?"
    r"|instructions?|prompt|note))"
    r"|(?:write|compose|generate|draft|produce|create|output|provide|print|add|insert|append"
    r"|integrate|include)\b (?:me |us )?(?:an?|some|the)? ?(?:\w+ ){0,2}?(?:scripts?|program|code"
    r"|poems?|haiku|limerick|joke|sentence|statement|commands?|base ?\d\d|morse code|translation)\b"
    r"|(?:show|help|give|teach) (?:me|us) (?:how|with|to|an?)\b)"
)


class Order(IntEnum):
    """How surely a sentence orders what is to be answered."""

    NONE = 0
    WHAT_TO_ANSWER = 1
    TO_A_MACHINE = 2


def orders_among(text: str, spans: Sequence[Span]) -> frozenset[Span]:
    """Return those of an article's sentences that order what is to be answered.

    Args:
        text: the article's.
        spans: sentences that follow each other.
    """
    found = []
    below = False
    for before, span in zip((None, *spans), spans, strict=False):
        if before is not None and text.count("\n", before.end, span.start) > 1:
            below = False
        order = order_in(span.of(text))
        below = below or order is Order.TO_A_MACHINE
        if below or order is not Order.NONE:
            found.append(span)
    return frozenset(found)


@lru_cache(maxsize=20_000)
def order_in(text: str) -> Order:
    """Tell whether a sentence orders what is to be answered.

    Who reports that someone ordered something says that it is so.
    """
    if MARKER.match(fold(text)):
        return Order.TO_A_MACHINE
    around = QUOTED.sub(" ", text)
    told = around if len(words(around)) >= MIN_AROUND else text
    return max((_order(part) for part in STOP.split(told)), default=Order.NONE)


def demands(text: str) -> bool:
    """Tell whether a sentence begins as a command of any kind does."""
    folded = _even(text)
    opening = OPENING.match(folded)
    return DEMANDS.match(folded, opening.end() if opening else 0) is not None


def addresses_writer(text: str) -> bool:
    """Tell whether a sentence speaks of the answer that is being written, or of what ordered it."""
    return ADDRESSES_WRITER.search(_even(text)) is not None


def _order(part: str) -> Order:
    told = _even(part).lstrip(" \t-*#>[](){}<!“\"'‘")
    bare = re.sub(r"^(?:please|now|also|then|important|note|warning)\b[\s:,!.-]*", "", told)
    if TO_A_MACHINE.search(told) or TO_A_MACHINE.search(bare):
        return Order.TO_A_MACHINE
    if addresses_writer(bare) and (demands(bare) or bare.startswith(("can you ", "could you "))):
        return Order.TO_A_MACHINE
    return Order.WHAT_TO_ANSWER if WHAT_TO_ANSWER.search(bare) else Order.NONE


def _even(text: str) -> str:
    return " ".join(fold(text).split())
