"""Several: what is asked of several people or things is asked of each.

"At which mills do Pell and Tolland work?" is "At which mill does Pell work?" and the same of
Tolland; only where "each", "respectively", "vs." or a plural after "which" says that the answers
differ: what Pell and Tolland discussed is one thing. Grammar by closed lists; knows nothing of
articles.
"""

import re

from rag.followups.kinds import FIRST_NAMES
from rag.words import fold

# More than these are asked together, or each would get too little attention.
MOST = 3
NAME = r"(?:[A-Z][\w.’'-]*(?: (?:(?:of|de|van|von|bin|al|del|da|the) )?[A-Z][\w.’'-]*){0,4})"
NAMES = rf"(?P<names>(?:the )?{NAME}(?:, (?:the )?{NAME})*,? and (?:the )?{NAME})"
SINGULAR = {
    "do": "does",
    "are": "is",
    "were": "was",
    "have": "has",
    "don't": "doesn't",
    "did": "did",
    "had": "had",
    "will": "will",
    "would": "would",
    "can": "can",
    "could": "could",
    "should": "should",
    "may": "may",
    "might": "might",
}
EACH = r"(?:each|both|respectively|individually)"
HEAD = r"(?P<head>(?:(?:[Aa]t|[Ii]n|[Bb]y|[Tt]o|[Ff]rom|[Oo]n|[Ff]or|[Ww]ith|[Oo]f) )?"
ASKED_OF_EACH = re.compile(
    rf"^{HEAD}(?:[Ww]hom?|[Ww]hat|[Ww]hich|[Ww]here|[Ww]hen|[Ww]hy|[Hh]ow)\b(?: \w+){{0,4}}?) "
    rf"(?P<be>{'|'.join(SINGULAR)}) {NAMES}(?P<rest> .+)?$"
)
PLURAL = re.compile(r"\b(?:[Ww]hich|[Ww]hat) (?:\w+ )?(?P<noun>\w+[^s\W]s)$")
# What people do with each other, or as one.
TOGETHER = re.compile(
    r"\b(?:together|jointly|in common|share[ds]?|discuss(?:ed)?|met|meet|agree[ds]?|signed?"
    r"|merge[ds]?|compete[ds]?|talk(?:ed)? about|with each other|between)\b"
)
# Each has an own answer to these, whatever the verb.
OF_ONE = re.compile(r"^(?:[Ww]ho|[Hh]ow (?:old|tall|heavy|big|large|high|long))$")
PREPOSITION = r"(?:on|of|about|for|in|to|towards?|at|from)"
BE = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must|shall)"
)
BE_ONE = rf"{BE} (?:the|an?|it|he|she|they|there|this|that|[A-Z][\w.’'-]*)"
# "What's Pell's view on trams, and Tolland's on ferries?"
SAME_OF_EACH = re.compile(
    rf"^(?P<head>[Ww]hat(?:[’']s| is| was| are| were)) (?P<one>{NAME})[’']s? (?P<noun>\w+(?: \w+)?)"
    rf" (?P<of>{PREPOSITION}) (?P<what>.+?),? and (?P<two>{NAME})[’']s?"
    rf" (?P<other>{PREPOSITION} .+)$"
)
AGAINST = re.compile(
    rf"^(?P<one>{NAME}) (?:vs\.?|versus) (?P<two>{NAME})(?: (?:on|about|over)|:) "
    r"(?P<what>(?!(?:who|what|when|where|why|how|which|is|are|was|were|did|does|do|will)\b).+)$"
)
WHAT_ARE = re.compile(
    rf"^(?P<one>[^,;:?]+? (?P<noun>\w+)(?: {PREPOSITION} [^,;:?]+)?) (?:vs\.?|versus)"
    r" (?P<two>[^;:?]+): what are (?:they|these)$",
    re.IGNORECASE,
)


# Couples that are one.
COUPLES = re.compile(
    r"\b(?:Bosnia and Herzegovina|Trinidad and Tobago|Antigua and Barbuda|Nevis and (?:Saint|St\.?)"
    r" Kitts|(?:Saint|St\.?) Kitts and Nevis|(?:Saint|St\.?) Vincent and the Grenadines"
    r"|S[aã]o Tom[eé] and Pr[ií]ncipe|Turks and Caicos|Wallis and Futuna|Newfoundland and Labrador"
    r"|Jammu and Kashmir|Tyne and Wear|Brighton and Hove|Marks and Spencer|Procter and Gamble"
    r"|Standard and Poor|Ernst and Young|Rolls and Royce)\b"
)
# "Marie and Pierre Curie" share a name, so that "Marie" alone says too little.
RELATED = re.compile(r"^(?:.*, )?(?P<one>[A-Z][\w’'-]*) and (?P<two>[A-Z][\w’'-]*) [A-Z]")


# A list of what is whose, as in "the fares: Pell has one to the mill, Orrin one to the weir".
LISTED = re.compile(
    rf"^(?:(?:[Ww]hat are|[Gg]ive(?: me)?|[Ll]ist|[Nn]ame) )?(?:(?:[Aa]ll|[Bb]oth) )?(?:[Tt]he )?"
    rf"(?P<noun>\w+[^s\W]s)(?P<where> (?:in|of|at|for|from) [^:]+)?: "
    rf"(?P<list>{NAME}[’']s? {PREPOSITION} .+)$"
)
ITEM = re.compile(rf"(?:, (?:and )?| and )(?={NAME}[’']s? {PREPOSITION} )")
OWNED = re.compile(rf"^(?P<who>{NAME}?)[’']s? (?P<rest>{PREPOSITION} .+)$")
# "Which days did she leave, was he to land, and is she back?" shares its "which days".
SHARED = re.compile(rf"^{HEAD}(?:[Ww]hat|[Ww]hich) (?P<noun>\w+[^s\W]s)) (?P<list>{BE_ONE} .+)$")
# Whom it speaks of, nothing before it says.
PRONOUN = re.compile(rf"{BE} (?:he|she|it|they|this|that)\b")
CLAUSE = re.compile(rf",? and (?={BE_ONE}\b)|, (?={BE_ONE}\b)")


def asked_of_each(text: str) -> tuple[str, ...]:
    """Return a question as it is asked of each of those it names; itself where it is asked once."""
    bare = text.rstrip(" ?.")
    against = AGAINST.match(bare)
    if against is not None:
        return tuple(
            f"What does {against[who]} say about {against['what']}?" for who in ("one", "two")
        )
    are = WHAT_ARE.match(bare)
    if are is not None:
        second = re.sub(r"\b[Tt]he ones\b|\b[Tt]hose\b", f"the {are['noun']}", are["two"])
        return f"What are {are['one']}?", f"What are {second}?"
    same = SAME_OF_EACH.match(bare)
    if same is not None:
        return (
            f"{same['head']} {_owner(same['one'])} {same['noun']} {same['of']} {same['what']}?",
            f"{same['head']} {_owner(same['two'])} {same['noun']} {same['other']}?",
        )
    return _each(bare) or _listed(bare) or _sharing(bare) or (text,)


def _listed(bare: str) -> tuple[str, ...]:
    found = LISTED.match(bare)
    if found is None:
        return ()
    items = [OWNED.match(item) for item in ITEM.split(found["list"])]
    if not 1 < len(items) <= MOST:
        return ()
    noun, where = _singular(found["noun"]), found["where"] or ""
    return tuple(
        f"What is {_owner(item['who'])} {noun} {item['rest']}{where}?" for item in items if item
    )


def _sharing(bare: str) -> tuple[str, ...]:
    found = SHARED.match(bare)
    if found is None:
        return ()
    clauses = CLAUSE.split(found["list"])
    if not 1 < len(clauses) <= MOST or PRONOUN.match(clauses[0]):
        return ()
    # Who "he" is, the first of them says.
    from rag.conversation import standalone_question  # noqa: PLC0415 - not for most questions

    head = f"{found['head'].removesuffix(found['noun'])}{_singular(found['noun'])}"
    asked: list[str] = []
    for clause in clauses:
        asked.append(standalone_question(f"{head} {clause}?", asked))
    return tuple(asked)


def _each(bare: str) -> tuple[str, ...]:
    found = ASKED_OF_EACH.match(bare)
    if found is None or COUPLES.search(found["names"]) or _related(found["names"]):
        return ()
    head, rest = found["head"], found["rest"] or ""
    plural = PLURAL.search(head)
    without = re.sub(rf"^ {EACH}\b|,? {EACH}$", "", rest, count=1)
    said = without != rest
    # "The Wool and Peat Board" is one.
    one_body = found["names"].startswith("the ") and found["names"].count("the ") == 1
    if not said and (
        one_body or TOGETHER.search(rest) or not (plural or _of_one(head, found["be"], rest))
    ):
        return ()
    if plural is not None:
        head = f"{head[: plural.start('noun')]}{_singular(plural['noun'])}"
    names = [one.strip() for one in re.split(r",? and |, ", found["names"]) if one.strip()]
    # "Johnson and Johnson" is one.
    if len(set(names)) < len(names):
        return ()
    if len(names) > MOST or not (without.strip() or found["be"] in {"are", "were"}):
        return ()
    return tuple(f"{head} {SINGULAR[found['be']]} {name}{without}?" for name in names)


def _related(names: str) -> bool:
    found = RELATED.match(names)
    return found is not None and {fold(found["one"]), fold(found["two"])} <= FIRST_NAMES


def _of_one(head: str, be: str, rest: str) -> bool:
    if be not in {"are", "were"}:
        return False
    return rest == " born" or (not rest and OF_ONE.match(head) is not None)


def _singular(noun: str) -> str:
    if noun.endswith("ies") and len(noun) > len("ties"):
        return f"{noun[:-3]}y"
    return noun[:-2] if re.search(r"(?:sh|ch|x|ss)es$", noun) else noun[:-1]


def _owner(name: str) -> str:
    bare = re.sub(r"[’']s?$", "", name)
    return f"{bare}’" if bare.endswith("s") else f"{bare}’s"
