"""Dates: what people write becomes ISO 8601, as precise as it was written and no more.

A date keeps the precision and the offset from UTC that its writer gave. Nothing is worked out:
"yesterday" is no date, nor is 06/01/2026, which is a day in January or in June. Knows nothing of
labels such as "Published:"; whoever reads a line takes them off.
"""

import re
from dataclasses import dataclass
from datetime import date, time

from index.types import Span

# No date that anyone writes is longer than this many characters.
MAX_DATE_CHARS = 100
MAX_CLOCK_CHARS = 40

# ISO 8601 with the precision that the writer chose: year, month, day, minute, second, offset.
ISO_DATE = re.compile(
    r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)

# The months in English, German, French, Spanish, Italian, Portuguese and Dutch.
MONTH_NAMES = (
    "january jan januar jänner janvier janv enero gennaio janeiro januari",
    "february feb februar février févr febrero febbraio fevereiro februari",
    "march mar märz mars marzo março maart",
    "april apr avril avr abril aprile",
    "may mai mayo maggio maio mei",
    "june jun juni juin junio giugno junho",
    "july jul juli juillet juil julio luglio julho",
    "august aug août agosto augustus",
    "september sept sep septembre septiembre settembre setembro",
    "october oct oktober okt octobre octubre ottobre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre déc diciembre dicembre dezembro",
)
WEEKDAY_NAMES = (
    "monday mon tuesday tues tue wednesday wed thursday thurs thur thu friday fri saturday sat "
    "sunday sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi "
    "mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo "
    "lunedì martedì mercoledì giovedì venerdì sabato domenica segunda-feira terça-feira "
    "quarta-feira quinta-feira sexta-feira maandag dinsdag woensdag donderdag vrijdag zaterdag "
    "zondag"
)
# RFC 2822, section 4.3, gives each of these names one offset.
ZONE_OFFSETS = {
    **dict.fromkeys(("z", "ut", "utc", "gmt"), "Z"),
    "est": "-05:00",
    "edt": "-04:00",
    "cst": "-06:00",
    "cdt": "-05:00",
    "mst": "-07:00",
    "mdt": "-06:00",
    "pst": "-08:00",
    "pdt": "-07:00",
}
# These are read and give no offset: they mean several, or one that only a table of zones knows.
OTHER_ZONES = (
    "et ct mt pt ist bst wib jst kst hkt sgt pkt msk cet cest eet eest wet west sast wat eat aest "
    "aedt acst awst nzst nzdt hst akst akdt adt nst amt uhr"
)
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}


def _any_of(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


# Every repetition is bounded: no line takes more than linear time.
GAP = r"\s{0,4}"
YEAR = "(?P<year>[12][0-9]{3})"
MONTH = rf"(?P<name>{_any_of([*MONTHS])})\b\.?"
NUMBER = "(?P<month>[01]?[0-9])"
DAY = "(?P<day>[0-3]?[0-9])"
WEEKDAY = rf"(?:(?:{_any_of(WEEKDAY_NAMES.split())})\b\.?,?{GAP})?"

# How a day, or a month, is written; "of" and "de" as in "14 de enero de 2026".
DAY_FORMS = (
    rf"{MONTH}{GAP}{DAY}(?:st|nd|rd|th)?{GAP},?{GAP}{YEAR}",
    rf"{DAY}(?:st|nd|rd|th|\.|º)?[\s-]{{0,4}}(?:(?:of|de)\s)?{MONTH},?[\s-]{{0,4}}(?:del?\s)?{YEAR}",
    rf"{YEAR}(?P<mark>[-/.]){NUMBER}(?P=mark){DAY}",
    rf"(?P<one>[0-3]?[0-9])(?P<mark>[-/.])(?P<two>[0-3]?[0-9])(?P=mark){YEAR}",
    rf"{YEAR}年{GAP}{NUMBER}月{GAP}{DAY}日",
    rf"{MONTH}{GAP},?{GAP}{YEAR}",
)
PATTERNS = tuple(re.compile(WEEKDAY + form, re.IGNORECASE) for form in DAY_FORMS)
ANY_FORM = "|".join(re.sub(r"\?P<\w+>", "?:", form) for form in DAY_FORMS)
DATE = re.compile(
    rf"(?<![\w-])(?<![0-9][/.]){WEEKDAY}(?:{ANY_FORM.replace('(?P=mark)', '[-/.]')})(?![0-9/])",
    re.IGNORECASE,
)

ZONE = (
    r"(?P<offset>[+-][0-9]{2}:?[0-9]{2})(?![0-9])(?:\s\([a-z]{1,5}\))?"
    r"|(?:utc|gmt)(?P<hours>[+-][01]?[0-9])(?![0-9:])"
    rf"|(?P<zone>{_any_of([*ZONE_OFFSETS, *OTHER_ZONES.split()])})\b"
)
CLOCK = (
    r"(?<![\w:.])(?P<hour>[0-2]?[0-9])(?:(?P<mark>[:.h])(?P<minute>[0-5][0-9])"
    r"(?::(?P<second>[0-5][0-9](?:\.[0-9]{1,9})?))?)?(?![0-9:])"
    rf"(?:{GAP}(?P<half>[ap])\.?m\b\.?)?(?:{GAP}\(?(?:{ZONE})\)?)?"
)
CLOCK_AFTER = re.compile(
    rf"(?:T|{GAP}(?:[,|/@·•–—-]|\b(?:at|um|à|a las|alle|às|om)\b)?{GAP})(?<![^\WT_])"
    + CLOCK.removeprefix(r"(?<![\w:.])"),
    re.IGNORECASE,
)
# The day of the week may stand before the time, as in "Fri 6:45 PM, Feb 16, 2018".
CLOCK_BEFORE = re.compile(
    rf"(?<!\w){WEEKDAY}{CLOCK}{GAP}(?:[,|·•–—-]|\bon\b)?{GAP}\Z", re.IGNORECASE
)
# RSS 2.0 allows the dates of RFC 822, whose years have two digits.
RFC_822 = re.compile(
    r"(?P<day>(?:[a-z]{3}, )?[0-9]{1,2} [a-z]{3}) (?P<year>[0-9]{2})"
    r" (?P<clock>[0-9:]{5,8} (?:[a-z]{1,3}|[+-][0-9]{4}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date where it stands in a line.

    `iso` is None where the date has several readings or is on no calendar.
    """

    span: Span
    iso: str | None


def iso_date(written: str) -> str | None:
    """Return a date in ISO 8601 with the precision and offset it was written with, or None.

    The whole string has to be one date: ISO 8601, RFC 2822, or as newspapers write it ("Jan. 14,
    2026 at 5:04 p.m. ET", "14. Januar 2026"). Names of time zones give an offset where RFC 2822
    gives them one. A date that can be read in two ways is None.
    """
    if len(written) > MAX_DATE_CHARS:
        return None
    value = _with_century(" ".join(written.split()))
    if ISO_DATE.fullmatch(iso := value.replace(" ", "T", 1)):
        return iso if _is_on_calendar(iso) else None
    found = find_dates(value)
    whole = len(found) == 1 and found[0].span == Span(0, len(value))
    return found[0].iso if whole else None


def find_dates(line: str) -> list[WrittenDate]:
    """Return the dates in a line, each with its time of day where one is written beside it.

    A year alone is not found, since it may be any number. A word may follow at once, as where a
    page's parts were glued together ("January 14, 2026Clash Report").
    """
    found: list[WrittenDate] = []
    taken = 0
    for match in DATE.finditer(line):
        start, end = match.span()
        if start < taken:
            continue
        if clock := _stated(CLOCK_AFTER.match(line, end)):
            end = clock.end()
        elif clock := _clock_before(line, taken, start):
            start = clock.start()
        found.append(WrittenDate(Span(start, end), _joined(match.group(), clock)))
        taken = end
    return found


def _with_century(value: str) -> str:
    """Write a year of two digits in full, where the form is that of RFC 822, by RFC 2822, 4.3."""
    match = RFC_822.fullmatch(value)
    if match is None:
        return value
    year = int(match["year"])
    century = 2000 if year < 50 else 1900
    return f"{match['day']} {century + year} {match['clock']}"


def _stated(clock: re.Match[str] | None) -> re.Match[str] | None:
    """Return a match only if it is a time of day: "5 pm", "5:04", "5.04pm", not "5" or "5.04"."""
    if clock is None or clock["half"]:
        return clock
    uhr = (clock["zone"] or "").lower() == "uhr"
    return clock if clock["mark"] in {":", "h"} or uhr else None


def _clock_before(line: str, taken: int, start: int) -> re.Match[str] | None:
    return _stated(CLOCK_BEFORE.search(line, max(taken, start - MAX_CLOCK_CHARS), start))


def _joined(day: str, clock: re.Match[str] | None) -> str | None:
    iso = _day(day)
    if iso is None or clock is None:
        return iso
    if len(iso) < len("2026-01-14"):  # an hour of a month is no moment
        return None
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (clock["half"].lower() == "p")
    # By the Associated Press's style book "5 p.m." is how 17:00 is written.
    moment = f"{iso}T{hour:02}:{clock['minute'] or '00'}"
    if clock["second"]:
        moment += f":{clock['second']}"
    moment += _offset(clock)
    return moment if _is_on_calendar(moment) else None


def _offset(clock: re.Match[str]) -> str:
    if clock["offset"]:
        return f"{clock['offset'][:3]}:{clock['offset'][-2:]}"
    if clock["hours"]:
        return f"{int(clock['hours']):+03}:00"
    return ZONE_OFFSETS.get((clock["zone"] or "").lower(), "")


def _day(written: str) -> str | None:
    """Return a day or a month in ISO 8601, or None if it is ambiguous or on no calendar."""
    matches = (pattern.fullmatch(written) for pattern in PATTERNS)
    match = next(filter(None, matches), None)
    if match is None:  # two marks in one date, as in "14.09/2026"
        return None
    parts = match.groupdict()
    if parts.get("one"):
        pairs = {(parts["one"], parts["two"]), (parts["two"], parts["one"])}
    else:
        month = parts.get("month") or str(MONTHS[parts["name"].lower()])
        pairs = {(month, parts.get("day") or "")}
    days = {_iso_day(parts["year"], month, day) for month, day in pairs} - {None}
    return days.pop() if len(days) == 1 else None


def _iso_day(year: str, month: str, day: str) -> str | None:
    iso = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    return iso if _is_on_calendar(iso) else None


def _is_on_calendar(iso: str) -> bool:
    day, _, clock = iso.partition("T")
    try:
        date.fromisoformat(f"{day}-01-01"[:10])
        time.fromisoformat(clock or "00:00")
    except ValueError:
        return False
    return True
