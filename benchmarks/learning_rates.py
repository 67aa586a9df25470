"""The learning rates of the baselines: what was tried on validation writers, what each gave, and which was best."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

#: What ``bench_learning.py --choose`` tries. Small, because folded weights and directions of length 1 move fast: rates
#: from 0.001 that would be usual elsewhere do harm with every step.
STEP_GRID = (3e-5, 1e-4, 3e-4, 1e-3)
EPOCH_GRID = (1e-5, 3e-5, 1e-4, 3e-4)

#: Where it writes what it found.
FILE = Path(__file__).parents[1] / "docs" / "results" / "learning-rates.json"


@dataclass(frozen=True)
class Rates:
    """Errors in second halves of validation streams, in %, by learning rate written as text.

    Args:
        bundle: version of the bundle that they were tried on.
        samples: how many samples the second halves held.
        nothing: the errors where nothing is learned.
        step: of one SGD step.
        epochs: of two epochs.
    """

    bundle: str
    samples: int
    nothing: float
    step: Mapping[str, float]
    epochs: Mapping[str, float]

    @classmethod
    def load(cls) -> "Rates | None":
        """Read what was found; None where nothing was tried yet."""
        return cls(**json.loads(FILE.read_text("utf-8"))) if FILE.is_file() else None

    def save(self) -> None:
        """Write what was found."""
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    @property
    def best(self) -> tuple[float, float]:
        """The rates with the fewest errors: of the step, and of the epochs."""
        step, epochs = (min(tried, key=lambda rate: tried[rate]) for tried in (self.step, self.epochs))
        return float(step), float(epochs)


#: Until anything was tried.
UNTRIED = (1e-4, 3e-5)


def in_words(rates: Rates | None) -> str:
    """Say where the learning rates come from, in Markdown."""
    if rates is None:
        step, epochs = UNTRIED
        return f"Their learning rates, {step:g} and {epochs:g}, were **not chosen by measurement** yet (`--choose`)."
    told = [
        ", ".join(f"{rate}: {error:.2f} %" for rate, error in tried.items()) for tried in (rates.step, rates.epochs)
    ]
    return f"""Their learning rates had the fewest errors in second halves on writers of the validation split
(`--choose`, {rates.samples:,} samples, bundle {rates.bundle}, {rates.nothing:.2f} % with nothing learned):

- one SGD step, {rates.best[0]:g}, of {told[0]};
- two epochs, {rates.best[1]:g}, of {told[1]}."""
