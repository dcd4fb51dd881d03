"""Fuzzing, the mutations: a sound document becomes one that nobody would have written.

Bytes are flipped, put in, doubled, moved and taken out; documents are spliced and nested in each
other; the pieces of a format are strewn in and repeated. What comes out follows from the chances
that are given alone.
"""

import random
from collections.abc import Callable

from evals.fuzz.corpus import SEEDS, WRAPPERS
from evals.fuzz.tokens import ODD, TOKENS

# No input is longer, so that the time that one takes says how time grows.
MAX_BYTES = 64 * 1024
MAX_STEPS = 6
REPEATS = (2, 10, 100, 1000, 10_000)
# One input in so many is another document within this kind's.
WRAPPED = 4

Mutation = Callable[[bytes, str, random.Random], bytes]


def make_input(kind: str, chance: random.Random) -> bytes:
    """Return a document that was one of a kind, of at most MAX_BYTES bytes."""
    data = chance.choice(SEEDS[kind])
    if chance.randrange(WRAPPED) == 0:
        inner = chance.choice(sorted(SEEDS))
        wrapper = chance.choice(WRAPPERS[kind])
        data = wrapper(_mutated(chance.choice(SEEDS[inner]), chance.choice((inner, kind)), chance))
    return _mutated(data, kind, chance)[:MAX_BYTES]


def _mutated(data: bytes, kind: str, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(MAX_STEPS)):
        data = chance.choice(MUTATIONS)(data, kind, chance)[:MAX_BYTES]
    return data


def _part(data: bytes, chance: random.Random) -> tuple[int, int]:
    """Return where a part of the data starts and ends; small parts are as likely as large ones."""
    start = chance.randrange(len(data) + 1)
    length = chance.choice((1, 4, 16, 64, 256, 4096))
    return start, min(len(data), start + chance.randrange(length + 1))


def _put_in(data: bytes, piece: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + piece + data[place:]


def _flip_bits(data: bytes, _kind: str, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.randrange(9) if data else 0):
        flipped[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _put_in_bytes(data: bytes, _kind: str, chance: random.Random) -> bytes:
    return _put_in(data, bytes(chance.randrange(256) for _ in range(chance.randrange(9))), chance)


def _put_in_token(data: bytes, kind: str, chance: random.Random) -> bytes:
    return _put_in(data, chance.choice(chance.choice((TOKENS[kind], ODD))), chance)


def _strew_tokens(data: bytes, kind: str, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(30)):
        data = _put_in_token(data, kind, chance)
    return data


def _replace_by_token(data: bytes, kind: str, chance: random.Random) -> bytes:
    start, end = _part(data, chance)
    return data[:start] + chance.choice(TOKENS[kind]) + data[end:]


def _repeat_token(data: bytes, kind: str, chance: random.Random) -> bytes:
    """Put in a long run of one piece, or of several: nested openings, endless lists."""
    pool = chance.choice((TOKENS[kind], TOKENS[kind], ODD))
    pieces = b"".join(chance.choice(pool) for _ in range(chance.randrange(1, 4)))
    run = pieces * min(chance.choice(REPEATS), MAX_BYTES // len(pieces))
    # What stands before a run may be what makes it slow; a whole document before it often is not.
    return _put_in(data, run, chance) if chance.randrange(3) else run + data


def _repeat_part(data: bytes, _kind: str, chance: random.Random) -> bytes:
    start, end = _part(data, chance)
    times = min(chance.choice(REPEATS), MAX_BYTES // max(1, end - start))
    return data[:end] + data[start:end] * times + data[end:]


def _remove_part(data: bytes, _kind: str, chance: random.Random) -> bytes:
    start, end = _part(data, chance)
    return data[:start] + data[end:]


def _swap_parts(data: bytes, _kind: str, chance: random.Random) -> bytes:
    a, b, c, d = sorted((*_part(data, chance), *_part(data, chance)))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _splice(data: bytes, kind: str, chance: random.Random) -> bytes:
    """End one document as another goes on, mostly one of the same kind."""
    name = kind if chance.randrange(4) else chance.choice(sorted(SEEDS))
    other = chance.choice(SEEDS[name])
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _truncate(data: bytes, _kind: str, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _change_number(data: bytes, _kind: str, chance: random.Random) -> bytes:
    """Write another figure where one stands: lengths, offsets, dates, references."""
    places = [place for place, byte in enumerate(data) if 0x30 <= byte <= 0x39]
    if not places:
        return data
    place = chance.choice(places)
    number = chance.choice((b"0", b"9", b"-1", b"99999999", b"1e9", b"0000", b"2147483648", b""))
    return data[:place] + number + data[place + 1 :]


def _reencode(data: bytes, _kind: str, chance: random.Random) -> bytes:
    names = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "gb18030", "utf-7")
    return data.decode("utf-8", "replace").encode(chance.choice(names), "replace")


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits,
    _put_in_bytes,
    _put_in_token,
    _strew_tokens,
    _replace_by_token,
    _repeat_token,
    _repeat_part,
    _remove_part,
    _swap_parts,
    _splice,
    _truncate,
    _change_number,
    _reencode,
)
