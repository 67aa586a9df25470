"""Small files in exactly the published forms, and a server that can break off, refuse Range or send other bytes."""

import gzip
import hashlib
import io
import struct
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from numpy.typing import NDArray


def idx(values: NDArray[np.uint8]) -> bytes:
    """The IDX form: zero, zero, type 0x08, axes, lengths in big-endian uint32, values in C order."""
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def an_l() -> NDArray[np.uint8]:
    """An upright L: its stem on the left, its foot at the bottom, so that transposing or flipping it shows."""
    picture = np.zeros((28, 28), np.uint8)
    picture[4:24, 6:9] = 255
    picture[21:24, 6:20] = 255
    return picture


def emnist_zip(mapping: str, labels: dict[str, list[int]], split: str = "byclass") -> bytes:
    """EMNIST's archive: pictures of an L, stored transposed as EMNIST does, in a folder named gzip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"gzip/emnist-{split}-mapping.txt", mapping)
        for part, values in labels.items():
            stored = np.stack([an_l().T for _ in values])
            archive.writestr(f"gzip/emnist-{split}-{part}-images-idx3-ubyte.gz", gz(idx(stored)))
            archive.writestr(f"gzip/emnist-{split}-{part}-labels-idx1-ubyte.gz", gz(idx(np.array(values, np.uint8))))
    return buffer.getvalue()


@dataclass
class FileServer:
    """Serves ``files`` on 127.0.0.1, and keeps what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    honours_range: bool = True
    break_after_bytes: list[int] = field(default_factory=list)  # one entry a request: send so many bytes, then hang up
    requests: list[tuple[str, str]] = field(default_factory=list)  # path, Range header
    url: str = ""


@pytest.fixture
def server() -> Iterator[FileServer]:
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            state.requests.append((self.path, wanted))
            data = state.files.get(self.path.lstrip("/"))
            if data is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and state.honours_range else 0
            if start >= len(data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(data)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if wanted and state.honours_range else 200)
            if wanted and state.honours_range:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            body = data[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if state.break_after_bytes:
                body = body[: state.break_after_bytes.pop(0)]
                self.close_connection = True
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    http.shutdown()
    http.server_close()
    thread.join()
