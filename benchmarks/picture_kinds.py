"""Kinds of pictures of one character, as people and programs make them: crops, scans, ruled sheets, boxes, photographs.

A kind makes a uint8 picture (H, W) or (H, W, 3), or a JPEG file's bytes, of a sample: a 28×28 picture, 255 = ink, or
strokes, each float32 (P, 2).
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Make = Callable[[Any, np.random.Generator], Any]
Colour = tuple[float, float, float]

WHITE, BLACK, PENCIL, BLUE = (255, 255, 255), (20, 20, 20), (110, 110, 110), (40, 50, 150)
SKY, CYAN, ORANGE, RED, VIOLET = (110, 190, 255), (0, 190, 240), (255, 170, 60), (240, 80, 80), (190, 160, 240)
SHEET, PHOTO = (400, 400), (450, 600)


def of_pictures() -> dict[str, Make]:
    """Kinds that are made of pictures 28×28."""
    kinds: dict[str, Make] = {}
    for margin in (0, 1, 4):
        for times in (3, 4, 6, 10):
            kinds[f"cut out, {margin} px around, enlarged {times} times"] = (
                lambda image, _, margin=margin, times=times: 255 - enlarged(cut(image, margin), times)
            )
    kinds["cut out, cubic, 10 times"] = lambda image, _: 255 - enlarged(cut(image, 0), 10, cv2.INTER_CUBIC)
    kinds["cut out, light on dark, 10 times"] = lambda image, _: enlarged(cut(image, 0), 10)
    kinds["cut out, as JPEG, 10 times"] = lambda image, _: jpeg(255 - enlarged(cut(image, 0), 10))
    kinds["cut out, on grey, 20 times"] = lambda image, _: levels(200 - 150 * (enlarged(cut(image, 0), 20) / 255.0))
    kinds["whole, 10 times"] = lambda image, _: 255 - enlarged(image, 10)
    return kinds


def of_strokes() -> dict[str, Make]:
    """Kinds that are made of strokes."""
    kinds: dict[str, Make] = {}
    for height, pen, blur, margin in (
        (80, 10, 2, 0),
        (80, 14, 3, 0),
        (120, 6, 1, 0),
        (200, 36, 5, 0),
        (200, 36, 5, 10),
    ):
        kinds[f"scan cut out, {height} px, pen {pen}, blur {blur}, {margin} px around"] = (
            lambda s, rng, height=height, pen=pen, blur=blur, margin=margin: scan(s, rng, height, pen, blur, margin)
        )
    for name, rule, ink in (
        ("pale", (215, 225, 240), BLACK), ("grey", (150,) * 3, (40,) * 3), ("sky", SKY, PENCIL), ("cyan", CYAN, PENCIL),
        ("orange", ORANGE, PENCIL), ("red", RED, (90,) * 3), ("red, blue ink", RED, BLUE), ("violet", VIOLET, PENCIL),
    ):  # fmt: skip
        kinds[f"squares, {name}"] = lambda s, rng, rule=rule, ink=ink: ruled(drawn(s, 240, 8), rng, rule, ink)
        kinds[f"squares, {name}, in grey"] = lambda s, rng, rule=rule, ink=ink: cv2.cvtColor(
            ruled(drawn(s, 240, 8), rng, rule, ink), cv2.COLOR_RGB2GRAY
        )
    kinds["squares, sky, small character"] = lambda s, rng: ruled(drawn(s, 80, 5), rng, SKY, (90,) * 3, every=40)
    kinds["lines, dark grey"] = lambda s, rng: ruled(drawn(s, 150, 7), rng, (120,) * 3, (30,) * 3, squares=False)
    for name, paper, ink in (
        ("red on blue", (70, 110, 200), (220, 60, 50)), ("green on red", (200, 50, 60), (60, 130, 50)),
        ("yellow on white", WHITE, (250, 220, 60)), ("white on blue", (40, 60, 180), (240, 240, 240)),
    ):  # fmt: skip
        kinds[name] = lambda s, _, paper=paper, ink=ink: written(drawn(s, 240, 12), np.full((*SHEET, 3), paper), ink)
    for name, colour in (("black", (0, 0, 0)), ("grey", (150,) * 3), ("red", (240, 60, 60)), ("blue", (60, 120, 240))):
        kinds[f"in a {name} box"] = lambda s, _, colour=colour: written(drawn(s, 200, 12), boxed(colour), BLACK)
    return kinds | _photographs()


def _photographs() -> dict[str, Make]:
    def taken(height: float, pen: float, turn: float = 0, **options: Any) -> Make:
        def make(strokes: Any, rng: np.random.Generator) -> bytes:
            at = rng.uniform(0.7 * height, PHOTO[1] - 0.7 * height), rng.uniform(0.7 * height, PHOTO[0] - 0.7 * height)
            return photograph(drawn(strokes, height, pen, PHOTO, at), rng, turn=turn, **options)

        return make

    kinds = {
        "photograph, pencil": taken(200, 6),
        "photograph, small, pencil": taken(60, 3),
        "photograph, faint pencil": taken(200, 5, ink=(165,) * 3),
        "photograph, ball pen": taken(200, 3, ink=(40, 50, 140)),
        "photograph, felt pen": taken(300, 45, ink=BLACK),
        "photograph, chalk": taken(200, 9, paper=(45, 60, 50), ink=(220, 220, 215)),
        "photograph, noise": taken(200, 7, noise=15),
        "photograph, hard shadow of 45 %": taken(200, 7, shadow=0.45),
        "photograph, hard shadow of 65 %": taken(200, 7, shadow=0.65),
        "photograph, small, pencil, hard shadow of 45 %": taken(60, 3, shadow=0.45),
        "photograph, round shadow of 45 %": taken(200, 7, shadow=0.45, rounded=True),
        "photograph, small, pencil, round shadow of 45 %": taken(60, 3, shadow=0.45, rounded=True),
        "photograph, cut out": lambda s, rng: photograph(drawn(s, 300, 9, (320, 320)), rng),
        "photograph, cut out, bold": lambda s, rng: photograph(drawn(s, 260, 45, (320, 320)), rng, ink=BLACK),
    }
    for rule in ((175, 195, 215), (155, 185, 218), (120, 170, 225), (150, 150, 150), (225, 150, 150)):
        kinds[f"photograph, small, squares {rule}"] = taken(80, 5, rule=rule)
    kinds["photograph, squares, turned, blue ink"] = taken(100, 6, 6, ink=(40, 50, 140), rule=(140, 178, 222))
    kinds["photograph, lines, turned"] = taken(100, 6, 6, rule=(140, 178, 222), squares=False)
    kinds["photograph, small, grey lines"] = taken(60, 4, 3, ink=(40,) * 3, rule=(140,) * 3, squares=False)
    return kinds


def levels(picture: NDArray[Any]) -> NDArray[np.uint8]:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def jpeg(picture: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def cut(image: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """The ink of a picture, with so many px around it."""
    x, y, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
    wide = np.pad(image, 8)
    return wide[y + 8 - margin : y + height + 8 + margin, x + 8 - margin : x + width + 8 + margin]


def enlarged(image: NDArray[np.uint8], times: int, how: int = cv2.INTER_LINEAR) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(image, None, fx=times, fy=times, interpolation=how), np.uint8)


def drawn(
    strokes: Sequence[NDArray[np.float32]],
    height: float,
    pen: float,
    shape: tuple[int, int] = SHEET,
    at: tuple[float, float] | None = None,
) -> NDArray[np.float32]:
    """How much ink each px holds, float32 (H, W): the longer side ``height`` px, around ``at``."""
    points = np.concatenate(strokes).astype(np.float64)
    low, high = points.min(0), points.max(0)
    scale = height / max(float((high - low).max()), 1e-6)
    sheet = np.zeros(shape, np.uint8)
    for stroke in strokes:
        placed = (stroke - (low + high) / 2) * scale + (at or (shape[1] / 2, shape[0] / 2))
        path = np.rint(np.repeat(placed, 2 if len(placed) == 1 else 1, 0) * 32).astype(np.int32)
        cv2.polylines(sheet, [path], False, 255, max(1, round(pen)), cv2.LINE_AA, 5)
    return sheet.astype(np.float32) / 255


def written(ink: NDArray[np.float32], sheet: NDArray[Any], colour: Sequence[float]) -> NDArray[np.uint8]:
    return levels(sheet * (1 - ink[..., None]) + np.array(colour) * ink[..., None])


def scan(
    strokes: Any, rng: np.random.Generator, height: int, pen: float, blur: float, margin: int
) -> NDArray[np.uint8]:
    soft = cv2.GaussianBlur(drawn(strokes, height, pen, (height * 2, height * 2)), (0, 0), blur)
    x, y, width, tall = cv2.boundingRect((soft > 0.3).astype(np.uint8))
    part = soft[y - margin : y + tall + margin, x - margin : x + width + margin]
    return levels(235 - 200 * part + rng.normal(0, 2, part.shape))


def ruled(
    ink: NDArray[np.float32],
    rng: np.random.Generator,
    rule: Sequence[float],
    colour: Sequence[float],
    every: int = 50,
    squares: bool = True,
) -> NDArray[np.uint8]:
    sheet = np.full((*ink.shape, 3), 255.0)
    _print_lines(sheet, rng, rule, every, squares)
    return written(ink, sheet, colour)


def _print_lines(
    sheet: NDArray[Any], rng: np.random.Generator, rule: Sequence[float], every: int, squares: bool
) -> None:
    for side in (sheet, sheet.swapaxes(0, 1)) if squares else (sheet,):
        first = int(rng.integers(every - 2))
        side[first::every] = side[first + 1 :: every] = rule


def boxed(colour: Colour) -> NDArray[Any]:
    return cv2.rectangle(np.full((*SHEET, 3), 255.0), (30, 30), (370, 370), colour, 4)


def photograph(
    share: NDArray[np.float32],
    rng: np.random.Generator,
    paper: Sequence[float] = (225, 220, 208),
    ink: Sequence[float] = (80, 80, 85),
    noise: float = 4,
    shadow: float = 0,
    rounded: bool = False,
    rule: Sequence[float] | None = None,
    squares: bool = True,
    turn: float = 0,
) -> bytes:
    """A sheet as a camera sees it, as JPEG: light that falls off by a third, grain, blur of 1 px.

    Args:
        share: float32 (H, W), how much ink each px holds.
        rng: of place, light, grain and angle.
        paper: its colour, R, G, B.
        ink: the ink's.
        noise: of the sensor, grey levels.
        shadow: how much light a shadow with a hard edge takes away.
        rounded: it is a head's, that comes in from one side; else its edge goes straight across.
        rule: the colour of squares or lines printed on the sheet; None for none.
        squares: not lines alone.
        turn: up to so many degrees.
    """
    height, width = share.shape
    sheet = np.full((height, width, 3), paper, np.float32)
    if rule is not None:
        _print_lines(sheet, rng, rule, 40, squares)
    seen = sheet * (1 - share[..., None]) + np.array(ink, np.float32) * share[..., None]
    if turn:
        around = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-turn, turn)), 1.08)
        seen = cv2.warpAffine(seen, around, (width, height), borderMode=cv2.BORDER_REFLECT)
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j].astype(np.float32)
    angle, edge, place = rng.uniform(0, 2 * np.pi, 2), 0.004, rng.uniform(-0.25, 0.25)
    light = 1 - 0.35 * (np.cos(angle[0]) * x + np.sin(angle[0]) * y + 0.5)
    side = np.cos(angle[1]), np.sin(angle[1])
    if rounded:
        beyond = 0.3 + 0.4 * place - np.hypot(x - 0.45 * side[0], y - 0.45 * side[1])
    else:
        beyond = side[0] * x + side[1] * y - place
    light *= 1 - shadow / (1 + np.exp(-np.clip(beyond / edge, -50, 50)))
    grain = cv2.resize(rng.standard_normal((height // 4, width // 4)).astype(np.float32), (width, height))
    soft = cv2.GaussianBlur(seen * light[..., None] + 2 * grain[..., None], (0, 0), 1)
    return jpeg(levels(soft + noise * rng.standard_normal((height, width, 1))))
