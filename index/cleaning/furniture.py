"""Furniture: the words by which the lines are known that a news page says about itself.

Only phrases that news pages share; none belongs to one site. A pattern stands for a whole line in
small letters, without the bullets and arrows around it and with straight apostrophes.
"""

import re
from dataclasses import dataclass

NAVIGATION = "navigation or share buttons"
ADVERTISING = "advertising"
COOKIES = "a notice about cookies"
COPYRIGHT = "a notice about copyright"
LINK = "a link to another story"
COMMENTS = "readers' comments"
TAGS = "tags"
SIGN_UP = "a call to sign up, follow or write in"
MESSAGE = "a message of the page"
PICTURE = "a credit for a picture"
LIST = "a list of other stories"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of at most so many words that the pattern matches wholly, and what it is."""

    reason: str
    max_words: int
    pattern: re.Pattern[str]


def _one_per_line(patterns: str) -> str:
    """Join patterns, one a line; a line that begins with spaces continues the one above."""
    return "|".join(filter(None, re.sub(r"\n +", "", patterns).split("\n")))


def _rule(reason: str, max_words: int, patterns: str) -> Rule:
    return Rule(reason, max_words, re.compile(_one_per_line(patterns)))


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


NETWORKS = (
    r"(?:facebook|twitter|x|whatsapp|linkedin|reddit|telegram|pinterest|instagram|youtube|tiktok|"
    r"threads|bluesky|mastodon|messenger|flipboard|google news|google)"
)

# Where several rules match, the first one counts.
LINE_RULES = (
    _rule(
        NAVIGATION,
        8,
        rf"""
skip (?:to|navigation|links).*
(?:jump|back|return) to (?:main |the )?(?:top|content|navigation|home ?page)
(?:open|close|toggle|main|show|hide) (?:the )?(?:main )?(?:menu|navigation|search)
(?:next|previous|prev) (?:article|story|post|page)
(?:sign|log) ?(?:in|out|up)(?: (?:or|/) (?:register|sign ?up|subscribe))?
home [>/»›|·] .*
(?:share|tweet|like|pin|post|print|save|send|e-?mail|gift|listen to) this(?: \w+)?(?: (?:on|via
  |by|to) .*)?
(?:print|share) (?:article|story|page)|(?:order )?reprints|copy (?:the )?(?:link|url)|link copied.*
(?:share|send|post) (?:on|via|to|by|with) (?:{NETWORKS}|e-?mail|friends?|others|social media)
share|tweet|shares|(?:share|print|e-?mail|tweet|save|comment)(?: [|/·•] ?\w+){{1,5}}
[0-9][0-9,]*(?:\.[0-9])?[km]? (?:shares?|views?|likes?|retweets?|reactions?)
(?:opens|click to share)\b.* (?:new|window|tab|on)\b.*
add (?:us )?as (?:a )?preferred source.*
(?:estimated )?(?:reading|read) time:? .*|[0-9]{{1,3}}[ -]min(?:ute)?s?[ -](?:read|listen|watch)
read in (?:the )?app|view (?:as )?gallery|play (?:video|audio)|loading|please wait
terms(?: of (?:use|service))?(?: (?:and|&) conditions)?|privacy (?:policy|notice|statement)
""",
    ),
    _rule(
        ADVERTISING,
        8,
        r"""
advertisements?|advertising|advert|sponsored(?: content| by .*)?|paid (?:content|post)
promoted(?: content| by .*)?|(?:story|article) continues (?:below|after).*
advertisement.*(?:scroll|continue|below|feedback).*|(?:remove|report this|skip) ads?
continue reading (?:the )?(?:main )?story|scroll (?:down )?to continue.*
""",
    ),
    _rule(
        COOKIES,
        60,
        r"""
(?:this|our) (?:web ?)?site (?:also )?uses cookies.*
we (?:and our [\w ]{0,30}?(?:partners|vendors) )?use cookies (?:and|to|on|for).*
by (?:continuing|using|clicking|browsing)\b.*\b(?:you (?:agree|accept|consent)|cookies).*
(?:accept|reject|allow|decline|manage)(?: all)?(?: (?:cookies|preferences|choices|consent))+
(?:accept|reject) all|(?:cookies?|privacy|consent) (?:settings|preferences|choices|notice|policy)
""",
    ),
    _rule(
        COPYRIGHT,
        70,
        r"""
(?:copyright )?(?:©|ⓒ|\(?c\)) ?(?:copyright )?[12][0-9]{3}\b.*
copyright,? (?:(?:©|ⓒ|\(?c\)) ?)?(?:[12][0-9]{3}\b|[^.]{0,40}\b[12][0-9]{3}\b).*
copyright (?:©|ⓒ).*|.{0,120}\ball rights reserved\.?
(?:this|the) (?:material|article|content|document|copy|story) (?:may not be|must not be
  |is protected|is subject|is for your)\b.*
(?:republication|republishing|reproduction|redistribution|any use)\b.{0,80}\b(?:prohibited
  |forbidden|not permitted)\b.*
""",
    ),
    _rule(
        LINK,
        30,
        r"""
(?:read|see|watch|listen|discover|learn|find out) (?:more|also|next|now|too)(?: (?:on|about|from
  |here))? ?[:|–—>] ?.+
(?:also (?:read|see|watch)|read also) ?[:|–—-] ?.+
(?:related(?: \w+)?|more|watch|in pictures|in photos|go deeper
  |don't miss) ?: ?.+
(?:recommended|see also|must[- ]read|further reading) ?: ?.+
(?:leggi anche|lesen sie auch|lees ook|lire aussi|lea también|leia também|lee también
  |mehr zum thema)\b.*
""",
    ),
    _rule(
        LINK,
        14,
        r"""
read (?:more|next|on|the (?:full|original|whole|complete) (?:story|article|report|text|post))
  (?: (?:about|on|from|at|here|in)\b.*)?
(?:continue|keep) reading|(?:show|load|view|see|learn|discover) more(?: (?:stories|articles
  |posts|news))?
(?:click|tap) here\b.*
""",
    ),
    _rule(
        COMMENTS,
        10,
        r"""
(?:(?:view|show|hide|load|see|read|post|add|write|jump to)(?: all| more| a| the| your)? )?
  (?:[0-9,]+ )?comments?(?: ?\(?[0-9,]+\)?)?
(?:leave|post|add|write) a (?:comment|reply|response)|comments? (?:are|is) (?:now )?closed.*
join the (?:conversation|discussion|debate)|be the first to (?:comment|reply).*|have your say
tell us what you think.*|no comments(?: yet)?|(?:log|sign) in to (?:comment|reply|post).*
""",
    ),
    _rule(TAGS, 40, r"(?:tags?|filed under|categories|keywords|tagged|posted in) ?[:|] ?.*"),
    _rule(
        SIGN_UP,
        12,
        r"""
(?:subscribe|register|sign up)(?: (?:now|today|here|for free))?!?|stay informed
(?:subscribe|sign up) (?:to|for) (?:our|the|a|free|daily|weekly)\b.*
(?:follow|find|like|join|watch) (?:us|@\w+)(?: (?:on|in|at) .*)?
(?:connect|get in touch) with us.*|get (?:our|the) .{0,40}(?:newsletter|app|inbox|briefing).*
(?:enter|type) your e-?mail.*|your e-?mail(?: address)?|thank(?:s| you) for (?:signing up
  |subscribing).*
(?:support|donate to) (?:us|independent journalism.*)|become a (?:member|subscriber)
already a (?:subscriber|member).*|support (?:our|quality|local) journalism.*
""",
    ),
    _rule(
        MESSAGE,
        14,
        r"""
(?:sorry[,!.] ?)?(?:an error (?:has )?occurred|there was an error|something went wrong).*
please (?:enable|turn on|enter|try|check|refresh|disable)\b.*(?:again|valid|javascript|browser
  |cookies|page|blocker).*
(?:your browser|this video|javascript)\b.{0,60}\b(?:support|available|disabled|required).*
this article has been sent to.*|hello!|welcome(?: back)?!
""",
    ),
    _rule(
        PICTURE,
        12,
        r"""
(?:main |top |lead |cover |file )?(?:photo|photograph|image|picture|illustration)s?
  (?: (?:credits?|courtesy|by|source|from|via|of))* ?[:/] ?[^.!?]+\.?
(?:getty images|reuters|ap photo|afp|istock|shutterstock|alamy|epa|unsplash) ?[/|,] ?[^.!?]+
[^.!?:]{2,40}/ ?(?:getty(?: images)?|reuters|ap|afp|epa|shutterstock|alamy|bloomberg|pool)
(?:photo|image|picture)s? (?:by|credit|courtesy(?: of)?) [^.!?]+|getty images
""",
    ),
)

# Alone these may be words of a story. Among buttons they are buttons too.
ACTIONS = _phrases(
    """share | print | email | e-mail | save | copy link | like | reply | report | search | menu
    | login | log in | sign in | close | listen | watch | subscribe | bookmark | follow | next
    | previous | prev | back | more | gift article | comment | comments | newsletter | newsletters
    | contact us | about us | contact | advertise | careers | help | rss | sitemap | faq
    | my account | skip | loading | gift | cancel | submit | send | ok | flag | thank you | sorry!
    """
)
NAMES = _phrases(
    """facebook | twitter | x | whatsapp | linkedin | reddit | telegram | pinterest | instagram
    | youtube | tiktok | threads | bluesky | messenger | flipboard | home | news | world | politics
    | business | sport | sports | opinion | culture | video | videos | photos | live | latest
    | technology | tech | science | health | entertainment | lifestyle | economy | markets | travel
    | local | national | international | u.s. | us | uk | europe | asia | africa | americas | about
    | privacy | terms | podcasts | weather | arts | style | food | education | environment | crime
    | en | de | fr | es | a | aa | a+ | a- | epaper | e-paper | archive | print edition | today
    """
)

# What opens a list of other stories.
LISTS = _phrases(
    """related | related topics | related news | related stories | related story | related articles
    | related article | related content | related posts | related links | related coverage
    | related reading | related items | related videos | related to this story | more stories
    | more articles | more headlines | more coverage | more like this | more news
    | more on this story | more on this topic | you may also like | you might also like
    | you may like | you might like | you may also be interested in | you might be interested in
    | recommended for you | recommended stories | recommended articles | recommended reading
    | read next | read also | also read | what to read next | up next | next up | most read
    | most viewed | most shared | most commented | popular stories | popular posts | trending now
    | trending stories | trending news | latest news | latest stories | latest headlines
    | latest articles | latest posts | top stories | top headlines | editors' picks
    | editor's picks | editor's choice | editors' choice | in other news | don't miss
    | from around the web | around the web | from the web | sponsored stories | sponsored links
    | promoted stories | other stories | other news | other articles | in case you missed it
    | similar articles | similar stories | suggested articles | suggested for you | must read
    | must reads | leggi anche | lesen sie auch | lees ook | mehr zum thema | lire aussi
    | à lire aussi | das könnte sie auch interessieren | lea también | leia também
    | te puede interesar | ver también"""
)
LIST_OPENERS = re.compile(
    r"(?:more (?:from|in)|most (?:read|popular|viewed) (?:in|on|from)|popular on|"
    r"latest (?:from|in|on)|more (?:stories|news|articles|coverage) (?:from|on|about|in))"
    r"(?: [\w.'&-]+){1,5}"
)
# These may also head a part of a story: the list has to run to the end of the text.
LISTS_AT_THE_END = _phrases(
    """recommended | popular | most popular | trending | latest | see also | further reading
    | breaking news | more topics"""
)

# What opens readers' comments, if one can be replied to below.
COMMENTS_OPEN = re.compile(
    r"(?:[0-9,]+ )?(?:comments?|replies|responses)(?: ?\(?[0-9,]+\)?)?|readers' comments|"
    r"(?:leave|post|add|write) a (?:comment|reply)|join the (?:conversation|discussion)"
)

HANDLE = r"(?:[\w.+-]{1,64}@[\w-]{1,64}\.|(?:^|[\s(])@\w|(?:twitter|x|facebook)\.com/)"
CLAUSE = r"[^.!?]{0,120}"
# A sentence by which a page asks something of its reader.
CALL = re.compile(
    r"(?:please )?(?:"
    + _one_per_line(
        rf"""
(?:sign up|subscribe|register)\b{CLAUSE}\b(?:to|for|here|now|today) {CLAUSE}\b(?:newsletters?
  |inbox|free|today|here|our|alerts|briefing)\b
(?:sign up|subscribe|register) (?:here|today|now|to our|for our|to us)\b
(?:follow|like|join|find|watch|connect with|visit) (?:us|our)\b
follow {CLAUSE} on {NETWORKS}\b
bookmark (?:us|this|our|\S+\.\w)
(?:click|tap) (?:here|the link|on the link)\b
download (?:our|the [\w ]{{1,30}}) app\b
(?:support|donate to) (?:us|our|independent)\b|become a (?:member|subscriber|supporter)\b
get {CLAUSE}\b(?:inbox|newsletters?|(?:our|the [\w ]{{1,20}}) app|delivered)\b
(?:stay|keep) (?:informed|up to date|up-to-date|connected|in touch)\b{CLAUSE}(?:newsletter|our
  |with us|follow|subscri)
(?:listen to|read|check out|explore) (?:more of )?our\b
keep an eye on your inbox
(?:e-?mail|write to|contact|reach|follow) (?:the (?:author|reporter|writer)s?|him|her|them
  |(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+){{0,2}})\b[^!?]{{0,120}}{HANDLE}
[^.!?]{{2,60}} (?:can|may) be (?:reached|contacted) (?:at|on|via)\b[^!?]{{0,60}}{HANDLE}
if you (?:enjoyed|liked|like|enjoy|value) (?:this|our|what)\b[^.!?]{{0,200}}(?:join|subscri
  |support|sign up|donat)
"""
    )
    + ")",
    re.IGNORECASE,
)
# A sentence that only leads to such a call, or follows it.
LEAD_IN = re.compile(
    _one_per_line(
        rf"""
our (?:web ?site|newsletter|app|channel|podcast|coverage|journalism)s?\b
(?:want|looking for|enjoying|enjoyed|like|love|have|got|do you have|know)\b{CLAUSE}\?
(?:don't|don’t|never) miss\b|there['’]s (?:plenty )?more where\b|thank(?:s| you) for\b
it['’]s free\b|you can (?:unsubscribe|also follow|also find)\b|(?:sign|it) ?up:
"""
    ),
    re.IGNORECASE,
)
