"""API keys: how one is made, told from a typing error, and compared.

A key reads `dl_<id>_<secret>`. The id is public and names the key in lists and logs. The secret is
256 random bits and a checksum, in letters and digits, so that a double click selects all of it and
a scanner for leaked secrets finds it: `dl_[0-9a-z]{10}_[0-9A-Za-z]{49}`, then `id_of`.

Only the SHA-256 of a key is kept. A slow hash protects what people choose, by making each guess
dear; 256 random bits cannot be guessed at any price, and a slow hash would let anyone keep the
service busy with wrong keys. Knows nothing of files or of HTTP.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

PREFIX = "dl"
ID_ALPHABET = string.digits + string.ascii_lowercase
ID_LENGTH = 10
ALPHABET = string.digits + string.ascii_letters
SECRET_BITS = 256
SECRET_LENGTH = 43  # 62^43 > 2^256
CHECKSUM_LENGTH = 6  # 62^6 > 2^32
FORM = re.compile(
    rf"{PREFIX}_([0-9a-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}"
)
# What a key is compared with where none has its id, so that this takes as long.
NO_DIGEST = bytes(hashlib.sha256().digest_size)


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    WRITE = "write"


# Whoever may change a collection may see it.
GRANTS: dict[Scope, tuple[Scope, ...]] = {
    Scope.READ: (Scope.READ,),
    Scope.WRITE: (Scope.READ, Scope.WRITE),
}


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is kept, without its secret.

    Attributes:
        id: its public name, unique.
        number: counts the keys of a service from 1; never given twice.
        name: whom or what it is for, in the words of who made it.
        scopes: what it may do.
        collections: the names of the collections that it sees; at least one.
        created: when, in UTC.
        expires: from when on it is refused; None for never.
        revoked: when it was; None while it was not.
        digest: the SHA-256 of the whole key.
    """

    id: str
    number: int
    name: str
    scopes: tuple[Scope, ...]
    collections: tuple[str, ...]
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    digest: bytes = field(repr=False)

    def status(self, now: datetime) -> str:
        """Return "usable", "revoked" or "expired"."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and now >= self.expires else "usable"


def make_key() -> str:
    """Return a new key."""
    key_id = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
    stem = f"{PREFIX}_{key_id}_{_in_base_62(secrets.randbits(SECRET_BITS), SECRET_LENGTH)}"
    return stem + _checksum(stem)


def id_of(text: str) -> str | None:
    """Return the id in a key, None where no key was ever written so: a typing error."""
    form = FORM.fullmatch(text)
    if form is None or text[-CHECKSUM_LENGTH:] != _checksum(text[:-CHECKSUM_LENGTH]):
        return None
    return form[1]


def digest_of(text: str) -> bytes:
    """Return what is kept of a key, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def is_right(text: str, kept: Key | None) -> bool:
    """Tell whether a key is the one that is kept, in the same time whatever the answer."""
    right = hmac.compare_digest(digest_of(text), NO_DIGEST if kept is None else kept.digest)
    return right and kept is not None


def _checksum(stem: str) -> str:
    return _in_base_62(zlib.crc32(stem.encode()), CHECKSUM_LENGTH)


def _in_base_62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
