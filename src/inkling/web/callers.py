"""Who may ask: pages of other sites change nothing here, and by a name that is not ours nothing is answered."""

import ipaddress
from urllib.parse import urlsplit

from flask import Request

from ..settings import Settings
from .problems import RequestError

__all__ = ["Callers"]

# What changes nothing.
_HARMLESS = ("GET", "HEAD", "OPTIONS")
_OURS = ("same-origin", "none")


class Callers:
    """Says which requests are refused whatever they ask for.

    A browser names the page that sent a request in ``Sec-Fetch-Site``, where the connection is safe (https, or to the
    same machine), else in ``Origin``; programs send neither. A page whose own name was made to lead here (by DNS
    rebinding) is of the same origin by both, so names are looked at too.

    Args:
        settings: the address that is listened on, and the names that are trusted.
    """

    def __init__(self, settings: Settings) -> None:
        self._trusted = {name.strip().lower().rstrip(".") for name in settings.trusted_hosts.split(",") if name.strip()}
        self._any = not self._trusted and not _is_this_machine(settings.host)

    def check(self, request: Request) -> None:
        """Let a request pass, or not.

        Raises:
            RequestError: 400 for a name that is not trusted, 403 for another site's page that would change something.
        """
        name = _name(request.host)
        if not (self._any or not name or _is_this_machine(name) or _is_address(name) or name in self._trusted):
            raise RequestError(
                400,
                "untrusted_host",
                f"This server is not known as {name[:100]!r}.",
                "Ask it by its IP address or as localhost, or name that in INKLING_TRUSTED_HOSTS.",
            )
        if request.method not in _HARMLESS and not _from_own_page(request):
            raise RequestError(
                403,
                "cross_site_request",
                "The page of another site sent this request.",
                "Send it from Inkling's own pages, or by a program.",
            )


def _from_own_page(request: Request) -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in _OURS
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def _name(host: str) -> str:
    """Give a host without its port, in small letters."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host.lower()


def _is_this_machine(name: str) -> bool:
    name = name.lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
