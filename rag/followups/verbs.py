"""Verbs: the common verbs of news and their forms, so that a clause's verb can be found.

A list, and the spelling rules of regular verbs. A verb that is not listed is found by its place,
see `rag.followups.clause`. Knows nothing of questions.
"""

IRREGULAR = {
    base: (past, participle)
    for base, past, participle in (
        (*forms.split("/"), forms.split("/")[-1])[:3]
        for forms in """
        be/was/been become/became/become begin/began/begun bid/bid bind/bound blow/blew/blown
        break/broke/broken bring/brought build/built burn/burned burst/burst buy/bought
        catch/caught choose/chose/chosen come/came/come cost/cost cut/cut deal/dealt do/did/done
        draw/drew/drawn drink/drank/drunk drive/drove/driven eat/ate/eaten fall/fell/fallen
        feed/fed feel/felt fight/fought find/found flee/fled fly/flew/flown forbid/forbade/forbidden
        forget/forgot/forgotten freeze/froze/frozen get/got give/gave/given go/went/gone
        grow/grew/grown have/had hear/heard hide/hid/hidden hit/hit hold/held hurt/hurt keep/kept
        know/knew/known lay/laid lead/led leave/left lend/lent let/let lie/lay/lain lose/lost
        make/made mean/meant meet/met overtake/overtook/overtaken pay/paid put/put quit/quit
        read/read ride/rode/ridden rise/rose/risen run/ran/run say/said see/saw/seen seek/sought
        sell/sold send/sent set/set shake/shook/shaken shoot/shot shut/shut sink/sank/sunk sit/sat
        sleep/slept speak/spoke/spoken spend/spent split/split spread/spread stand/stood
        steal/stole/stolen step/stepped stick/stuck strike/struck swear/swore/sworn swim/swam/swum
        take/took/taken teach/taught tell/told think/thought throw/threw/thrown
        understand/understood wear/wore/worn win/won withdraw/withdrew/withdrawn write/wrote/written
        """.split()
    )
}
REGULAR = frozenset(
    """
    abandon accept accuse achieve acquire act add admit adopt affect agree aim allow announce
    answer apologise apologize appeal appear appoint approve argue arrest arrive ask assess
    attack attend avoid award back ban believe belong benefit block boost borrow boycott call
    campaign cancel carry cause celebrate change charge cheat cite claim clash clear climb close
    collapse collect comment compare compete complain complete comply condemn confirm consider
    contain continue control convict cover crash create criticise criticize cross damage decide
    declare decline defeat defend delay deliver demand deny depend deploy deport derail describe
    design destroy detain develop die differ direct disappear discover discuss dismiss donate
    double drop drown earn elect emit employ end enforce enter erupt escape establish estimate
    evacuate exceed expand expect expel expire explain explode export express extend face fail
    fear fine finish fire fix flood follow force form found free fund gain grant happen hate
    head help hire hope host identify ignore import impose imprison improve include increase
    inform injure insist intervene introduce invade invent invest investigate invite involve
    jail join jump kill land last launch learn like link list live lobby look lower maintain
    manage match mention merge miss monitor move name need negotiate nominate object offer open
    operate oppose order organise organize overturn own pass perform plan play plead pledge post
    praise predict prepare present prevent produce promise promote propose protect protest prove
    publish punish push qualify question quote raise ratify reach react recall receive recognise
    recognize recommend record recover reduce refuse regret reject release rely remain remove
    rename renew repeal replace reply report represent request require rescue resign resist
    respond rest restore resume retaliate retire return reveal reverse revive rule sack sail
    save score search seize sentence serve settle share shelve sign slow solve spark spill stage
    start state stay stop study submit succeed sue suffer suggest support surrender survive
    suspend talk target tax test threaten tour trade train travel trigger try turn urge use veto
    view visit vote vow wait want warn waste watch weigh welcome witness work worry yield
    """.split()
)
BASES = frozenset(IRREGULAR) | REGULAR
SAYING = frozenset(
    """
    say warn claim argue announce tell report state predict suggest believe think insist declare
    confirm estimate
    """.split()
)
# What people do and organisations do not.
PERSONAL = frozenset(
    """
    visit meet arrive resign speak travel die flee step retire apologise write want feel sit sleep
    know think hope love marry swim
    """.split()
)
# With these "what" asks for no thing that could be spoken of further.
MEASURING = frozenset("cost weigh earn mean do have think look feel need happen be".split())
DOUBLING = frozenset(
    "ban drop admit cancel commit control expel fit occur plan refer step stop".split()
)


def past(base: str) -> str:
    """Return the past tense of a verb."""
    if base in IRREGULAR:
        return IRREGULAR[base][0]
    return _with_ending(base, "ed")


def third_person(base: str) -> str:
    """Return the form that goes with "it"."""
    if base == "have":
        return "has"
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return base[:-1] + "ies"
    return base + "s"


def _with_ending(base: str, ending: str) -> str:
    if base.endswith("e"):
        return base[:-1] + ending
    if base.endswith("y") and base[-2:-1] not in set("aeiou"):
        return base[:-1] + "i" + ending
    if base in DOUBLING:
        return base + base[-1] + ending
    return base + ending


BASE_OF_PAST = {past(base): base for base in sorted(BASES)}
BASE_OF_PARTICIPLE = {
    **{past(base): base for base in REGULAR},
    **{forms[1]: base for base, forms in IRREGULAR.items()},
}
BASE_OF_THIRD = {third_person(base): base for base in sorted(BASES)}


def base_of(word: str) -> str | None:
    """Return the base of a folded verb form, or None where it is not known to be one.

    A past tense in -ed is one whether or not its verb is listed.
    """
    for forms in (BASE_OF_PAST, BASE_OF_PARTICIPLE, BASE_OF_THIRD):
        if word in forms:
            return forms[word]
    if word in BASES:
        return word
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ed") and len(word) > 4:
        stemmed = word[:-2]
        if stemmed[-1] == stemmed[-2] and stemmed[-1] not in "lsz":
            return stemmed[:-1]
        return stemmed if _is_closed(stemmed) else stemmed + "e"
    return None


def _is_closed(stemmed: str) -> bool:
    """Tell whether a regular verb's stem ends without an "e": "block" but not "driv"."""
    two = stemmed[-2:]
    return (two[0] not in set("aeiou") and two[1] not in set("cgvszul")) or two in {
        "ck",
        "ow",
        "er",
    }


def gerund(base: str) -> str:
    """Return the form in -ing."""
    if base.endswith("ie"):
        return base[:-2] + "ying"
    if base.endswith("e") and not base.endswith(("ee", "oe", "ye")) and base != "be":
        return base[:-1] + "ing"
    doubled = DOUBLING | frozenset(
        "begin cut get hit let put quit run set shut sit split swim win".split()
    )
    return (base + base[-1] if base in doubled else base) + "ing"
