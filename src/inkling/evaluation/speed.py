"""How fast a recognizer reads, on inputs that look like use."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..ink import Ink

if TYPE_CHECKING:
    from ..recognizer import Recognizer

__all__ = ["Timing", "Timings", "sample_drawing", "time_calls", "time_readings"]

#: What one glyph, and one whole reading, may take at most, median, ms.
_AIM_GLYPH_MS, _AIM_READ_MS = 0.6, 1.2


@dataclass(frozen=True)
class Timing:
    """How long one thing takes.

    Args:
        what: what was timed.
        median_ms, p99_ms: the median and the 99th percentile, ms.
        calls: over how many calls.
        spans_ms: how long each call took, rising, ms.
        aim_ms: what the median shall be at most, where that was set.
    """

    what: str
    median_ms: float
    p99_ms: float
    calls: int
    spans_ms: tuple[float, ...] = field(default=(), repr=False)
    aim_ms: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Give its row of a table."""
        aim = "–" if self.aim_ms is None else f"{self.aim_ms:g} ms"
        return self.what, f"{self.median_ms:.3f} ms", f"{self.p99_ms:.3f} ms", aim, f"{self.calls:,}"


@dataclass(frozen=True)
class Timings:
    """Several timings."""

    rows: tuple[Timing, ...]

    def cells(self) -> list[tuple[str, ...]]:
        """Give the rows of a table."""
        return [row.cells() for row in self.rows]

    def to_json(self) -> list[dict[str, Any]]:
        """Give the figures."""
        return [{k: v for k, v in asdict(row).items() if k != "spans_ms"} for row in self.rows]


def sample_drawing(size_px: int, pen_px: float | None = None, seed: int = 0) -> NDArray[np.uint8]:
    """Draw a 3 with a round pen, a little different for each seed, dark on light, with soft edges.

    Args:
        size_px: the side of the square.
        pen_px: the pen's width; a twentieth of the side by default, at least 2.
        seed: for the small shift and stretch.

    Returns:
        uint8 (size_px, size_px), 255 = paper.
    """
    rng = np.random.default_rng(seed)
    scale = 4  # drawn larger and made smaller: soft edges
    side = size_px * scale
    pen = round(max(2.0, pen_px or size_px / 20) * scale)
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    left, top = rng.uniform(0.28, 0.34, 2)
    right, middle, bottom = rng.uniform([0.62, 0.46, 0.74], [0.70, 0.50, 0.80])
    for upper, lower in ((top, middle), (middle, bottom)):
        # PIL draws arcs inwards from the box, so that both bows share the middle
        box = [left * side, upper * side, right * side, lower * side + (pen if upper == top else 0)]
        draw.arc(box, 200 if upper == top else 270, 90 if upper == top else 160, fill=0, width=pen)
    return np.asarray(image.resize((size_px, size_px), Image.Resampling.BOX))


def time_calls(
    what: str, call: Callable[[], object], calls: int = 500, warm_up: int = 20, aim_ms: float | None = None
) -> Timing:
    """Time a call, each run by itself, after some that are not counted."""
    for _ in range(warm_up):
        call()
    spans_ms = np.empty(calls)
    for i in range(calls):
        start = time.perf_counter()
        call()
        spans_ms[i] = (time.perf_counter() - start) * 1e3
    spans = tuple(np.sort(spans_ms).tolist())
    return Timing(what, float(np.median(spans_ms)), float(np.percentile(spans_ms, 99)), calls, spans, aim_ms)


def time_readings(recognizer: "Recognizer", calls: int = 500) -> Timings:
    """Time what people wait for: one glyph through the models, one drawing read whole, and a batch of pictures."""
    drawing = sample_drawing(400)
    ink = Ink.from_image(drawing)
    batch: Sequence[NDArray[np.uint8]] = [sample_drawing(28, seed=i) for i in range(256)]
    return Timings(
        (
            time_calls(
                "normaliser and network, one drawing",
                lambda: recognizer.infer([ink]),
                calls,
                aim_ms=_AIM_GLYPH_MS,
            ),
            time_calls("read, one 400×400 array", lambda: recognizer.read(drawing), calls, aim_ms=_AIM_READ_MS),
            time_calls(
                "read_many, 256 arrays of 28×28", lambda: recognizer.read_many(batch), max(20, calls // 20), warm_up=2
            ),
        )
    )
