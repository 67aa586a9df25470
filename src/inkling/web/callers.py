"""Who may ask: pages of other sites change nothing here, and by a name that is not ours nothing is answered."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from flask import Request

from ..errors import InvalidSetting
from ..settings import Settings
from .problems import RequestError

__all__ = ["Callers"]

# What changes nothing.
_HARMLESS = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")


class Callers:
    """Says which requests are refused whatever they ask for.

    A browser names the page that sent a request in ``Sec-Fetch-Site``, where the connection is safe (https, or to the
    same machine), else in ``Origin``; programs send neither. A page whose own name was made to lead here (by DNS
    rebinding) is of the same origin by both, so names are looked at too.

    Args:
        settings: the address that is listened on, and the names that are trusted.

    Raises:
        InvalidSetting: what is trusted is no name.
    """

    def __init__(self, settings: Settings) -> None:
        self._trusted = {_trusted(name.strip()) for name in settings.trusted_hosts.split(",") if name.strip()}
        self._any = not self._trusted and not _leads_here(settings.host)

    def check(self, request: Request) -> None:
        """Let a request pass, or not.

        Raises:
            RequestError: 400 for a name that is not trusted, 403 for another site's page that would change something.
        """
        asked = request.headers.get("Host", "")
        name = _name(asked)
        known = self._any or not asked or name in self._trusted or _is_localhost(name) or _address(name) is not None
        if not known or name is None:
            raise RequestError(
                400,
                "untrusted_host",
                f"This server is not known as {asked[:100]!r}.",
                "Ask it by its IP address or as localhost, or name that in INKLING_TRUSTED_HOSTS.",
            )
        if request.method not in _HARMLESS and not self._from_own_page(request, asked):
            raise RequestError(
                403,
                "cross_site_request",
                "The page of another site sent this request.",
                "Send it from Inkling's own pages, or by a program. Where a proxy asks by another name than the page "
                "has, name that of the page in INKLING_TRUSTED_HOSTS.",
            )

    def _from_own_page(self, request: Request, asked: str) -> bool:
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site in _OURS
        if origin is None:
            return True
        place = origin.partition("://")[2].lower()
        return bool(place) and (place == asked.lower() or _name(place) in self._trusted)


def _name(host: str) -> str | None:
    """Give a host without its port, in small letters: empty where none was named, None where it is no host."""
    try:
        parts = urlsplit(f"//{host}")
        name = (parts.hostname or "").rstrip(".")
        whole = parts.netloc == host and "@" not in host and (parts.port is None or parts.port >= 0)
    except ValueError:
        return None
    if not whole or (name and not _NAME.fullmatch(name) and _address(name) is None):
        return None
    return name


def _trusted(name: str) -> str:
    """Check a name that is trusted; give it as browsers send it."""
    try:
        found = _name(name.encode("idna").decode())
    except UnicodeError:
        found = None
    if not found or ":" in name:
        raise InvalidSetting(
            f"The setting trusted_hosts names {name!r}; expected names such as inkling.home, without http:// and port.",
            "Set INKLING_TRUSTED_HOSTS to them, with commas.",
        )
    return found


def _is_localhost(name: str | None) -> bool:
    return name is not None and (name == "localhost" or name.endswith(".localhost"))


def _address(name: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name or "")
    except ValueError:
        return None


def _leads_here(host: str) -> bool:
    """Say whether an address that is listened on can be reached from this machine alone."""
    try:
        found = [info[4][0] for info in socket.getaddrinfo(host or "0.0.0.0", None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):  # the server says so when it listens
        return False
    addresses = [ipaddress.ip_address(str(one).partition("%")[0]) for one in found]
    return all((getattr(one, "ipv4_mapped", None) or one).is_loopback for one in addresses)
