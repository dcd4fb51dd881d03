"""Refusals: every answer of the gate to who may not pass, each with the name that never changes.

The names stand in the `type` of a problem (RFC 9457), so programs rely on them; the words are for
people and may be made better. None holds a key, a path, or what others' keys may see.
"""

import math
from collections.abc import Mapping, Sequence

from api.access.errors import Refusal
from api.access.keys import Key, Scope

COLLECTION_HEADER = "Dateline-Collection"
# RFC 6750, section 3.
CHALLENGE = 'Bearer realm="dateline"'


def key_missing() -> Refusal:
    """Return the refusal of a request without a key."""
    return _unauthorised(
        "key-missing",
        "An API key is needed",
        "Send one as `Authorization: Bearer dl_…`; the operator of the service makes it.",
        CHALLENGE,
    )


def no_keys_yet() -> Refusal:
    """Return the refusal of a request from elsewhere to a service that has no keys."""
    return _unauthorised(
        "key-missing",
        "An API key is needed",
        "This service has no keys yet and answers its own machine alone: its operator makes a key "
        "with `dateline keys create NAME`.",
        CHALLENGE,
    )


def key_malformed() -> Refusal:
    """Return the refusal of what is no key."""
    return _invalid(
        "key-malformed",
        "That is not an API key",
        "It was mistyped or cut: send all of it, once, as `Authorization: Bearer dl_…`.",
    )


def key_unknown() -> Refusal:
    """Return the refusal of a key that was not made here."""
    return _invalid(
        "key-unknown",
        "The API key is not known here",
        "It is well formed and no key of this service: is it one of another?",
    )


def key_ended(key: Key, status: str) -> Refusal:
    """Return the refusal of a key that is revoked or expired; only for who has its secret."""
    return _invalid(
        f"key-{status}",
        f"The API key is {status}",
        f"The key {key.id} is {status}: ask the operator of the service for another.",
    )


def scope_missing(key: Key, needed: Scope) -> Refusal:
    """Return the refusal of a key that may do less."""
    return Refusal(
        403,
        "scope-missing",
        "The key may not do this",
        f"This needs the scope {needed}, and the key {key.id} has {' and '.join(key.scopes)} "
        "alone: ask the operator of the service for another.",
        headers={"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{needed}"'},
    )


def host_not_allowed() -> Refusal:
    """Return the refusal of a host name that is not this machine's own."""
    return Refusal(
        403,
        "host-not-allowed",
        "The host name is not allowed",
        "Without keys this service answers under the names localhost, 127.0.0.1 and [::1] alone: "
        "use one of these, or make a key with `dateline keys create NAME`.",
    )


def origin_not_allowed() -> Refusal:
    """Return the refusal of a web page of another origin."""
    return Refusal(
        403,
        "origin-not-allowed",
        "The web origin is not allowed",
        "Web pages may not ask this service: its operator allows an origin with the setting "
        "DATELINE_ALLOWED_ORIGINS.",
    )


def collection_not_named(names: Sequence[str]) -> Refusal:
    """Return the refusal of a request that could mean several collections."""
    return Refusal(
        400,
        "collection-not-named",
        "The request does not name one collection",
        f"Name one of {', '.join(names)} in the header {COLLECTION_HEADER}, once.",
    )


def collection_not_allowed(key: Key) -> Refusal:
    """Return the refusal of a collection that a key does not see, whether or not it exists."""
    return Refusal(
        403,
        "collection-not-allowed",
        "The key does not see this collection",
        f"The key {key.id} sees {', '.join(key.collections)}: name one of its own in the header "
        f"{COLLECTION_HEADER}, or ask the operator of the service for another key.",
    )


def collection_not_found() -> Refusal:
    """Return the refusal of a collection that does not exist, to who would be allowed it."""
    return Refusal(
        404,
        "collection-not-found",
        "There is no such collection",
        "The service has no collection of that name: its operator makes one with "
        "`dateline build --data DIR/collections/NAME`.",
    )


def too_many_requests(per_minute: int, wait: float, headers: Mapping[str, str]) -> Refusal:
    """Return the refusal of one request too many within a minute."""
    seconds = max(1, math.ceil(wait))
    return Refusal(
        429,
        "too-many-requests",
        "Too many requests",
        f"More than {per_minute:,} requests within a minute: ask again in {seconds} s.",
        headers={"Retry-After": str(seconds), **headers},
        policies=("requests",),
    )


def too_many_at_once(concurrent: int, headers: Mapping[str, str]) -> Refusal:
    """Return the refusal of one request too many in flight."""
    return Refusal(
        429,
        "too-many-at-once",
        "Too many requests at once",
        f"More than {concurrent:,} requests at once: wait for one to end.",
        headers={"Retry-After": "1", **headers},
        policies=("concurrent",),
    )


def keys_unreadable() -> Refusal:
    """Return the refusal of everyone, while it cannot be told who may ask."""
    return Refusal(
        503,
        "keys-unreadable",
        "The keys cannot be read",
        "The service cannot tell who may ask: its log says what its operator should do.",
        headers={"Retry-After": "5"},
    )


def _unauthorised(slug: str, title: str, detail: str, challenge: str) -> Refusal:
    return Refusal(401, slug, title, detail, headers={"WWW-Authenticate": challenge})


def _invalid(slug: str, title: str, detail: str) -> Refusal:
    challenge = f'{CHALLENGE}, error="invalid_token", error_description="{title}"'
    return _unauthorised(slug, title, detail, challenge)
