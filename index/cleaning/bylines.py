"""Bylines: the lines about a story (who wrote it, where, when) become its fields.

Reads one line at a time: labelled ones ("Author: Ann Lee"), bylines ("By Ann Lee"), dates with
names beside them ("January 14, 2026 | Ann Lee | Harbour Ledger"). A name whose part in the story
cannot be told fills no field. Knows nothing of where in a text such lines may stand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from index.agency import NAMED
from index.dates import WrittenDate, find_dates, iso_date

MAX_LINE_CHARS = 250
# A line with more other words than these is a sentence that happens to hold a date.
MAX_OTHER_WORDS = 12
MAX_NAME_WORDS = 6


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LABELS = {
    "title": "title headline",
    "author": "author authors byline writer reporter by autor autorin auteur autore",
    "outlet": "source source_feed outlet publisher publication newspaper quelle",
    "published": "published publication_date published_on published_at date date_published posted "
    "posted_on posted_at first_published pub_date release_date veröffentlicht datum publié fecha "
    "publicado pubblicato gepubliceerd опубликовано 기사입력 입력 등록 발행일 发布时间 发表时间 "
    "發布時間 公開日 掲載日 投稿日",
    "updated": "updated last_updated updated_on updated_at last_modified modified date_modified "
    "aktualisiert stand actualizado atualizado aggiornato bijgewerkt обновлено 수정 최종수정 "
    "更新时间 更新時間 更新日",
    "url": "url link permalink source_url original_url",
    "": "section category reading_time read_time word_count views",
}
FIELD_OF_LABEL = {
    label.replace("_", " "): field for field, labels in LABELS.items() for label in labels.split()
}
LABELLED = re.compile(r"(?P<label>[^\W\d_]{2,20}(?: [^\W\d_]{1,20}){0,2}) ?[:：] ?(?P<value>\S.*)")
# What may stand before a date.
DATE_LABEL = re.compile(
    r"(?:^|[\s|,;·•(–—-])(?:first |last )?(?P<label>published|posted|updated|modified|issued|"
    r"publication date|date|on|veröffentlicht|aktualisiert|stand|publié|publicado|actualizado)"
    r"(?: on| at| am| le| el)? ?:?$",
    re.IGNORECASE,
)
UPDATES = _words("updated modified aktualisiert stand actualizado")
# What a page calls a part of a line about its story, in whatever language.
ANY_LABEL = re.compile(r"[^\W\d_]{2,20}(?: [^\W\d_]{1,20}){0,2} ?[:：] ?\S.*")
URL = re.compile(r"https?://\S{3,2000}")

BY = re.compile(
    r"(?:(?:story|report|words|text|reporting|written|posted|published|publicado|escrito|"
    r"geschrieben|veröffentlicht|publié) )?(?:by|von|par|por)"
    r"(?: ?: ?| )(?P<names>\S.*)",
    re.IGNORECASE,
)
SEPARATOR = re.compile(r" ?[|•·●] ?| [–—/-] ")
# Before a date only a mark tells that a name is no part of a sentence.
PARTED = re.compile(r"[|•·●,–—/-]$")
MARKS = " |,;•·●()[]–—-"
PLACE = re.compile(r"(?:,| reporting)? in (?:[A-Z][\w.-]*(?:,? |$)){1,4}$")
AND = re.compile(r" ?[,;&] ?| (?:and|und|et|y) ")
NAME = re.compile(
    r"(?![a-zà-ÿ])[^\W\d_][\w.'’-]*|(?:de|van|von|der|den|di|da|del|la|le|bin|al|el|ter)\b"
)
CONNECTING = _words("with for of the in at mit avec con")
DESKS = _words(
    """staff reuters ap afp agencies agency desk editor editors newsroom team bureau correspondent
    reporter reporters bloomberg dpa pti ani xinhua tass upi editorial associated"""
)
ROLES = re.compile(
    r"(?:(?:senior|chief|staff|political|associated press|ap|economics?|business|sports?|science|"
    r"health|world|foreign|diplomatic|white house|deputy|special|national|managing|contributing) )"
    r"{0,3}(?:writers?|reporters?|correspondents?|editors?|journalists?|columnists?|contributors?|"
    r"producers?|freelancer|analyst)(?: (?:in|at|for) .{2,40})?",
    re.IGNORECASE,
)
# Words in the names of newspapers, agencies and stations.
OUTLET_WORDS = _words(
    """advertiser agency allgemeine anzeiger argus associated bee bloomberg broadcasting bulletin
    chronicle citizen courier daily democrat digest dispatch echo enquirer examiner express gazette
    globe guardian herald independent inquirer insider journal ledger magazine mail mercury
    messenger mirror monitor network news newspaper newswire observer online post press radio
    record register report republic review rundschau sentinel standard star statesman sun tageblatt
    telegraph times today tribune tv weekly wire zeitung reuters bbc cnn cbc npr abc nbc cbs afp ap
    dpa upi pbs"""
)
# The names of parts of a paper, which may have the same words.
SECTION_WORDS = _words(
    """world news politics business sport sports opinion local national international technology
    tech science health culture entertainment lifestyle asia africa america americas europe middle
    east economy markets travel breaking top latest us uk canada and the daily today report reports
    video live arts style money crime education environment climate defense press online weekly"""
)
# Degrees, as after a physician's name: "MD", "M.S.", "PhD", "FRCP".
DEGREE = re.compile(r"(?:[A-Z]\.?){2,5}|(?:Ph|M|Psy|Ed|Pharm)\.?D\.?|M\.?Sc\.?|B\.?Sc\.?")
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+){0,2}\.(?:com|org|net|co|news|ca|uk|de|fr|eu|info|in|au)")
SOME_TIME_AGO = re.compile(
    r"(?:(?:last )?(?:updated|published|posted|modified)(?: on)?:? )?"
    r"(?:(?:[0-9]{1,3}|an?|one) (?:second|sec|minute|min|hour|hr|day|week|month|year)s? ago|"
    r"yesterday)",
    re.IGNORECASE,
)
# What a page writes beside a date that fills no field.
BESIDE_DATES = re.compile(
    r"[0-9]{1,3}[ -]min(?:ute)?s?(?:[ -]read)?|[0-9,]+ (?:comments?|shares?|views?)|comments?|"
    r"share|(?:eastern|pacific|central|local)(?: time)?|live|exclusive|breaking|et|by|"
    + SOME_TIME_AGO.pattern,
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Credits:
    """What a line says about a story; what it does not say is None."""

    title: str | None = None
    outlet: str | None = None
    author: str | None = None
    published: str | None = None
    updated: str | None = None
    url: str | None = None

    def filled_from(self, other: "Credits") -> "Credits":
        """Return these credits with what they lack, or say less precisely, from others."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in found.items():
            new = getattr(other, name)
            dated = name in {"published", "updated"} and new is not None
            if value is None or (dated and new.startswith(value)):
                found[name] = new
        return replace(self, **found)


def read_credits(line: str) -> Credits | None:
    """Return what a line says about its story, or None if it is no such line.

    Credits without any field come from a line that is about the story but says nothing that can be
    kept, such as its section, or a date that can be read in two ways.
    """
    line = " ".join(line.split())
    if not line or len(line) > MAX_LINE_CHARS:
        return None
    if URL.fullmatch(line):
        return Credits(url=line)
    if label := _label(line):
        return _labelled(FIELD_OF_LABEL[label["label"].lower()], label["value"])
    if dates := find_dates(line):
        return _dated(line, dates) or _in_parts(line)
    return _byline(line) or (Credits() if SOME_TIME_AGO.fullmatch(line) else None)


def is_labelled(line: str) -> bool:
    """Tell whether a line names its field, as "Author: Ann Lee" does."""
    return _label(" ".join(line[: 2 * MAX_LINE_CHARS].split())) is not None


def is_outlet(name: str) -> bool:
    """Tell whether a name is evidently that of a newspaper, an agency, a station or a site."""
    words = re.findall(r"\w+", name.lower())
    if DOMAIN.fullmatch(name.lower()):
        return True
    if len(words) > MAX_NAME_WORDS or not name[:1].isupper() or re.search("[,!?:]", name):
        return False
    return not OUTLET_WORDS.isdisjoint(words) and not SECTION_WORDS.issuperset(words)


def author_names(written: str) -> str | None:
    """Return the names of a byline without "By", roles and the paper that a writer is with.

    An agency stays: it is whose reporting a paper carries.
    """
    written = " ".join(written.split())
    by = BY.fullmatch(written)
    first, *others = PLACE.sub("", by["names"] if by else written).split(", ")
    names = [name for name in others if _is_agency(name) or not _is_post(name)]
    return ", ".join([first, *names]).strip(MARKS) or None


def are_people(author: str) -> bool:
    """Tell whether a byline names people or desks: each name has two words, or is a desk."""
    if author[-1] in "!?:" or len(author.split()) > 3 * MAX_NAME_WORDS:
        return False
    for name in AND.split(author):
        words = [word for word in name.split() if word.lower() not in CONNECTING]
        desk = not DESKS.isdisjoint(word.lower() for word in words)
        if not desk and (len(words) < 2 or not all(map(NAME.fullmatch, words))):
            return False
    return True


def _is_agency(name: str) -> bool:
    return NAMED.fullmatch(name.removeprefix("The ")) is not None


def _is_post(name: str) -> bool:
    """Tell whether what follows a writer's name is a role, a degree, or the writer's paper."""
    return is_outlet(name) or bool(ROLES.fullmatch(name) or DEGREE.fullmatch(name))


def _label(line: str) -> re.Match[str] | None:
    match = LABELLED.fullmatch(line)
    return match if match and match["label"].lower() in FIELD_OF_LABEL else None


def _labelled(field: str, value: str) -> Credits | None:
    if URL.fullmatch(value):
        return Credits(url=value) if field in {"url", "outlet"} else Credits()
    if field in {"published", "updated"}:
        return _labelled_date(field, value)
    if field == "title":
        return Credits(title=value)
    if field == "url" or len(value.split()) > MAX_OTHER_WORDS:
        return None
    if field == "author":
        return Credits(author=author_names(value))
    return Credits(outlet=value) if field else Credits()


def _labelled_date(field: str, value: str) -> Credits | None:
    whole = iso_date(value)
    if whole is not None:
        return Credits(updated=whole) if field == "updated" else Credits(published=whole)
    value = value.strip(MARKS)
    dates = find_dates(value)
    found = _dated(value, dates) if dates else None
    if found is None or field == "published":
        return found
    return replace(found, published=None, updated=found.updated or found.published)


def _dated(line: str, dates: Sequence[WrittenDate]) -> Credits | None:
    """Read a line that holds dates, and otherwise only labels and names."""
    told = Credits()
    others: list[str] = []
    end = 0
    for date in dates:
        before = line[end : date.span.start].rstrip(" |,;•·(–—-")
        label = DATE_LABEL.search(before)
        if label is not None:
            before = before[: label.start() + 1].strip()
        elif not _stands_apart(line[end : date.span.start].strip(), before):
            return None
        others.append(before)
        updated = label is not None and label["label"].lower() in UPDATES
        iso = Credits(updated=date.iso) if updated else Credits(published=date.iso)
        told = told.filled_from(iso)
        end = date.span.end
    if line[end:].startswith((":", ".")):
        return None
    names = _names([*others, line[end:]])
    return told.filled_from(names) if names is not None else None


def _in_parts(line: str) -> Credits | None:
    """Read a line of several parts, each of which is about the story or has a label of its own."""
    told = Credits()
    parts = SEPARATOR.split(line)
    for part in parts if len(parts) > 1 else ():
        found = read_credits(part)
        if found is None and not ANY_LABEL.fullmatch(part):
            return None
        told = told.filled_from(found or Credits())
    return told if len(parts) > 1 else None


def _stands_apart(written: str, name: str) -> bool:
    """Tell whether what is written before a date is a name of its own, and no part of a phrase."""
    if not name or PARTED.search(written):
        return True
    section = SECTION_WORDS.issuperset(re.findall(r"\w+", name.lower()))
    return section or is_outlet(name) or BY.fullmatch(name) is not None


def _names(written: Sequence[str]) -> Credits | None:
    """Give names to fields: an author and then an outlet where there are two."""
    parts = [part.strip(MARKS) for text in written for part in SEPARATOR.split(text)]
    parts = [part for part in parts if part and not BESIDE_DATES.fullmatch(part)]
    if sum(len(part.split()) for part in parts) > MAX_OTHER_WORDS:
        return None
    told = Credits()
    for part in parts:
        byline = _byline(part)
        if byline is None and not _is_proper(part):
            return None
        told = told.filled_from(byline or Credits(outlet=part if is_outlet(part) else None))
    if len(parts) == 2 and told.author is None and not is_outlet(parts[0]):
        told = told.filled_from(Credits(author=author_names(parts[0]), outlet=parts[1]))
    return told


def _is_proper(text: str) -> bool:
    """Tell whether a text may be a name: capitals, and small words only between them."""
    words = text.rstrip(",").split()
    if DOMAIN.fullmatch(text.lower()):
        return True
    proper = [NAME.fullmatch(word.strip(",&")) or word in {"and", "&"} for word in words]
    linked = [word.lower() in CONNECTING for word in words]
    named = all(map(any, zip(proper, linked, strict=True)))
    return named and not text.endswith((".", "!", "?", ":"))


def _byline(line: str) -> Credits | None:
    """Read a line that begins with "By"; a mere phrase, as "By the sea", gives None."""
    by = BY.fullmatch(line)
    if by is None:
        return None
    first, *others = SEPARATOR.split(by["names"])
    author = author_names(first)
    if author is None or not are_people(author):
        return None
    return Credits(author=author, outlet=next(filter(is_outlet, others), None))
