"""What can go wrong with access: for whoever runs the service, and for whoever asks it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from index.errors import DatelineError

NONE: Mapping[str, str] = MappingProxyType({})


class AccessError(DatelineError):
    """Access cannot be set up so; the message is one line that says what to do."""


class Refusal(Exception):  # noqa: N818 - an answer to a client, not a fault
    """A request that is turned away.

    Args:
        status: the HTTP status.
        slug: names the kind of refusal for programs; it never changes.
        title: what this kind is, in a few words.
        detail: what is wrong with this request and what to do; holds nothing secret and no path.
        headers: those that belong to the refusal.
        policies: the names of the limits that were exceeded, as the RateLimit-Policy header has
            them.
    """

    def __init__(  # noqa: PLR0913 - one for each field of a problem
        self,
        status: int,
        slug: str,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] = NONE,
        policies: Sequence[str] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.headers = headers
        self.policies = tuple(policies)
