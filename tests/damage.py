"""Picture files as they should not be: cut off, overwritten, of a wrong type, or far larger than they look."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from .drawings import encoded, picture


def sound() -> list[bytes]:
    """One file of every kind that is read, and of what is inside them: depths, palettes, alpha, interlacing, frames."""
    grey = Image.fromarray(picture("3", (60, 72), 0.5, (15, 12), 5))
    colour, alpha = grey.convert("RGB"), grey.convert("LA")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    frames = io.BytesIO()
    grey.save(frames, "GIF", save_all=True, append_images=[grey.rotate(90)])
    return [
        *(encoded(image, "PNG") for image in (grey, colour, alpha, deep, grey.convert("1"), grey.convert("P"))),
        encoded(colour.convert("RGBA"), "PNG"),
        encoded(grey, "JPEG"),
        encoded(colour, "JPEG", progressive=True, exif=_turned()),
        encoded(colour.convert("CMYK"), "JPEG"),
        encoded(colour, "WEBP"),
        encoded(alpha.convert("RGBA"), "WEBP", lossless=True),
        encoded(grey, "BMP"),
        encoded(grey, "TIFF"),
        encoded(colour, "TIFF", compression="tiff_lzw"),
        encoded(deep, "TIFF", compression="tiff_deflate"),
        frames.getvalue(),
    ]


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def bombs() -> list[bytes]:
    """Files whose header promises more than anybody should decode."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def png(width: int, height: int) -> bytes:
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        data = zlib.compress(bytes(100_000))
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")

    text = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(50_000_000)))
    wide = encoded(Image.new("L", (40, 40), 255), "PNG")
    bmp = bytearray(encoded(Image.new("L", (8, 8)), "BMP"))
    bmp[18:26] = struct.pack("<ii", 2**31 - 1, -(2**31))
    return [
        *(
            png(*size)
            for size in ((30_000, 30_000), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1), (0, 0), (1, 60_000), (2, 30_000_000))
        ),
        wide[:33] + text + wide[33:],
        bytes(bmp),
        b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(20),
    ]


OTHERS = [
    b"",
    b"\0",
    b"hello, this is no picture",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<!doctype html><title>x</title>",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
    b"PK\x03\x04" + bytes(60),
    b"\x7fELF" + bytes(100),
    b"\x00\x00\x01\x00\x01\x00" + bytes(40),
]


def cases(count: int, seed: int = 0) -> Iterator[bytes]:
    """Give so many files, the same for the same seed: half of them cut off or overwritten, each in its own way."""
    rng = np.random.default_rng(seed)
    files, odd = sound(), [*bombs(), *OTHERS]
    for number in range(count):
        if number % 25 == 0:
            yield odd[number // 25 % len(odd)]
            continue
        content = bytearray(files[rng.integers(len(files))])
        way = rng.integers(6)
        if way == 0:
            content = content[: rng.integers(len(content))]
        elif way == 1:  # a few bytes anywhere
            for place in rng.integers(0, len(content), rng.integers(1, 12)):
                content[place] = rng.integers(256)
        elif way == 2:  # in the header, where sizes and types stand
            for place in rng.integers(0, min(64, len(content)), rng.integers(1, 4)):
                content[place] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
        elif way == 3:  # a stretch lost or doubled
            start, end = sorted(rng.integers(0, len(content), 2))
            content[start:end] = bytes(content[start:end]) * int(rng.integers(0, 3))
        elif way == 4:  # the head of one file on the tail of another
            other = files[rng.integers(len(files))]
            content = content[: rng.integers(len(content))] + other[rng.integers(len(other)) :]
        else:
            content = bytearray(rng.bytes(rng.integers(1, 400)))
        yield bytes(content)
