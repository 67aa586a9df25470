"""What is trained on: packs as one stream of varied, normalised batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the field's name for it
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from ..data.packs import Pack
from ..errors import InvalidSetting
from .augment import vary_images, vary_strokes
from .invented import Invented
from .normalizer import Normalizer
from .strangers import strangers
from .wear import worn

__all__ = ["REPEATS", "Batch", "Epochs", "Mixture"]

#: How often a pack's samples come in one epoch. Drawn ink is what is read most, so it weighs more than its number.
REPEATS: Mapping[str, float] = MappingProxyType(
    {"unipen-strokes": 1.3, "sse-uppercase": 1.5, "comnist-uppercase": 4.0, "omniglot-background": 5.0}
)

#: Of what is no character, the share of pairs; and symbols that could be a part of another.
_PAIR_SHARE = 0.15
_PARTS_OF_OTHERS = frozenset("1lIi|cCrvVnuoO0JjtLs-")

#: Pictures larger than MNIST's are kept at twice a glyph's detail.
_FINE_PX, _FINE_FITTED_PX = 56, 40


@dataclass(frozen=True)
class Batch:
    """One batch.

    Args:
        glyphs: float32 (N, 28, 28).
        targets: int64 (N,), index of the symbol; -1 for what is none of them; -2 for symbols of scripts that are
            spared and for invented ones: whether they are any is not asked.
        extras: int64 (N,), index of the symbol of another script, or of the invented one; -1 for the others.
    """

    glyphs: Tensor
    targets: Tensor
    extras: Tensor


class Mixture(Dataset[Batch]):
    """Packs, mixed. Asked for a list of keys, it gives the batch of these samples, varied by the first key's number.

    Args:
        packs: what to train on; symbols outside ``symbols`` are taken as symbols of other scripts, each also turned
            by 90°, 180° and 270° as a symbol of its own (Santoro et al. 2016, section 4.2).
        symbols: the symbols of the network, in the order of its logits.
        seed: with the epoch and the sample it decides every variation.
        worn_share: the share of samples that are worn by paper, scanner or camera.
        strange_share: the share of samples in whose place something stands that is no character.
        spared: scripts whose symbols are never shown as none of ours, so that refusal can be measured on them.
        invented: how many symbols are invented, of the characters of the first pack of strokes; none without one.
        invented_share: the share of samples that are of these symbols.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        symbols: Sequence[str],
        seed: int = 0,
        worn_share: float = 0.0,
        strange_share: float = 0.0,
        spared: Sequence[str] = (),
        invented: int = 0,
        invented_share: float = 0.0,
    ) -> None:
        if not 0 <= invented_share < 1:
            raise InvalidSetting(f"invented_share is {invented_share}; expected 0 to below 1.", "Leave it out for 0.")
        self.worn_share, self.strange_share = worn_share, strange_share
        self.packs = [_reframed(pack) for pack in packs]
        self.seed = seed
        self.normalizer = Normalizer()
        index = {symbol: i for i, symbol in enumerate(symbols)}
        others = sorted({label for pack in packs for label in set(pack.labels.tolist()) - set(index)})
        extra = {label: 4 * i for i, label in enumerate(others)}
        drawn = [pack for pack in packs if pack.points is not None and len(pack)]
        self.invented = Invented(drawn[0], invented, seed) if drawn and invented and invented_share else None
        self.invented_share = invented_share
        self._first_invented = 4 * len(others)
        self.extra_symbols = self._first_invented + (len(self.invented) if self.invented else 0)
        spare = {label: -2 for label in others if label.split("/")[0] in spared}
        self.targets = [np.array([(spare | index).get(s, -1) for s in pack.labels.tolist()]) for pack in packs]
        self.extras = [np.array([extra.get(s, -1) for s in pack.labels.tolist()]) for pack in packs]

    def __len__(self) -> int:
        return sum(len(pack) for pack in self.packs)

    def epoch_keys(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Give one epoch's samples in random order, each as (pack, sample): int64 (K, 2).

        Behind the packs come the invented symbols, as (packs, symbol).
        """
        keys = []
        for number, pack in enumerate(self.packs):
            repeats = REPEATS.get(pack.name, 1.0)
            times = np.full(len(pack), int(repeats)) + (rng.random(len(pack)) < repeats % 1)
            samples = np.repeat(np.arange(len(pack)), times)
            keys.append(np.stack((np.full(len(samples), number), samples), 1))
        if self.invented:
            count = round(sum(map(len, keys)) * self.invented_share / (1 - self.invented_share))
            made_up = rng.integers(0, len(self.invented), count)
            keys.append(np.stack((np.full(count, len(self.packs)), made_up), 1))
        return rng.permutation(np.concatenate(keys))

    def __getitems__(self, keys: list[tuple[int, int, int]]) -> Batch:
        rng = np.random.default_rng((self.seed, *keys[0]))
        chosen = np.array([key[1:] for key in keys])  # (N, 2)
        glyphs = torch.empty(len(keys), 28, 28)
        turns = np.zeros(len(keys), np.int64)
        strange = rng.random(len(keys)) < self.strange_share
        wear = rng.random(len(keys)) < self.worn_share
        for number, pack in enumerate(self.packs):
            places = np.flatnonzero((chosen[:, 0] == number) & ~strange)
            if not len(places):
                continue
            samples = chosen[places, 1]
            if pack.images is not None:
                images = torch.from_numpy(pack.images[samples]).float() / 255
                if (self.extras[number][samples] >= 0).any():
                    turns[places] = np.where(self.extras[number][samples] >= 0, rng.integers(0, 4, len(places)), 0)
                    images = torch.stack([torch.rot90(i, int(k)) for i, k in zip(images, turns[places], strict=True)])
                ink = vary_images(images, rng)
            else:
                ink = _stack(vary_strokes([pack.strokes(int(s)) for s in samples], rng))
            glyphs[torch.from_numpy(places)] = self.normalizer(ink)[0]
            self._wear(glyphs, places[wear[places]], ink[torch.from_numpy(wear[places])], rng)
        places = np.flatnonzero((chosen[:, 0] == len(self.packs)) & ~strange)
        if self.invented and len(places):
            drawings = [self.invented.strokes(symbol, rng) for symbol in chosen[places, 1].tolist()]
            ink = _stack(vary_strokes(drawings, rng))
            glyphs[torch.from_numpy(places)] = self.normalizer(ink)[0]
            self._wear(glyphs, places[wear[places]], ink[torch.from_numpy(wear[places])], rng)
        if strange.any():
            found = strangers(int(strange.sum()), rng)
            glyphs[torch.from_numpy(strange)] = self._normalized(found)
            self._pair(glyphs, chosen, strange, rng)
        targets, extras = (np.array(column) for column in zip(*map(self._meaning, chosen.tolist()), strict=True))
        extras = np.where(extras >= 0, extras + turns, -1)
        targets[strange], extras[strange] = -1, -1
        return Batch(glyphs, torch.from_numpy(targets), torch.from_numpy(extras))

    def _meaning(self, key: Sequence[int]) -> tuple[int, int]:
        """Give the target and the extra of an upright sample."""
        pack, sample = key
        if pack == len(self.packs):  # it may look like a character by chance: whether it is any is not asked
            return -2, self._first_invented + sample
        return int(self.targets[pack][sample]), int(self.extras[pack][sample])

    def _pair(
        self, glyphs: Tensor, chosen: NDArray[np.int64], strange: NDArray[np.bool_], rng: np.random.Generator
    ) -> None:
        """Put two characters side by side in some strangers' places: no character either."""
        known = [i for i in np.flatnonzero(~strange) if self._stands_alone(*chosen[i])]
        places = np.flatnonzero(strange)
        for place in places[rng.random(len(places)) < _PAIR_SHARE]:
            if len(known) >= 2:
                left, right = (glyphs[i] for i in rng.choice(known, 2, replace=False))
                apart = torch.zeros(28, int(rng.integers(0, 4)))
                pair = torch.cat((_trimmed(left), apart, _trimmed(right)), 1)
                glyphs[place] = self.normalizer(F.pad(pair, (2, 2))[None])[0][0]

    def _stands_alone(self, pack: int, sample: int) -> bool:
        """Say whether a sample is of a symbol that makes no other one with what stands beside it, as c and l make d."""
        return self._meaning((pack, sample))[0] >= 0 and str(self.packs[pack].labels[sample]) not in _PARTS_OF_OTHERS

    def _wear(self, glyphs: Tensor, places: NDArray[np.intp], ink: Tensor, rng: np.random.Generator) -> None:
        """Put worn ink in some glyphs' places, as far as anything is left of it."""
        found = [worn(np.rint(one.numpy() * 255).astype(np.uint8), rng) for one in ink]
        left = [i for i, one in enumerate(found) if one is not None]
        if left:
            glyphs[torch.from_numpy(places[left])] = self._normalized([one for one in found if one is not None])

    def _normalized(self, found: Sequence[NDArray[np.float32]]) -> Tensor:
        glyphs: Tensor = self.normalizer(_stack([np.rint(one * 255).astype(np.uint8) for one in found]))[0]
        return glyphs


class Epochs(Sampler[list[tuple[int, int, int]]]):
    """Batches of keys (number, pack, sample), a new order every epoch, the same on every machine for a seed.

    Args:
        mixture: what is drawn from.
        batch_size: samples a step, over all processes.
        seed: of the order.
        rank, world_size: which share of each batch is this process's.
        limit: at most so many samples an epoch.
    """

    def __init__(
        self, mixture: Mixture, batch_size: int, seed: int, rank: int = 0, world_size: int = 1, limit: int | None = None
    ) -> None:
        self.mixture, self.batch_size, self.seed, self.limit = mixture, batch_size, seed, limit
        self.rank, self.world_size = rank, world_size
        self.epoch = 0
        self.skip = 0
        self.steps = max(1, len(self._keys()) // batch_size)

    def _keys(self) -> NDArray[np.int64]:
        return self.mixture.epoch_keys(np.random.default_rng((self.seed, self.epoch)))[: self.limit]

    def __len__(self) -> int:
        return self.steps

    def __iter__(self):  # type: ignore[no-untyped-def]  # Sampler leaves it open
        # the first come again where there are fewer than one batch, or fewer than in the first epoch
        keys = np.resize(self._keys(), (self.steps * self.batch_size, 2))
        for step in range(self.skip, self.steps):
            number = (self.epoch * self.steps + step) * self.world_size + self.rank
            batch = keys[step * self.batch_size : (step + 1) * self.batch_size][self.rank :: self.world_size]
            yield [(number, int(p), int(s)) for p, s in batch]


def _trimmed(glyph: Tensor) -> Tensor:
    """Cut the empty columns beside a glyph off: (28, W)."""
    inked = torch.nonzero(glyph.amax(0) > 0.3)[:, 0]
    return glyph[:, int(inked[0]) : int(inked[-1]) + 1] if len(inked) else glyph


def _stack(rasters: Sequence[NDArray[np.uint8]]) -> Tensor:
    """Lay pictures of many sizes on frames of one: float32 (N, H, W) in [0, 1]."""
    height = max(r.shape[0] for r in rasters)
    width = max(r.shape[1] for r in rasters)
    frames = np.zeros((len(rasters), height, width), np.uint8)
    for frame, raster in zip(frames, rasters, strict=True):
        frame[: raster.shape[0], : raster.shape[1]] = raster
    return torch.from_numpy(frames).float() / 255


def _reframed(pack: Pack) -> Pack:
    """Bring pictures larger than MNIST's onto one small frame, so that they can be varied together."""
    if pack.images is None or pack.images.shape[1:] == (28, 28):
        return pack
    normalizer = Normalizer(_FINE_PX, _FINE_FITTED_PX)
    parts = [
        (normalizer(torch.from_numpy(pack.images[i : i + 256]).float() / 255)[0] * 255).round().byte().numpy()
        for i in range(0, len(pack), 256)
    ]
    return Pack(pack.name, pack.labels, pack.writers, np.concatenate(parts))
