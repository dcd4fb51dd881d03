import contextlib
import logging
import time
import zlib
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ArticleError
from index.formats.pdf import read_pdf
from index.formats.pdf_layer import MAX_PAGES
from index.types import Removed, Story

# A line of a page: how far from the left and from the bottom, how large, and what it says.
Line = tuple[float, float, float, str]

LEADING = 14
PROSE = (
    "The harbour council voted on Tuesday to delay the ferry terminal, as its",
    "cost had risen to 45 million pounds within a single year, and as nobody",
    "could tell the mayor how it would be paid for.",
)
MORE = (
    "Residents near the quay welcomed the pause, while the owners of the many",
    "cafés said that the coming summer would be harder than expected.",
)


def body(*paragraphs: Sequence[str], top: float = 700, left: float = 70) -> list[Line]:
    """Set paragraphs one below the other, each with room above it."""
    lines: list[Line] = []
    for paragraph in paragraphs:
        for text in paragraph:
            lines.append((left, top, 11, text))
            top -= LEADING
        top -= LEADING / 2
    return lines


def content(lines: Iterable[Line]) -> bytes:
    parts = (f"BT /F1 {size} Tf {x} {y} Td ({_escaped(text)}) Tj ET" for x, y, size, text in lines)
    return "\n".join(parts).encode("cp1252")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def pdf(*pages: Iterable[Line], info: str = "", root: str = "", trailer: str = "") -> bytes:
    return document([content(page) for page in pages], info=info, root=root, trailer=trailer)


def document(
    contents: Sequence[bytes], *, info: str = "", root: str = "", trailer: str = "", flate: str = ""
) -> bytes:
    """Write a PDF with one page for each content, as ISO 32000-1, 7.5, has it."""
    pages = range(5, 5 + 2 * len(contents), 2)
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        f"<< /Type /Pages /Count {len(contents)} /Kids [{' '.join(f'{n} 0 R' for n in pages)}] "
        f"/MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode("latin-1"),
    ]
    for number, stream in zip(pages, contents, strict=True):
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {number + 1} 0 R >>".encode())
        header = f"<< /Length {len(stream)} {flate} >>\nstream\n".encode()
        objects.append(header + stream + b"\nendstream")
    written = b"%PDF-1.7\n"
    places = []
    for number, each in enumerate(objects, start=1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {trailer} >>\n"
        f"startxref\n{len(written)}\n%%EOF\n"
    )
    return written + end.encode()


def story_of(data: bytes) -> Story:
    (story,) = read_pdf(data)
    return story


def error_of(data: bytes) -> str:
    with pytest.raises(ArticleError) as caught:
        read_pdf(data)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_the_lines_of_a_paragraph_are_joined_and_paragraphs_kept_apart() -> None:
    assert story_of(pdf(body(PROSE, MORE))).text == f"{' '.join(PROSE)}\n\n{' '.join(MORE)}"


def test_paragraphs_without_room_between_them_show_by_indent_or_by_a_short_line() -> None:
    text = f"{' '.join(PROSE)}\n\n{' '.join(MORE)}"
    lines = body([*PROSE, *MORE])
    assert story_of(pdf(lines)).text == text
    indented = [
        (x + 15 * (n in {0, 3}), y, size, text) for n, (x, y, size, text) in enumerate(lines)
    ]
    assert story_of(pdf(indented)).text == text


def test_a_heading_between_indented_paragraphs_stands_alone() -> None:
    lines = body([*PROSE, "A new plan", *MORE])
    first = {0, len(PROSE), len(PROSE) + 1}
    indented = [
        (x + 15 * (n in first), y, size, text) for n, (x, y, size, text) in enumerate(lines)
    ]
    assert story_of(pdf(indented)).text == f"{' '.join(PROSE)}\n\nA new plan\n\n{' '.join(MORE)}"


def test_paragraphs_of_one_line_are_kept_apart() -> None:
    short = [[f"Number {word} has a line of its own."] for word in ("one", "two", "three", "four")]
    lines = body(PROSE, *short)
    paragraphs = [" ".join(PROSE), *(" ".join(paragraph) for paragraph in short)]
    assert story_of(pdf(lines)).text == "\n\n".join(paragraphs)


def test_what_a_browser_prints_around_a_page_is_removed() -> None:
    head = (24, 820, 8, "11/21/26, 10:26 PM Council delays terminal - The Quay")
    foot = (24, 17, 8, "https://example.org/council-delays-terminal 1/1")
    story = story_of(pdf([*body(PROSE, MORE), head, foot]))
    assert story.text == f"{' '.join(PROSE)}\n\n{' '.join(MORE)}"
    assert story.removed == (Removed(head[3], "as printed"), Removed(foot[3], "as printed"))


def test_a_paragraph_goes_on_across_pages() -> None:
    story = story_of(pdf(body(PROSE[:2]), body(PROSE[2:], MORE)))
    assert story.text == f"{' '.join(PROSE)}\n\n{' '.join(MORE)}"


def test_a_word_parted_at_a_lines_end_is_whole_again() -> None:
    lines = [
        "The terminal was post-",
        "poned, said the well-",
        "known mayor. The well-known plan of Anglo-",
        "French builders was called a non-",
        "starter, sold end-to-",
        "end, and 1990-",
        "2000 was no better.",
    ]
    assert story_of(pdf(body(lines))).text == (
        "The terminal was postponed, said the well-known mayor. The well-known plan of Anglo-"
        "French builders was called a nonstarter, sold end-to-end, and 1990-2000 was no better."
    )


def test_what_runs_along_the_edges_of_most_pages_is_removed() -> None:
    def page(number: int) -> list[Line]:
        head = (70, 800, 9, f"The Quay, 14 January 2026, edition {number}")
        return [head, *body([f"Story {number} begins here.", *MORE]), (290, 30, 9, f"- {number} -")]

    story = story_of(pdf(*(page(number) for number in range(1, 5))))
    assert "The Quay" not in story.text
    assert [part.text for part in story.removed if part.reason == "page number"] == [
        f"- {number} -" for number in range(1, 5)
    ]
    assert Removed("The Quay, 14 January 2026, edition 3", "on most pages") in story.removed
    assert story.text.count("Residents near the quay") == 4


def test_a_line_that_is_on_one_page_only_stays() -> None:
    pages = [body([f"Page {word} has its own first line."], MORE) for word in ("one", "two")]
    text = story_of(pdf(*pages)).text
    assert "Page one has its own first line." in text
    assert "Page two has its own first line." in text


def test_the_headline_is_what_is_set_largest() -> None:
    headline = [(70, 760, 24, "Harbour council delays"), (70, 732, 24, "the new ferry terminal")]
    story = story_of(pdf([*headline, *body(PROSE, MORE)]))
    assert story.title == "Harbour council delays the new ferry terminal"
    assert story.text == f"{' '.join(PROSE)}\n\n{' '.join(MORE)}"


def test_a_headline_that_heads_the_other_pages_stays_the_title() -> None:
    title = "Harbour council delays the new terminal"
    pages = [
        [(70, 760, 24 if number == 0 else 9, title), *body([f"Part {number} is here.", *MORE])]
        for number in range(4)
    ]
    assert story_of(pdf(*pages)).title == title


def test_the_lines_above_a_story_say_who_wrote_it_and_when() -> None:
    head = [
        (70, 760, 24, "Harbour council delays the new terminal"),
        (70, 740, 9, "By Ellen Marsh"),
        (70, 725, 9, "January 14, 2026"),
    ]
    story = story_of(pdf([*head, *body(PROSE)], info="/Author (Ann Lee)"))
    assert (story.author, story.published) == ("Ellen Marsh", "2026-01-14")
    assert story.text == " ".join(PROSE)


def test_a_document_may_name_its_title_author_and_language() -> None:
    info = "/Title (Council delays terminal after all) /Author (Ellen van der Marsh and Ann Lee)"
    story = story_of(pdf(body(PROSE), info=info, root="/Lang (en-GB)"))
    assert story.title == "Council delays terminal after all"
    assert (story.author, story.language) == ("Ellen van der Marsh and Ann Lee", "en-GB")
    assert story.text == " ".join(PROSE)


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - the final draft.doc",
        "the final final draft.indd",
        "Untitled",
        "Document1",
        "(anonymous)",
        "C:\\\\users\\\\ellen\\\\my own file",
        "https://example.org/a b c",
        "",
    ],
)
def test_a_programs_name_for_a_document_is_no_title(title: str) -> None:
    assert story_of(pdf(body(PROSE), info=f"/Title ({title})")).title is None


@pytest.mark.parametrize(
    "author", ["emarsh", "Admin", "ellen@example.org", "User 7", "", "x" * 500]
)
def test_the_name_of_an_account_is_no_author(author: str) -> None:
    assert story_of(pdf(body(PROSE), info=f"/Author ({author})")).author is None


def test_when_the_file_was_made_is_not_when_the_story_was_published() -> None:
    info = "/CreationDate (D:20260114050000Z) /ModDate (D:20260115050000Z)"
    story = story_of(pdf(body(PROSE), info=info))
    assert (story.published, story.updated) == (None, None)


def test_ligatures_and_soft_hyphens_are_undone() -> None:
    data = pdf(body(["The of\xadfice \xadwas closed for a \xadwhile."]))
    assert story_of(data).text == "The office was closed for a while."


def test_a_scan_is_refused_with_what_to_do() -> None:
    reason = "it has no text layer: it is a scan; recognise its text (OCR) and save that"
    assert error_of(pdf([], [])) == reason


def test_text_whose_letters_are_not_known_is_refused() -> None:
    assert error_of(pdf(body(["!#$ %&' *+, -./ :;< =>?"] * 5))).startswith(
        "its text layer does not"
    )


def test_an_encrypted_document_is_refused() -> None:
    encrypt = (
        "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        f"/O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>]"
    )
    reason = "it is encrypted; save it without a password"
    assert error_of(pdf(body(PROSE), trailer=encrypt)) == reason


def test_a_document_of_too_many_pages_is_refused() -> None:
    assert error_of(pdf(*[[]] * (MAX_PAGES + 1))) == "it has more than 500 pages; split it"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"Ties froze.", bytes(100)])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    assert error_of(data) == "it is a damaged PDF; save it anew, or save its text"


def test_a_document_cut_off_at_its_end_is_read_or_refused() -> None:
    whole = pdf(body(PROSE))
    for cut in range(0, len(whole), 40):
        with contextlib.suppress(ArticleError):
            assert story_of(whole[:cut]).text in " ".join(PROSE)


def test_reading_says_nothing_and_leaves_logging_as_it_was(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    story_of(pdf(body(PROSE)).replace(b"startxref\n", b"startxref\n1"))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert logging.getLogger("pypdf").level == logging.NOTSET


@pytest.mark.parametrize(
    "stream",
    [
        bytes(200 * 1024**2),
        b"BT /F1 9 Tf " + b"(aaaaaaaaaaaaaaaaaaaaa) Tj " * 200_000 + b"ET",
        b"q " * 3_000_000,
        b"[" * 200_000,
    ],
)
def test_a_bomb_is_stopped(stream: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.pdf_layer.MAX_SECONDS", 2.0)
    start = time.monotonic()
    with contextlib.suppress(ArticleError):
        read_pdf(document([zlib.compress(stream, 1)], flate="/Filter /FlateDecode"))
    assert time.monotonic() - start < 20


def test_reading_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.pdf_layer.MAX_SECONDS", -1.0)
    assert error_of(pdf(body(PROSE))) == "it takes too long to read; save its text instead"


WHOLE = pdf(body(PROSE), body(MORE), info="/Title (Council delays terminal)")
PIECES = st.sampled_from(
    [b"obj", b"<<", b">>", b"[", b"(", b"0 R", b"\0", b"stream", b"-1", b"9" * 9]
)


@given(st.data())
def test_a_document_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(WHOLE))] * 2)))
    end = min(end, start + 50)
    with contextlib.suppress(ArticleError):
        assert read_pdf(WHOLE[:start] + data.draw(PIECES) + WHOLE[end:])


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ArticleError):
        assert read_pdf(b"%PDF-1.4\n" + data)


def test_a_last_line_that_two_pages_share_is_text_unless_it_is_in_the_margin() -> None:
    last = "So much for this part of the story."
    pages = [body(PROSE, [last]), body(MORE, PROSE, [last])]
    assert story_of(pdf(*pages)).text.count(last) == 2
    foot = (70, 30, 9, "The Quay, all rights reserved")
    story = story_of(pdf(*([*page, foot] for page in pages)))
    assert story.text.count(last) == 2
    assert "rights" not in story.text


def test_two_paragraphs_of_one_line_are_kept_apart_by_the_room_between_them() -> None:
    one, two = "The mill of Ellerby will be rebuilt.", "The council voted for it on Monday evening."
    lines = [(70, 700, 12, one), (70, 674, 12, two)]
    assert story_of(pdf(lines)).text == f"{one}\n\n{two}"


def test_a_byline_right_above_the_text_is_no_part_of_its_first_paragraph() -> None:
    story = story_of(pdf(body(["By Jane Smith", *PROSE])))
    assert story.author == "Jane Smith"
    assert story.text == " ".join(PROSE)
