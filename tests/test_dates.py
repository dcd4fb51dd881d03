import re
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import MONTH_NAMES, OTHER_ZONES, find_dates, iso_date
from index.types import Span


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026", "2026"),
        ("2026-01", "2026-01"),
        ("January 2026", "2026-01"),
        ("January 14, 2026", "2026-01-14"),
        ("14 January 2026", "2026-01-14"),
        ("13 Jan 2026 12:01 PM", "2026-01-13T12:01"),
        ("2026-01-14T05:00:07", "2026-01-14T05:00:07"),
        ("2026-01-14T05:00:07.250Z", "2026-01-14T05:00:07.250Z"),
    ],
)
def test_a_date_keeps_its_precision(written: str, iso: str) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        "January 14, 2026",
        "JANUARY 14 2026",
        "Jan. 14, 2026",
        "Jan 14th, 2026",
        "14 January 2026",
        "14th of January, 2026",
        "14-Jan-2026",
        "Wednesday, January 14, 2026",
        "Wed 14 Jan 2026",
        "2026/01/14",
        "2026.1.14",
        "2026-01-14",
        "14. Januar 2026",
        "Mittwoch, 14. Januar 2026",
        "14 janvier 2026",
        "miércoles, 14 de enero de 2026",
        "14 gennaio 2026",
        "14 de janeiro de 2026",
        "14 januari 2026",
        "2026年1月14日",
        "  January\u00a014,\n2026  ",
    ],
)
def test_a_day_is_read_as_newspapers_write_it(written: str) -> None:
    assert iso_date(written) == "2026-01-14"


@pytest.mark.parametrize(
    ("written", "clock"),
    [
        ("January 15, 2026 - 04:00", "04:00"),
        ("Jan. 15, 2026 at 5:04 p.m.", "17:04"),
        ("Jan. 15, 2026, 5 p.m.", "17:00"),
        ("15 Jan 2026 | 5.04pm", "17:04"),
        ("15 Jan 2026 12:01 AM", "00:01"),
        ("15 Jan 2026 12:01 PM", "12:01"),
        ("5:04 PM, Thu January 15, 2026", "17:04"),
        ("15. Januar 2026, 14.30 Uhr", "14:30"),
        ("15 janvier 2026 à 14h30", "14:30"),
        ("2026/01/15 23:59:59", "23:59:59"),
    ],
)
def test_a_time_of_day_is_read_beside_its_day(written: str, clock: str) -> None:
    assert iso_date(written) == f"2026-01-15T{clock}"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("GMT", "Z"),
        ("UTC", "Z"),
        ("Z", "Z"),
        ("EST", "-05:00"),
        ("EDT", "-04:00"),
        ("PST", "-08:00"),
        ("+0000", "+00:00"),
        ("-0330", "-03:30"),
        ("+05:30", "+05:30"),
        ("+0000 (UTC)", "+00:00"),
        ("UTC+8", "+08:00"),
        ("GMT-3", "-03:00"),
        ("(EST)", "-05:00"),
    ],
)
def test_an_offset_is_kept_where_it_is_stated(zone: str, offset: str) -> None:
    assert iso_date(f"Wed, 14 Jan 2026 05:00:00 {zone}") == f"2026-01-14T05:00:00{offset}"


@pytest.mark.parametrize("zone", OTHER_ZONES.split())
def test_a_zone_of_several_offsets_gives_none(zone: str) -> None:
    assert iso_date(f"Jan. 14, 2026 5:04 p.m. {zone.upper()}") == "2026-01-14T17:04"


def test_an_iso_offset_stays_as_it_was_written() -> None:
    assert iso_date("2026-01-14 05:00:00+0530") == "2026-01-14T05:00:00+0530"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("06/01/2026", None),
        ("6.1.2026", None),
        ("13/01/2026", "2026-01-13"),
        ("01/13/2026", "2026-01-13"),
        ("13.1.2026", "2026-01-13"),
        ("01/01/2026", "2026-01-01"),
        ("14/01/26", None),
    ],
)
def test_a_date_of_numbers_is_read_only_where_it_has_one_reading(
    written: str, iso: str | None
) -> None:
    assert iso_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "February 29, 2025",
        "31 April 2026",
        "0 January 2026",
        "32/13/2026",
        "2026/13/01",
        "2026-01-14T24:00",
        "2026-01-14T05:00+99:00",
        "January 14, 2026 25:00",
        "January 14, 2026 13:05 PM",
        "January 14, 2026 0:05 am",
        "Wed, 14 Jan 2026 05:00:00 +9900",
    ],
)
def test_a_date_on_no_calendar_is_none(written: str) -> None:
    assert iso_date(written) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2 hours ago",
        "Wednesday",
        "January 14",
        "Published: January 14, 2026",
        "January 14, 2026 by Ann Lee",
        "January 14, 2026 and January 15, 2026",
        "January 14, 20261",
        "x2026-01-14",
        "1768348800",
        "January 14, 2026" + " " * 100,
        "２０２６-01-14",
    ],
)
def test_what_is_not_wholly_a_date_is_none(written: str) -> None:
    assert iso_date(written) is None


@pytest.mark.parametrize(
    ("year", "full"), [("26", "2026"), ("49", "2049"), ("50", "1950"), ("99", "1999")]
)
def test_a_year_of_two_digits_is_read_in_the_form_of_rfc_822(year: str, full: str) -> None:
    assert iso_date(f"Wed, 14 Jan {year} 05:00:00 GMT") == f"{full}-01-14T05:00:00Z"
    assert iso_date(f"14 January {year}") is None


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("January 14, 2026Harbour Ledger", [("January 14, 2026", "2026-01-14")]),
        (
            "Published 13 Jan 2026 12:01 PM, updated 14 Jan 2026 3:00 PM by Ann Lee",
            [
                ("13 Jan 2026 12:01 PM", "2026-01-13T12:01"),
                ("14 Jan 2026 3:00 PM", "2026-01-14T15:00"),
            ],
        ),
        ("Updated 5:04 PM ET, Wed January 14, 2026 | Ann Lee", None),
        ("06/01/2026", [("06/01/2026", None)]),
        ("January 14, 2026 15 comments", [("January 14, 2026", "2026-01-14")]),
        ("The march of 2026 and 10/2026/5", []),
    ],
)
def test_dates_are_found_in_a_line(line: str, dates: list[tuple[str, str | None]] | None) -> None:
    found = [(date.span.of(line), date.iso) for date in find_dates(line)]
    expected = [("5:04 PM ET, Wed January 14, 2026", "2026-01-14T17:04")]
    assert found == (expected if dates is None else dates)


def test_no_month_is_named_like_another() -> None:
    names = " ".join(MONTH_NAMES).split()
    assert len(names) == len(set(names))


@given(st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(2999, 12, 31)))  # noqa: DTZ001
def test_a_moment_is_the_same_in_every_form(moment: datetime) -> None:
    iso = moment.strftime("%Y-%m-%dT%H:%M:%S")
    for form in ("%a, %d %b %Y %H:%M:%S", "%B %d, %Y - %I:%M:%S %p", "%Y/%m/%d %H:%M:%S"):
        assert iso_date(moment.strftime(form)) == iso


@given(st.text() | st.text(alphabet="0123456789 :.,/-TZjanPM年月日"))
def test_any_line_gives_dates_in_order_and_in_iso_8601(line: str) -> None:
    end = 0
    for date in find_dates(line):
        assert date.span.start >= end
        assert len(date.span) > 0
        assert date.iso is None or iso_date(date.iso) == date.iso
        end = date.span.end
    assert end <= len(line)
    iso = iso_date(line)
    assert iso is None or re.match(r"\d{4}", iso)


@pytest.mark.parametrize("piece", ["1", "1 ", " ", "12:00 ", "Jan ", "Jan 1, 2026 ", "1-", "mon "])
def test_a_long_line_is_searched_in_linear_time(piece: str) -> None:
    began = time.monotonic()
    find_dates(piece * (300_000 // len(piece)))
    assert time.monotonic() - began < 15


def test_a_found_date_has_its_place() -> None:
    (found,) = find_dates("On 14 Jan 2026 here")
    assert found.span == Span(3, 14)


def test_a_date_with_two_kinds_of_marks_is_found_and_not_read() -> None:
    [found] = find_dates("It met on 14.09/2026 again.")
    assert found.iso is None


def test_an_hour_of_a_month_is_no_moment() -> None:
    assert iso_date("January 2026 17:04 Uhr") is None
