"""Decode: bytes become text, in the encoding that they are in and never in a guess at random.

Knows encodings and compression, and nothing of files, formats or articles. Encodings are told from
each other by charset-normalizer (https://github.com/jawah/charset_normalizer).
"""

import codecs
import re
import zlib
from collections import Counter
from io import BytesIO

from index.errors import ArticleError

GZIP_MAGIC = b"\x1f\x8b\x08"
GZIP_STEP = 64 * 1024
# A gzip file may have several parts; more than this is made to take time, not to be read.
MAX_GZIP_PARTS = 10_000

# UTF-32 comes first: its mark begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# What the web means by a name, as far as Python means less (WHATWG Encoding Standard, 4.2).
WEB_NAMES = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
# The encodings that a text which does not name its own is looked for in.
LATIN = "cp1252 cp1250 cp1254 cp1257 iso8859_2".split()
BEYOND_LATIN = (
    "cp1251 cp1253 cp1255 cp1256 iso8859_5 iso8859_7 koi8_r cp866 cp874 "
    "cp932 euc_jp gb18030 big5 cp949"
).split()
# Letters beyond a to z, by language. The Latin encodings are told from each other by them: read in
# the wrong one, a text has letters that no language has together.
ALPHABETS = [
    frozenset(letters + letters.upper())
    for letters in (
        "àâæçéèêëîïôœùûüÿ áâãàçéêíóôõúü àèéìîòóù áéíñóúüºª äöüß àçèéíïòóúü· "  # fr pt it es de ca
        "åäöé æøåé áðéíóúýþæö äöõüšž éëïóöü "  # sv da is et nl
        "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű "  # pl cs sk hu
        "čćđšž ăâîşţ çğıİöşüâîû ąčęėįšųūž āčēģīķļņšūž ëç"  # hr ro tr lt lv sq
    ).split()
]
# Signs that texts of any language have. Between two letters most of them are a letter misread.
SIGNS = re.compile(
    r"[\xa0\xad“”„‘’‚«»‹›–—…•·]|(?<![^\W\d_])[¿¡€£¥§°©®™½¼¾²³×ªº´]|[€£¥§°©®™½¼¾²³×ªº´](?![^\W\d_])"
)
# A text of one language has this share of its characters in the language's alphabet.
MIN_SHARE_KNOWN = 0.9
# What the detector looks at: the lines that are not ASCII, up to this many bytes.
SAMPLE_BYTES = 64 * 1024
SAMPLE_CONTEXT = 1024
BEYOND_ASCII_BYTE = re.compile(rb"[\x80-\xff]")
# Bytes with meaning in more than one byte of a character are never these.
ALONE = re.compile(rb"[\n\r\t !-/]")
# Text in another encoding is hardly ever valid UTF-8 for this many characters to each error.
DAMAGED_UTF8_SHARE = 4
ASCII_LETTER = re.compile(r"[A-Za-z]")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
CONTROLS = re.compile("[\0-\x08\x0e-\x19\x1b-\x1f]")


def decode(data: bytes, charset: str | None = None) -> str:
    """Decode a text. Line ends are kept, a byte order mark is not.

    A byte order mark decides. Then valid UTF-8 is UTF-8, since no other text looks like it; then
    the declared encoding is believed, if it fits; then the encoding is detected.

    Args:
        data: the bytes of the text.
        charset: the encoding that is declared for it, in any spelling; an unknown one is ignored.

    Raises:
        ArticleError: the bytes are not text, or in no encoding that can be told.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    declared = known_charset(charset)
    if declared is not None and (text := _attempt(data, declared)) is not None:
        utf8 = None if data.isascii() else _attempt(data, "utf-8")
        return text if utf8 is None else utf8
    if b"\x00" in data:
        raise ArticleError("it is a binary file, not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_damaged_utf8(data):
            raise _not_in(error) from error
    return _detected(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _not_in(error, encoding) from error


def _attempt(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _not_in(error: UnicodeDecodeError, encoding: str = "utf-8") -> ArticleError:
    name = encoding.upper().removesuffix("-SIG")
    return ArticleError(f"it is not {name} text (byte {error.start:,}); save it as UTF-8")


def known_charset(charset: str | None) -> str | None:
    """Return Python's name of a declared encoding, or None where it is no encoding of texts."""
    from charset_normalizer.constant import IANA_SUPPORTED  # noqa: PLC0415

    try:
        name = codecs.lookup((charset or "").strip()).name
    except (LookupError, ValueError):
        return None
    # Python also has codecs that are no encodings of texts (punycode, unicode_escape).
    listed = name.replace("-", "_") in IANA_SUPPORTED or name == "iso8859-1"
    return WEB_NAMES.get(name, name) if listed else None


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell whether bytes that are not valid UTF-8 were meant to be."""
    text = data.decode("utf-8", "replace")
    errors = text.count("\ufffd")
    beyond_ascii = sum(1 for _ in BEYOND_ASCII.finditer(text)) - errors
    return beyond_ascii >= DAMAGED_UTF8_SHARE * errors


def _detected(data: bytes) -> str:
    """Decode a text that does not say what encoding it is in."""
    encoding = detected_charset(data)
    text = None if encoding is None else _attempt(data, encoding)
    if text is None or CONTROLS.search(text):
        raise ArticleError("it is not text in an encoding that can be told; save it as UTF-8")
    return text


def detected_charset(data: bytes) -> str | None:
    """Return Python's name of the encoding that a text seems to be in, or None if none is clear.

    It is told by the text's first lines that are not ASCII; the rest may not be valid in it.
    """
    sample = _sample(data)
    return _latin(sample) or _beyond_latin(sample)


def _sample(data: bytes) -> bytes:
    """Return the first lines that tell something of the encoding, cut between characters."""
    lines: list[bytes] = []
    room = SAMPLE_BYTES
    for line in BytesIO(data):
        first = BEYOND_ASCII_BYTE.search(line)
        if first is None:
            continue
        start = max(0, first.start() - SAMPLE_CONTEXT)
        lines.append(line[start : start + room])
        room -= len(line) - start
        if room <= 0:
            last = max((match.end() for match in ALONE.finditer(lines[-1])), default=0)
            lines[-1] = lines[-1][: last or None]
            break
    return b"".join(lines)


def _beyond_latin(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - most texts are UTF-8

    candidates = [*LATIN, *BEYOND_LATIN]
    best = from_bytes(sample, cp_isolation=candidates, preemptive_behaviour=False).best()
    return best.encoding if best is not None and best.encoding in BEYOND_LATIN else None


def _latin(sample: bytes) -> str | None:
    """Return the encoding in which the letters of a text belong to one language."""
    shares = {encoding: _share_known(sample, encoding) for encoding in LATIN}
    best = max(LATIN, key=lambda encoding: shares[encoding])
    return best if shares[best] >= MIN_SHARE_KNOWN else None


def _share_known(sample: bytes, encoding: str) -> float:
    """Return the share of a text's characters beyond ASCII that are one language's, or signs."""
    text = _attempt(sample, encoding)
    if text is None:
        return 0.0
    counts = Counter(character for character in text if not character.isascii())
    # Every language with a Latin alphabet is written with more letters that have no mark.
    if counts.total() > sum(1 for _ in ASCII_LETTER.finditer(text)):
        return 0.0
    signs = sum(1 for _ in SIGNS.finditer(text))
    letters = max(sum(counts[letter] for letter in alphabet) for alphabet in ALPHABETS)
    return (signs + letters) / max(1, counts.total())


def is_gzip(data: bytes) -> bool:
    """Tell whether bytes are a gzip file, by how they begin."""
    return data.startswith(GZIP_MAGIC)


def gunzip(data: bytes, limit: int) -> bytes:
    """Decompress a gzip file (RFC 1952) of one part or several.

    Args:
        data: the file.
        limit: how many bytes may come out. No more than that is ever decompressed.

    Raises:
        ArticleError: it is damaged or cut off, or more than `limit` comes out.
    """
    parts: list[bytes] = []
    taken = start = 0
    for _ in range(MAX_GZIP_PARTS):
        part, start = _gzip_part(data, start, limit - taken)
        parts.append(part)
        taken += len(part)
        if taken > limit:
            raise ArticleError(f"it is larger than {limit // 1024**2} MiB when decompressed")
        # Some programs fill the last block of a disk or tape with zeros.
        if data[start : start + 1] in {b"", b"\0"} and not data[start:].strip(b"\0"):
            return b"".join(parts)
    raise ArticleError(f"it is a gzip file of more than {MAX_GZIP_PARTS:,} parts")


def _gzip_part(data: bytes, start: int, room: int) -> tuple[bytes, int]:
    """Return what the part that begins at `start` holds, and where it ends.

    Reading stops with one byte more than there is room for.
    """
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    pieces: list[bytes] = []
    try:
        while not stream.eof and room >= 0:
            step = data[start : start + GZIP_STEP]
            if not step:
                raise ArticleError("it is a gzip file that is cut off")
            pieces.append(stream.decompress(step, room + 1))
            room -= len(pieces[-1])
            start += len(step) - len(stream.unused_data) - len(stream.unconsumed_tail)
    except zlib.error as error:
        raise ArticleError("it is a damaged gzip file") from error
    return b"".join(pieces), start
