"""Loopback: where no key is needed since only this machine is there, and what else could come in.

Three ways lead around it, and each is closed: a service may listen elsewhere; a proxy may bring
others in; and a web page in a browser on this machine may send requests, as itself (its Origin
tells) or under a host name that its owner points here (DNS rebinding: the Host header tells).
"""

import ipaddress
from collections.abc import Collection

from starlette.requests import Request

from api.http.problems import ProblemError

# Where one of these is set, a proxy passes on what came from elsewhere.
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_loopback(host: str) -> bool:
    """Tell whether an address, or the name "localhost", is reached from this machine alone."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower() == "localhost"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def check_is_local(request: Request, origins: Collection[str]) -> None:
    """Check that a request comes from this machine, and from no web page of elsewhere.

    Args:
        request: a request without a key.
        origins: the web origins that are allowed.

    Raises:
        ProblemError: it may come from elsewhere.
    """
    server = request.scope.get("server") or ("",)
    if not is_loopback(server[0]) or any(name in request.headers for name in FORWARDING):
        raise ProblemError(
            401,
            "key-missing",
            "A key is needed",
            "the service has no keys yet and answers its own machine alone: whoever runs it makes "
            "one with `dateline keys create NAME`",
            {"WWW-Authenticate": "Bearer"},
        )
    host = request.headers.get("host", "")
    if not is_loopback(_name_of(host)):
        raise ProblemError(
            403,
            "host",
            "The host name is not allowed",
            "without keys the service answers as localhost, 127.0.0.1 or [::1] alone: use one of "
            "these, or make a key with `dateline keys create NAME`",
        )
    origin = request.headers.get("origin")
    if origin is not None and origin not in origins and origin.partition("://")[2] != host:
        raise ProblemError(
            403,
            "origin",
            "The web origin is not allowed",
            "pages of this origin may not ask here: whoever runs the service can allow it with "
            "--origin",
        )


def _name_of(host: str) -> str:
    """Return the name in a Host header, without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host
