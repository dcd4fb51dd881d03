"""HTML furniture: what on a page is not its story, told by how its author named it.

The parts of class, id and role names are compared with the words that page makers use everywhere:
"nav", "share", "newsletter". No rule knows any one site.
"""

from index.cleaning.furniture import (
    ADVERTISING,
    COMMENTS,
    COOKIES,
    LIST,
    NAVIGATION,
    SIGN_UP,
    TAGS,
)
from index.formats.html_blocks import Node, Page

# The share of what may be the story from which on an element is no furniture, whatever its name:
# names such as "has-sidebar" or "social-enabled" are often given to the whole page.
WHOLE = 0.45

SHARE = "share and follow buttons"
BYLINE = "byline or date line"
CAPTION = "caption or picture credit"
FOOTER = "the page's footer"
REPEATED = "said before on the page"
HIDDEN = "hidden on the page"
ASIDE = "beside the story"
SITE = "the page around the story"
HEADING = "the story's headline"
STANDFIRST = "summary above the story"
AUTHOR = "about the author"

BY_TAG = {
    "nav": NAVIGATION,
    "footer": FOOTER,
    "figcaption": CAPTION,
    "aside": ASIDE,
    "form": SIGN_UP,
    "dialog": SIGN_UP,
}
BY_WORD = {
    word: reason
    for reason, words in {
        NAVIGATION: "nav navbar navigation menu menubar breadcrumb breadcrumbs crumbs pagination "
        "pager toolbar sitemap masthead topbar subnav skip",
        LIST: "related recommended recommendation recommendations recirc recirculation "
        "trending popular mostread outbrain taboola teaser teasers readmore widget widgets "
        "sidebar rail promo zergnet revcontent latest",
        SHARE: "share sharing shares sharedaddy social sociable addthis sharethis addtoany follow",
        SIGN_UP: "newsletter newsletters subscribe subscription signup optin mailchimp paywall "
        "login signin register modal popup donate donation",
        COOKIES: "cookie cookies gdpr consent cmp",
        COMMENTS: "comment comments disqus respond commentlist",
        ADVERTISING: "ad ads advert adverts advertisement advertising sponsor sponsored dfp banner "
        "adsense adslot",
        BYLINE: "byline bylines dateline timestamp published pubdate datepublished "
        "datemodified publisher",
        AUTHOR: "author authors bio",
        TAGS: "tags taglist keywords topics",
        CAPTION: "caption captions credit credits wp-caption-text",
        FOOTER: "footer contentinfo copyright disclaimer",
    }.items()
    for word in words.split()
}


def furniture(page: Page, votes: list[bool]) -> list[str | None]:
    """Return for each element what it is if it is no story, or None; the outermost reason holds.

    Args:
        page: the page.
        votes: for each of its blocks, whether another judge takes it for the story.
    """
    blocks = zip(page.blocks, votes, strict=True)
    sizes = page.totals((len(block.text) - block.links) * vote for block, vote in blocks)
    whole = max(1.0, WHOLE * (sizes[0] if sizes else 0))
    quoted = page.inside("blockquote")
    reasons: list[str | None] = []
    for place, node in enumerate(page.nodes):
        above = reasons[node.parent] if node.parent >= 0 else None
        reason = above or (_named(node) if sizes[place] < whole else None)
        # A post from a social network that the story quotes is part of it.
        reasons.append(None if reason == SHARE and quoted[place] else reason)
    return reasons


def _named(node: Node) -> str | None:
    if node.hidden:
        return HIDDEN
    if node.tag in BY_TAG:
        return BY_TAG[node.tag]
    if node.tag in {"html", "body", "article", "main", "a"}:
        return None
    return next((BY_WORD[word] for word in sorted(node.words & BY_WORD.keys())), None)
