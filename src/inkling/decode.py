"""Bytes and picture objects to grey levels: any format, bit depth, palette, transparency and orientation."""

import functools
import io
import struct
import threading
import warnings
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import ImageTooLarge, InvalidInk, NotAnImage
from .flatness import LEAST_CONTRAST

__all__ = ["FORMATS", "decode_bytes", "grey_of_array", "grey_of_image"]

#: What can be read, by Pillow's names.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF")

_HINT = "Give a whole PNG, JPEG, WebP, BMP, TIFF or GIF picture."


def decode_bytes(data: bytes, max_bytes: int, max_pixels: int) -> tuple[NDArray[np.uint8], float]:
    """Decode a picture file.

    Args:
        data: the file's bytes.
        max_bytes: a larger file is refused before it is opened.
        max_pixels: a picture of more pixels is refused before it is decoded.

    Returns:
        Grey levels, uint8 (H, W), upright, transparent parts white; and their scale, px of them for one px of the
        picture, below 1 where a large JPEG was decoded smaller.

    Raises:
        NotAnImage: the bytes are no picture, or a damaged one.
        ImageTooLarge: it is over a limit.
    """
    if not data:
        raise NotAnImage("The file is empty.", _HINT)
    if len(data) > max_bytes:
        raise ImageTooLarge(
            f"The file has {len(data):,} bytes or more; at most {max_bytes:,} are read.",
            "Save it smaller, or raise the setting max_image_bytes.",
        )
    # our own limit below stands in for Pillow's warning, and damaged metadata is no reason not to read
    with _no_warnings:
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError:
            raise _not_read(data) from None
        except Image.DecompressionBombError as error:
            raise _too_large(str(error).split(" exceeds")[0], max_pixels) from None
        except _DAMAGED as error:
            raise NotAnImage(f"The picture is damaged: {error}.", _HINT) from error
        return grey_of_image(image, max_pixels, ours=True)


def _not_read(data: bytes) -> NotAnImage:
    kind = _OTHER_KINDS.get(data[8:12]) if data[4:8] == b"ftyp" else None
    if kind:
        return NotAnImage(f"The file is a picture of the kind {kind}, which is not read.", "Save it as JPEG or PNG.")
    return NotAnImage(f"The file is not a picture: it begins with {_beginning(data)}.", _HINT)


def _beginning(data: bytes) -> str:
    """Show the first characters where the bytes are text, else the first bytes in hex."""
    text = " ".join(data[:32].decode("utf-8", "replace").lstrip("\ufeff")[:8].split())
    if text and text.isprintable() and "\ufffd" not in text:
        return f"“{text}”"
    return f"the bytes {data[:8].hex(' ')}"


class _NoWarnings:
    """Silences warnings while any thread is inside; where threads overlap, catch_warnings would leave them silenced."""

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._caught = warnings.catch_warnings(action="ignore")
                self._caught.__enter__()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._caught.__exit__(None, None, None)


_no_warnings = _NoWarnings()


def grey_of_image(image: Image.Image, max_pixels: int, *, ours: bool = False) -> tuple[NDArray[np.uint8], float]:
    """Turn a Pillow image into grey levels, uint8 (H, W), upright, transparent parts white; and their scale.

    Args:
        image: any; it stays as it is.
        max_pixels: one of more is refused before it is decoded.
        ours: nobody else has it, so that a large JPEG may be decoded smaller.

    Raises:
        NotAnImage: its data are cut off or damaged.
        ImageTooLarge: it has more than ``max_pixels``, or a side that is too long.
    """
    width, height = image.size
    if width * height > max_pixels:
        raise _too_large(f"The picture is {width:,}×{height:,} px", max_pixels)
    if max(width, height) > _MOST_SIDE_PX:  # a file of a few bytes would keep a processor busy for seconds, row by row
        raise ImageTooLarge(
            f"The picture is {width:,}×{height:,} px; no side may be longer than {_MOST_SIDE_PX:,} px.", "Cut it up."
        )
    _check_sides(width, height)
    try:
        if ours and max(width, height) > _FINE_PX:
            image.draft(None, (_FINE_PX // 2, _FINE_PX // 2))  # at once, by its frequencies
        image.load()
        image = ImageOps.exif_transpose(_reduced(image))
        scale = max(image.size) / max(width, height)
    except _DAMAGED as error:
        raise NotAnImage(f"The picture is cut off or damaged: {error}.", _HINT) from error
    return grey_of_array(_as_array(image)), scale


def _reduced(image: Image.Image) -> Image.Image:
    """Take the means of squares of px where a picture has more of them than reading needs, before they are copied."""
    times = min(max(image.size) // (_FINE_PX // 2), min(image.size) // _LEAST_PX)
    if max(image.size) <= _FINE_PX or times < 2:
        return image
    if image.mode.startswith("I;16"):
        levels = np.asarray(image).astype(np.uint16)
        size = (-(-image.size[0] // times), -(-image.size[1] // times))
        smaller = Image.fromarray(np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_AREA)))
        smaller.info = image.info
        return smaller
    if _is_transparent(image):  # with colour weighed by opacity
        return _rgba(image).convert("RGBa").reduce(times).convert("RGBA")
    return (image.convert({"1": "L", "P": "RGB"}[image.mode]) if image.mode in ("1", "P") else image).reduce(times)


def _is_transparent(image: Image.Image) -> bool:
    return "transparency" in image.info or image.mode in ("LA", "PA", "La", "RGBa", "RGBA")


def _as_array(image: Image.Image) -> NDArray[np.uint8]:
    """Bring every mode of Pillow to uint8 (H, W), (H, W, 3) or (H, W, 4)."""
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image).astype(np.float64)
        levels = np.nan_to_num(levels, nan=0.0, posinf=0.0, neginf=0.0)
        # cameras and scanners use ten, twelve or fourteen of sixteen bits
        highest = levels.max(initial=0)
        over = _OVERSHOT if image.mode == "F" else 1.0
        most = next((depth for depth in _DEPTHS if highest <= over * depth), highest)
        return (np.clip(levels / most, 0, 1) * 255).round().astype(np.uint8)
    if _is_transparent(image):
        return np.asarray(_rgba(image))
    return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def _rgba(image: Image.Image) -> Image.Image:
    return (image.convert("LA") if image.mode == "La" else image).convert("RGBA")  # Pillow knows no shorter way


def grey_of_array(array: Any) -> NDArray[np.uint8]:
    """Turn a uint8 array (H, W), (H, W, 3) RGB or (H, W, 4) RGBA into grey levels, uint8 (H, W).

    Raises:
        InvalidInk: it is of another type or shape, or too small to hold a character.
    """
    if not isinstance(array, np.ndarray):
        raise InvalidInk(f"Cannot read ink from {type(array).__name__}.", "Give a path, bytes, a picture or an array.")
    if array.dtype != np.uint8:
        faulty = array.dtype.kind == "f" and not np.isfinite(array).all()
        raise InvalidInk(
            f"The array is {array.dtype}{' with values that are not finite' if faulty else ''}; expected uint8.",
            "Bring its values to 0-255 and call .astype(numpy.uint8).",
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise InvalidInk(
            f"The array has the shape {array.shape}; expected (H, W), (H, W, 3) or (H, W, 4).",
            "Give one picture at a time, or a list of them to read_many; its colours come last (numpy.moveaxis).",
        )
    _check_sides(array.shape[1], array.shape[0])
    if array.ndim == 3:
        return _grey(_opaque(array) if array.shape[2] == 4 else array)
    return np.asarray(array)


def _check_sides(width: int, height: int) -> None:
    if max(width, height) < _LEAST_PX or min(width, height) < 2:
        raise InvalidInk(
            f"The picture is {width}×{height} px, too small to hold a character.",
            f"Give one with a side of {_LEAST_PX} px at least.",
        )


def _opaque(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay a picture with transparency on white; what is white and written on nothing is laid on black."""
    colour, alpha = array[:, :, :3], array[:, :, 3]
    if (alpha == 255).all():
        return colour
    weight = cv2.merge([alpha] * 3)
    on_white = 255 - cv2.multiply(255 - colour, weight, scale=1 / 255)
    there = cv2.threshold(alpha, LEAST_CONTRAST - 1, 255, cv2.THRESH_BINARY)[1]
    if 2 * cv2.countNonZero(there) < there.size:  # else it is a sheet
        darkest = functools.reduce(cv2.min, cv2.split(on_white))
        dark = cv2.threshold(darkest, 255 - LEAST_CONTRAST, 255, cv2.THRESH_BINARY_INV)[1]
        if max(cv2.boundingRect(dark)[2:]) < _SEEN * max(cv2.boundingRect(there)[2:]):
            return np.asarray(cv2.multiply(colour, weight, scale=1 / 255), np.uint8)
    return np.asarray(on_white, np.uint8)


def _grey(colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn colour (H, W, 3) into grey levels, or take the channel that shows the ink best.

    That is one in which it stands out well and all else hardly does: red ink on green has no contrast in grey, and blue
    squares are all but paper in the blue channel, while ink of any dark colour is not.
    """
    step = max(1, min(colour.shape[:2]) // 64)
    few = cv2.split(np.ascontiguousarray(colour[::step, ::step]))
    spread = cv2.subtract(functools.reduce(cv2.max, few), functools.reduce(cv2.min, few))
    if cv2.minMaxLoc(spread)[1] < LEAST_CONTRAST:
        return np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)
    scale = min(1.0, _COLOUR_PX / max(colour.shape))
    size = (max(2, round(colour.shape[1] * scale)), max(2, round(colour.shape[0] * scale)))
    small = colour if scale == 1 else cv2.resize(colour, size, interpolation=cv2.INTER_AREA)
    depths = [_depth(view) for view in (cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), *cv2.split(small))]
    ink = np.array([float(np.partition(depth, -_INK_PX, None)[-_INK_PX]) for depth in depths])
    clutter = np.array([cv2.mean(depth)[0] for depth in depths]) / np.maximum(ink, 1)
    shows = ink >= max(_LEAST_SHOWN, _SHOWS * ink.max())
    best = int(np.where(shows, clutter, np.inf).argmin()) if shows.any() else 0
    if best == 0 or (shows[0] and clutter[best] > _CLEARER * clutter[0]):
        return np.asarray(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), np.uint8)
    return np.asarray(cv2.extractChannel(colour, best - 1), np.uint8)


def _depth(view: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Give how much each px, of uint8 (h, w), differs from what is around it."""
    return cv2.absdiff(view, cv2.medianBlur(view, min(255, max(3, max(view.shape) // 4 | 1))))


def _too_large(what: str, max_pixels: int) -> ImageTooLarge:
    return ImageTooLarge(
        f"{what}; at most {max_pixels:,} px are read.", "Save it smaller, or raise the setting max_image_pixels."
    )


_LEAST_PX = 8
_MOST_SIDE_PX = 65_535
# colours are compared on so many px along the longer side; so many of them are ink at least
_COLOUR_PX, _INK_PX = 64, 4
# a channel shows the ink if it is so deep there beside the best; and is taken for grey if all else is so much paler
_SHOWS, _CLEARER = 0.5, 0.7
# ... and by so many levels at least, on px that are the means of many
_LEAST_SHOWN = LEAST_CONTRAST / 4
# the highest values of pictures of more than eight bits, floating-point ones among them
_DEPTHS = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
# what is on transparent ground is seen on white if what differs from it there is so long beside all of it
_SEEN = 0.2
# resampling goes beyond white: what is not more than this times white is white
_OVERSHOT = 1.25
# a picture of a longer side has more detail than reading needs
_FINE_PX = 4096
# pictures of phones and cameras, by the brand that their file names first
_OTHER_KINDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIF", b"msf1": "HEIF", b"avif": "AVIF",
                b"avis": "AVIF", b"crx ": "CR3"}  # fmt: skip
# what Pillow's decoders raise on damaged bytes
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error,
            zlib.error, MemoryError, AttributeError, ZeroDivisionError, RuntimeError, AssertionError)  # fmt: skip
