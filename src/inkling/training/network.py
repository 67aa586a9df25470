"""The network: a small residual one, glyph in, logits and features out.

14 million multiplications a glyph; channels come in sixteens because that is how ONNX Runtime's
convolutions block them, so a narrower layer would not be faster.
"""

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from torch import Tensor, nn

__all__ = ["Network", "NetworkShape"]

#: How many layers come after the last map.
_HEAD = 5
#: Share of the layout in what memory compares ink by; features have the rest.
_LAYOUT_SHARE = 0.75


@dataclass(frozen=True)
class NetworkShape:
    """What builds a network; a checkpoint keeps it beside the weights.

    Args:
        symbols: how many symbols it tells apart.
        stem: channels at 28×28.
        widths: channels at 14×14, 7×7 and 4×4.
        blocks: residual blocks at each of these.
        features: length of the feature vector, by which symbols are told apart; without the layout, that is.
        extra_symbols: symbols of other scripts, and invented ones, that are told apart in training only; they shape
            the features.
        strange: directions that stand for ink that is none of the symbols; 0 where the network was not taught any.
        layout: channels of the layout, see :class:`Network`; 0 where there is none.
    """

    symbols: int = 62
    stem: int = 16
    widths: tuple[int, ...] = (32, 64, 112)
    blocks: tuple[int, ...] = (1, 1, 1)
    features: int = 128
    extra_symbols: int = 0
    strange: int = 0
    layout: int = 0

    def to_json(self) -> dict[str, Any]:
        """Give a form that JSON keeps."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "NetworkShape":
        """Take back what :meth:`to_json` gave."""
        built: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**built)


class _Block(nn.Module):
    """Two 3×3 convolutions around which the input is carried (He et al. 2016)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = _convolution(width, width)
        nn.init.zeros_(self.second[1].weight)  # type: ignore[arg-type]  # starts as the identity

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(F.relu(self.first(x))))


class Network(nn.Module):
    """Glyphs to features to logits.

    The features have length 1 and the logits are scaled cosines to one direction a symbol (NormFace, Wang et al.
    2017), so that near means alike, for symbols the network has never seen as well.

    Features tell what the network learned to tell apart. For memory, which compares ink of any symbols, stands beside
    them the layout: a few channels of each place of the last map, fitted by :mod:`inkling.training.layout`.

    Args:
        shape: what to build.
    """

    #: What the layout keeps of each place of the last map, (L, C).
    layout: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.stem
        layers: list[nn.Module] = [_convolution(1, width), nn.ReLU()]
        for wider, blocks in zip(shape.widths, shape.blocks, strict=True):
            layers += [_convolution(width, wider, stride=2), nn.ReLU()]
            layers += [_Block(wider) for _ in range(blocks)]
            width = wider
        # a weight for every place of the last map, channel by channel: a mean would forget where things stand
        last_px = -(-28 // 2 ** len(shape.widths))
        layers += [nn.Conv2d(width, width, last_px, groups=width, bias=False), nn.BatchNorm2d(width), nn.Flatten()]
        layers += [nn.Linear(width, shape.features, bias=False), nn.BatchNorm1d(shape.features)]  # _HEAD layers
        self.body = nn.Sequential(*layers)
        self.directions = nn.Parameter(torch.randn(shape.symbols, shape.features))
        self.extra_directions = nn.Parameter(torch.randn(shape.extra_symbols, shape.features))
        self.strange_directions = nn.Parameter(torch.randn(shape.strange, shape.features))
        self.scale = nn.Parameter(torch.tensor(16.0))
        # fitted when all else is trained, so no checkpoint keeps it; the first channels until then
        self.register_buffer("layout", torch.eye(shape.layout, width), persistent=False)

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        """Turn glyphs, float32 (N, 28, 28), into logits (N, symbols) and features of length 1 (N, D)."""
        features = self._features(self.last_map(glyphs))
        return self._cosines(features, self.directions), features

    def answers(self, glyphs: Tensor) -> tuple[Tensor, ...]:
        """Turn glyphs, float32 (N, 28, 28), into all that a bundle gives.

        Returns:
            Logits (N, symbols); what memory compares ink by, of length 1: features and layout (N, D + L·P·P), or
            features alone where there is no layout; and :meth:`unknown` (N,), where the network was taught any.
        """
        last = self.last_map(glyphs)
        features = self._features(last)
        compared = features
        if self.shape.layout:
            places = F.conv2d(last, self.layout[:, :, None, None]).flatten(1)  # (N, C, P, P) -> (N, L·P·P)
            layout = F.normalize(places.float(), dim=1)
            compared = torch.cat(((1 - _LAYOUT_SHARE) ** 0.5 * features, _LAYOUT_SHARE**0.5 * layout), 1)
        found = self._cosines(features, self.directions), compared
        return (*found, self.unknown(features)) if self.shape.strange else found

    def last_map(self, glyphs: Tensor) -> Tensor:
        """Turn glyphs, float32 (N, 28, 28), into the last map (N, C, P, P), before places are summed up."""
        seen: Tensor = self.body[:-_HEAD]((glyphs[:, None] - 0.5) * 2)  # (N, 28, 28) -> (N, 1, 28, 28) -> (N, C, P, P)
        return seen

    def _features(self, last: Tensor) -> Tensor:
        return F.normalize(self.body[-_HEAD:](last).float(), dim=1)

    def extra_logits(self, features: Tensor) -> Tensor:
        """Turn features (N, D) into logits over the symbols of other scripts, (N, extra_symbols)."""
        return self._cosines(features, self.extra_directions)

    def unknown(self, features: Tensor) -> Tensor:
        """Turn features (N, D) into the logit of being none of the symbols, (N,); without end below where untaught."""
        return self._cosines(features, self.strange_directions).logsumexp(1)

    def _cosines(self, features: Tensor, directions: Tensor) -> Tensor:
        if torch.is_autocast_enabled(features.device.type):  # eight bits are too few for cosines that differ little
            with torch.autocast(features.device.type, enabled=False):
                return self.scale * features @ F.normalize(directions, dim=1).T
        return self.scale * features @ F.normalize(directions, dim=1).T


def _convolution(channels: int, width: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels, width, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(width))
