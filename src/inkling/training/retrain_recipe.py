"""How a network is retrained, and where a retraining stands: plain records, which take no torch."""

from dataclasses import dataclass, replace

__all__ = ["Retraining", "Step", "Stopped"]


class Stopped(Exception):
    """Someone asked a retraining to stop; what it had reached was saved."""


@dataclass(frozen=True)
class Retraining:
    """How a network is retrained.

    Args:
        steps: how many batches.
        batch_size: samples a batch.
        lessons_share: how much of each batch corrections are.
        new_share: how much of these are new, where there are earlier ones.
        learning_rate: its peak; it rises for the first tenth and falls along a cosine.
        weight_decay: of AdamW.
        label_smoothing: share of belief that is spread over all symbols.
        misread_weight: weight of the loss among all symbols for corrections that the teacher reads otherwise; that of
            the others is 1. Such are taught far more often than they come, so that what is the same shape as capital
            and as small letter would be taken for whatever it was not taken for before.
        within_weight: weight of the loss among the symbols of the same kind (digits, capitals, small letters).
        base_weight: weight of the loss over base data's own labels; that of the corrections' is 1.
        answers_weight: weight of staying with the teacher's answers, on all that is no correction.
        features_weight: weight of staying with the teacher's features, a part of what memory votes by; the layout, the
            other part, then stays too.
        averaging: how much of the weights' running average is kept each step.
        seed: of order and variation.
    """

    steps: int = 400
    batch_size: int = 192
    lessons_share: float = 0.5
    new_share: float = 0.6
    learning_rate: float = 3e-4
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    misread_weight: float = 0.5
    within_weight: float = 0.5
    base_weight: float = 0.5
    answers_weight: float = 3.0
    features_weight: float = 1.0
    averaging: float = 0.98
    seed: int = 1

    def quick(self) -> "Retraining":
        """Give a recipe that goes through all of it in seconds; nothing is learned by it."""
        return replace(self, steps=6, batch_size=16)


@dataclass(frozen=True)
class Step:
    """Where a retraining stands.

    Args:
        step, steps: of how many.
        loss: a running mean; None before the first step.
        accuracy: on held-out corrections, in [0, 1]; None where there are none, or none was measured yet.
        left_s: the time it will still take, seconds.
        phase: ``preparing``, ``training`` or ``exporting``.
    """

    step: int
    steps: int
    loss: float | None
    accuracy: float | None
    left_s: float | None
    phase: str
