"""Where phones in the same hall reach this computer: found without asking any network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address

_NEIGHBOURS = (
    "10.42.0.254",  # a hotspot of Linux's NetworkManager
    "192.168.137.254",  # of Windows
    "192.168.2.254",  # of macOS
    "172.20.10.14",  # of an iPhone
    "192.168.43.254",  # of an Android phone
    "192.168.0.254",
    "192.168.1.254",
    "10.255.255.254",
    "8.8.8.8",  # whatever leads out; nothing is sent there
)
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1", ""})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


def own_addresses() -> tuple[str, ...]:
    """The addresses of this computer in its own networks, a hotspot's first; empty where it is in none.

    A datagram socket that is connected sends nothing: it only says from which address it would send.
    """
    found = dict.fromkeys((*_towards_neighbours(), *_by_name()))
    hotspot_first = sorted(found, key=lambda one: _network(one) not in {_network(other) for other in _NEIGHBOURS[:5]})
    return tuple(hotspot_first)


def _towards_neighbours() -> Iterator[str]:
    for neighbour in _NEIGHBOURS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unsent:
            try:
                unsent.connect((neighbour, 9))
            except OSError:  # no way leads there
                continue
            address = str(unsent.getsockname()[0])
            if _is_usable(address):
                yield address


def _by_name() -> Iterator[str]:
    try:
        known = socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return
    yield from (address for address in known if _is_usable(address))


def _is_usable(address: str) -> bool:
    read = ip_address(address)
    return not (read.is_loopback or read.is_link_local or read.is_unspecified)


def _network(address: str) -> str:
    return address.rpartition(".")[0]
