"""Characters to draw, and pictures of them: drawn four times too large by Pillow, so independent of our own raster."""

import io
import math

import numpy as np
from PIL import Image, ImageDraw


def _arc(x, y, width, height, start=0, end=360):
    """Points on an ellipse around x, y; degrees go clockwise from three o'clock."""
    angles = [math.radians(start + (end - start) * i / 24) for i in range(25)]
    return [(x + width / 2 * math.cos(a), y + height / 2 * math.sin(a)) for a in angles]


#: Strokes in px, y down, within about 60×100, of characters that no reader takes for another of their alphabet.
STROKES = {
    "0": [_arc(30, 50, 56, 96, -90, 270)],
    "1": [[(30, 0), (30, 96)]],
    "3": [_arc(28, 24, 48, 44, -150, 90) + _arc(28, 71, 56, 50, -90, 150)],
    "4": [[(36, 0), (4, 62), (60, 62)], [(46, 34), (46, 98)]],
    "7": [[(2, 2), (58, 2), (24, 98)]],
    "L": [[(4, 0), (4, 96), (54, 96)]],
    "T": [[(0, 2), (64, 2)], [(32, 2), (32, 98)]],
    "i": [[(30, 36), (30, 98)], [(30, 4), (30, 6)]],
    "j": [[(34, 32), (34, 84), (28, 98), (14, 104), (4, 98)], [(34, 2), (34, 4)]],
}


def placed(symbol, scale=1.0, at=(0.0, 0.0)):
    """Strokes of a character, made larger and moved."""
    return [[(x * scale + at[0], y * scale + at[1]) for x, y in stroke] for stroke in STROKES[symbol]]


def picture(symbol, size=(200, 240), scale=1.4, at=(50, 45), pen=14, paper=255, ink=0):
    """A clean picture of a character: grey levels, uint8 (H, W), with anti-aliased edges."""
    fine = 4
    image = Image.new("L", (size[0] * fine, size[1] * fine), paper)
    draw = ImageDraw.Draw(image)
    radius = pen * fine / 2
    for stroke in placed(symbol, scale, at):
        points = [(x * fine, y * fine) for x, y in stroke]
        draw.line(points, fill=ink, width=round(2 * radius), joint="curve")
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    return np.asarray(image.reduce(fine))


def ink_box(symbol, scale=1.4, at=(50, 45), pen=14):
    """Where the ink of :func:`picture` stands: x, y, width, height in px."""
    points = np.array([point for stroke in placed(symbol, scale, at) for point in stroke])
    low, high = points.min(0) - pen / 2, points.max(0) + pen / 2
    return (*low, *(high - low))


def photograph(clean, seed=0, noise=4.0, darkest=0.55, blur=1.2):
    """A clean picture as a camera sees it: soft, on grainy paper, in light that falls off across the sheet."""
    import cv2

    rng = np.random.default_rng(seed)
    height, width = clean.shape
    soft = cv2.GaussianBlur(clean, (0, 0), blur).astype(np.float32)
    light = np.linspace(1, darkest, width)[None] * np.linspace(1, (1 + darkest) / 2, height)[:, None]
    grain = cv2.GaussianBlur(rng.normal(0, 1, clean.shape).astype(np.float32), (0, 0), 0.8)
    grain *= noise / grain.std()
    return np.clip((40 + soft * 0.75) * light + grain, 0, 255).astype(np.uint8)


def encoded(image, kind="PNG", **options):
    """A picture file's bytes, of an array or a Pillow image."""
    image = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def blot_picture():
    """A blot: as much ink as no character has."""
    grey = np.full((100, 100), 255, np.uint8)
    grey[20:80, 25:80] = 0
    return grey
