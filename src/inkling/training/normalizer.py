"""The one normaliser: any ink to a glyph in MNIST's form. Training and every reading run this same graph."""

import torch
from torch import Tensor, nn

__all__ = ["GLYPH_PX", "Normalizer"]

#: A glyph's side, and the longer side of the ink within it, as in MNIST.
GLYPH_PX, FITTED_PX = 28, 20
#: The contrast that faint ink, such as a fine pen's, is brought up to: mean ink weighted by ink.
_LEAST_CONTRAST = 0.75


class Normalizer(nn.Module):
    """Crops, scales the longer side to 20 px and puts the centre of mass in the middle.

    Two separable resampling matrices do it, ``glyph = wy @ ink @ wx.T``: their triangle filter is as wide as the scale,
    so fine ink is averaged, not skipped. The form is MNIST's (LeCun et al. 1998, section III-A), with three changes:
    the box is found to a fraction of a pixel, the shift to the centre of mass never pushes ink out of the frame, and
    ink that got faint in scaling is brought back to contrast.

    Args:
        side: the glyph's side, px.
        fitted: the longer side of the ink within it, px.
    """

    def __init__(self, side: int = GLYPH_PX, fitted: int = FITTED_PX) -> None:
        super().__init__()
        self.side, self.fitted = side, fitted

    def forward(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Normalise pictures of one size.

        Args:
            ink: float32 (N, H, W) in [0, 1], 0 = paper.

        Returns:
            glyphs: float32 (N, 28, 28) in [0, 1].
            boxes: float32 (N, 4), x, y, width, height of the ink in px.
            frames: float32 (N, 4), x, y, width, height of the glyph's own frame in px of the ink.
        """
        peak = ink.amax(2).amax(1).clamp(min=1e-6)[:, None]  # (N, 1)
        top, bottom = _edges(ink.amax(2) / peak)  # (N,), (N,)
        left, right = _edges(ink.amax(1) / peak)
        height, width = bottom - top, right - left
        scale = torch.maximum(height, width) / self.fitted  # px of ink for one px of glyph
        half = self.side / 2 * scale
        centre_y = _centre(ink.sum(2), top, bottom, half)
        centre_x = _centre(ink.sum(1), left, right, half)
        wy = self._resample(ink.shape[1], centre_y, scale, ink)  # (N, 28, H)
        wx = self._resample(ink.shape[2], centre_x, scale, ink)  # (N, 28, W)
        glyphs = wy @ ink @ wx.transpose(1, 2)  # (N, 28, H) x (N, H, W) x (N, W, 28) -> (N, 28, 28)
        contrast = (glyphs * glyphs).sum((1, 2)) / glyphs.sum((1, 2)).clamp(min=1e-6)
        gain = (_LEAST_CONTRAST / contrast.clamp(min=1e-3)).clamp(min=1.0)
        glyphs = (glyphs * gain[:, None, None]).clamp(0.0, 1.0)
        frames = torch.stack((centre_x - half, centre_y - half, 2 * half, 2 * half), 1)
        return glyphs, torch.stack((left, top, width, height), 1), frames

    def _resample(self, length: int, centre: Tensor, scale: Tensor, like: Tensor) -> Tensor:
        # where each px of the glyph lies in the ink, and the triangle around it: (N, side, length)
        target = torch.arange(self.side, dtype=like.dtype, device=like.device) + (0.5 - self.side / 2)
        source = torch.arange(length, dtype=like.dtype, device=like.device) + 0.5
        position = centre[:, None] + target * scale[:, None]  # (N, side)
        reach = scale.clamp(min=1.0)[:, None, None]
        return (1 - (position[:, :, None] - source).abs() / reach).clamp(min=0.0) / reach


def _edges(profile: Tensor) -> tuple[Tensor, Tensor]:
    """Find where ink starts and ends along an axis, to a fraction of a pixel, from its maxima (N, L) in [0, 1]."""
    on = (profile >= 0.5).to(profile.dtype)
    length = profile.shape[1]
    count = torch.arange(length, dtype=profile.dtype, device=profile.device)
    # positions of the first and the last one that is on
    first = length - (on * (length - count)).amax(1)
    last = (on * count).amax(1)
    at = count[None, :]

    def value(index: Tensor) -> Tensor:  # the profile there, 0 beyond its ends
        return (profile * (at == index[:, None]).to(profile.dtype)).sum(1)

    # an edge pixel is covered as far as it is dark
    start = first + 1 - value(first) - value(first - 1)
    end = last + value(last) + value(last + 1)
    return start, end


def _centre(mass: Tensor, start: Tensor, end: Tensor, half_frame: Tensor) -> Tensor:
    """Give the centre of mass along an axis, moved so far that all of the box stays in the frame."""
    at = torch.arange(mass.shape[1], dtype=mass.dtype, device=mass.device) + 0.5
    centre = (mass * at).sum(1) / mass.sum(1).clamp(min=1e-6)
    middle = (start + end) / 2
    room = half_frame - (end - start) / 2
    return torch.minimum(torch.maximum(centre, middle - room), middle + room)
