"""Shift: what people say around a question, and the words that announce another subject.

Knows nothing of the question itself.
"""

import re

MARKED = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|right|well|so|now|and|but|fine|thanks?|thank you)\b\W*)*"
    r"(?:(?:on|let['’]s talk about|let me ask)\s+)?"
    r"(?:(?:some(?:thing| thing)|a|an|one|totally|completely)?\s*"
    r"(?:else|another|other|different|new|unrelated|separate)\s*"
    r"(?:topic|subject|question|matter|thing|note)?"
    r"|chang(?:e|ing)(?: of)? (?:the )?(?:topic|subject)|by the way|btw|incidentally|next question"
    r"|moving on|(?:on )?a different note)\s*[:,;.!?–—-]+\s*",
    re.IGNORECASE,
)
OPENING = re.compile(
    r"^\W*(?:(?:(?:and|but|so(?! (?:far|many|much|long))|also|well|now|ok(?:ay)?|then|hm+|i see"
    r"|thanks?|thank you|interesting|yes|no|right|fine)[,;:.!–—]+|and|but|also|ok(?:ay)?|well"
    r"|so(?! (?:far|many|much|long)\b))\s+)+(?=\S)",
    re.IGNORECASE,
)
ASKING = re.compile(
    r"^(?:please\s+)?(?:(?:can|could|would) you (?:please )?(?:tell|say)(?: me| us)?"
    r"|tell me|do you know|i wonder|i(?:['’]d| would) like to know)\s+"
    r"(?=(?:(?:in|at|by|for|from|to|with|on) )?"
    r"(?:who|what|when|where|why|how|which|whether|whom)\b)",
    re.IGNORECASE,
)
NAMING = re.compile(
    r"^(?:please\s+)?(?:(?:(?:can|could) you )?tell me|what|how|anything|something|more|news"
    r"|what is new|what do you know)?\s*\b(?:about|on)\s+",
    re.IGNORECASE,
)
DOUBTING = re.compile(
    r"^\W*(?:really|are you (?:quite )?sure(?: about (?:that|this|it))?"
    r"|is (?:that|this|it) (?:so|true)|go on|and|more|explain|elaborate|tell me more"
    r"|seriously)\W*$",
    re.IGNORECASE,
)


def another_subject(text: str) -> str | None:
    """Return what follows words that announce another subject; None where there are none."""
    match = MARKED.match(text)
    rest = text[match.end() :].strip() if match else ""
    return rest or None


def without_opening(text: str) -> str:
    """Return a question without "And", "OK, so", "Can you tell me"."""
    rest = OPENING.sub("", text.strip()).strip()
    if rest.casefold().rstrip("?! ") == "says who":
        return "Who said so?"
    return ASKING.sub("", rest).strip() or text.strip()


def only_doubts(text: str) -> bool:
    """Tell whether a text asks for nothing but the last answer again: "Really?"."""
    return DOUBTING.match(text) is not None


def subject_named(text: str) -> str:
    """Return what a text that is no question names: "the strike" of "Tell me about the strike"."""
    return NAMING.sub("", without_opening(text)).strip()
