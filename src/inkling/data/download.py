"""Downloads that go on where they stopped. pooch checks and moves the file; it has no resume of its own."""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import urllib3
from tqdm import tqdm

__all__ = ["ResumingDownloader"]

_log = logging.getLogger(__name__)
_CHUNK_BYTES = 1 << 18
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")


class ResumingDownloader:
    """A pooch downloader that keeps what came so far in a ``.part`` file, and asks the server only for the rest.

    A server that does not honour HTTP's Range sends the file from its beginning, and so it is taken from its beginning.
    A connection that breaks is taken up again as long as each attempt brings something new.

    Args:
        part: the file that keeps what came so far.
        timeout_s: how long a silent server is waited for.
        progress: whether to draw a progress bar on standard error.

    Raises:
        requests.RequestException: from the call: the server cannot be reached, refuses, or stays silent.
    """

    def __init__(self, part: Path, timeout_s: float = 30, progress: bool = False) -> None:
        self.part = part
        self.timeout_s = timeout_s
        self.progress = progress

    def __call__(self, url: str, output_file: str | Path, pooch: Any, check_only: bool = False) -> bool | None:
        """Bring ``url`` to ``output_file``. The form of this call is pooch's."""
        if check_only:
            return requests.head(url, timeout=self.timeout_s, allow_redirects=True).ok
        while True:
            have_bytes = self._have_bytes()
            try:
                self._attempt(url, have_bytes)
                break
            except (requests.ConnectionError, requests.Timeout) as error:
                if self._have_bytes() <= have_bytes:
                    raise
                _log.info("%s broke off (%s); it goes on at byte %d", url, error, self._have_bytes())
        os.replace(self.part, output_file)
        return None

    def _have_bytes(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, url: str, have_bytes: int) -> None:
        # "identity": the file's own bytes, so that a position in the part file is a position in the file.
        headers = {"Accept-Encoding": "identity", "User-Agent": "inkling"}
        if have_bytes:
            headers["Range"] = f"bytes={have_bytes}-"
        with requests.get(url, headers=headers, stream=True, timeout=self.timeout_s) as response:
            start, total = _stated_range(response)
            if response.status_code == 416:  # nothing lies beyond what is there: it is whole, or another file
                if have_bytes != total:
                    self.part.unlink()
                    self._attempt(url, 0)
                return
            response.raise_for_status()
            resumed = response.status_code == 206 and start == have_bytes
            if not resumed:
                start, total = 0, int(response.headers.get("Content-Length", 0)) or None
                if response.status_code == 206:  # another range than was asked for: never sent by an honest server
                    raise requests.RequestException(f"{url} answered with the wrong range of bytes.")
            with self.part.open("ab" if resumed else "wb") as file, self._bar(url, start, total) as bar:
                for chunk in _chunks(response):
                    file.write(chunk)
                    bar.update(len(chunk))
        if total is not None and self._have_bytes() < total:
            raise requests.ConnectionError(f"{url} sent {self._have_bytes():,} of {total:,} bytes.")

    @contextmanager
    def _bar(self, url: str, start: int, total: int | None) -> Iterator["tqdm[Any]"]:
        name = url.rsplit("/", 1)[-1]
        with tqdm(
            desc=name, initial=start, total=total, unit="B", unit_scale=True, disable=not self.progress, leave=True
        ) as bar:
            yield bar


def _stated_range(response: requests.Response) -> tuple[int, int | None]:
    """Read Content-Range: where the bytes start, and how many the whole file has (None = not said)."""
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not found:
        return 0, None
    return int(found[1] or 0), None if found[2] == "*" else int(found[2])


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it is sent; requests' own iterator would unpack what a server labels as compressed."""
    try:
        yield from response.raw.stream(_CHUNK_BYTES, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(str(error)) from error
