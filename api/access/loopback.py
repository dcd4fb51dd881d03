"""Loopback: where no key is needed, since only this machine reaches it, and what still could.

Without keys a service answers this machine alone. Three ways lead around that, and each is closed:
it may be bound to another address; a proxy may bring others in; and a web page that a browser on
this machine shows may send requests, either as itself (its Origin tells) or under a host name that
its owner points at 127.0.0.1 (DNS rebinding: the Host header tells).
"""

import ipaddress
import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from api.access import refusals
from api.access.errors import AccessError
from api.access.folders import access_folder
from api.access.key_file import KeyFile

# A proxy that says so in one of these brings requests from elsewhere.
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def is_loopback(host: str) -> bool:
    """Tell whether an address, or all that a name stands for, is reached from this machine alone.

    Args:
        host: an IP address or a name; one that cannot be resolved is not.
    """
    try:
        return _is_loopback_address(host)
    except ValueError:
        pass
    if not host:
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return all(_is_loopback_address(str(address[4][0])) for address in found)


def check_may_bind(host: str, data: Path) -> str | None:
    """Check that a service may listen at an address.

    Args:
        host: the address or name.
        data: the data folder of the service.

    Returns:
        What its operator should know, if anything.

    Raises:
        AccessError: others could reach it, and no key was ever made.
    """
    keys = KeyFile(access_folder(data)).keys()
    if not keys:
        if is_loopback(host):
            return None
        raise AccessError(
            f"{host or 'every address'} can be reached by others, so a key is needed: make one "
            f"with `dateline keys create NAME --data {data}`, or serve on 127.0.0.1"
        )
    if all(key.revoked for key in keys.values()):
        return "every key is revoked: make one with `dateline keys create NAME`"
    return None


def check_is_local(
    server: str | None, headers: Mapping[str, Sequence[str]], origins: Collection[str]
) -> None:
    """Check that a request without a key comes from this machine and from no strange page.

    Args:
        server: the address at which it arrived.
        headers: by their names in lower case.
        origins: the web origins that are allowed.

    Raises:
        Refusal: it may come from elsewhere.
    """
    try:
        local = server is not None and _is_loopback_address(server)
    except ValueError:
        local = False
    if not local or any(name in headers for name in FORWARDING):
        raise refusals.no_keys_yet()
    hosts = headers.get("host", ())
    if len(hosts) != 1 or not _names_this_machine(hosts[0]):
        raise refusals.host_not_allowed()
    for origin in headers.get("origin", ()):
        if origin not in origins and origin.partition("://")[2] != hosts[0]:
            raise refusals.origin_not_allowed()


def _is_loopback_address(host: str) -> bool:
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def _names_this_machine(host: str) -> bool:
    """Tell whether a Host header names this machine by its own names; none is looked up."""
    name, port = host, ""
    if host.startswith("["):
        name, _, port = host[1:].partition("]")
    elif ":" in host:
        name, _, port = host.rpartition(":")
        port = f":{port}"
    if port and not (port[0] == ":" and port[1:].isascii() and port[1:].isdigit()):
        return False
    try:
        return _is_loopback_address(name)
    except ValueError:
        return name.lower() == "localhost"
