"""The course of a retraining: how far all of it has come, and how long it will still take, not its training alone."""

import time
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Course"]

#: How long what follows the training takes, in steps of the training: writing the network down, and measuring it.
#: Of 400 steps on two cores: 110 and 40 with the validation samples of six data sets, 60 and 25 without any.
_EXPORTING, _JUDGING = {True: 110, False: 60}, {True: 40, False: 25}

#: How much of the measuring is over when the first sample is read.
_LAID_OUT = 0.3

#: What it is thought to take at least, seconds, while it goes on.
_LEAST_S = 1.0


class Course:
    """Adds to what is said of the progress how much of the whole is ``done``, in [0, 1], and ``left_s`` of the whole.

    Args:
        with_data: whether there are data sets to measure by.
        clock: seconds that only grow.
    """

    def __init__(self, with_data: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._after = {"exporting": _EXPORTING[with_data], "judging": _JUDGING[with_data]}
        self._clock = clock
        self._steps = 0
        self._step_s: float | None = None  # how long a step takes
        self._phase, self._since = "", clock()

    def of(self, progress: Mapping[str, Any]) -> dict[str, Any]:
        """Give the progress with both; None where it is not known yet."""
        phase, now = str(progress.get("phase")), self._clock()
        if phase != self._phase:
            self._phase, self._since = phase, now
        told = {**progress, "done": None, "left_s": None}
        if phase == "training":
            return told | self._training(progress["step"], progress["steps"], progress["left_s"])
        if phase in self._after and self._steps:
            return told | self._behind(phase, now - self._since, progress.get("share"))
        return told

    def _training(self, step: int, steps: int, left_s: float | None) -> dict[str, Any]:
        self._steps = steps
        if left_s is not None and step < steps:
            self._step_s = left_s / (steps - step)
        after = sum(self._after.values())
        left = None if self._step_s is None else (steps - step + after) * self._step_s
        return {"done": step / (steps + after), "left_s": left}

    def _behind(self, phase: str, passed_s: float, share: float | None) -> dict[str, Any]:
        """Give both behind the training: by the share that is done where that is known, else by the time passed."""
        here = self._after[phase]
        before = self._steps + (self._after["exporting"] if phase == "judging" else 0)
        later = self._after["judging"] if phase == "exporting" else 0
        expected_s = here * (self._step_s or 0)
        gone = min(passed_s / expected_s, 1) if expected_s else 0.0
        if phase == "exporting":
            part = 0.95 * gone
        else:  # it lays out its samples before it says how many are read
            part = _LAID_OUT * gone if not share else _LAID_OUT + (1 - _LAID_OUT) * share
        left_s = None if self._step_s is None else max((1 - part) * expected_s, _LEAST_S) + later * self._step_s
        return {"done": (before + here * part) / (self._steps + sum(self._after.values())), "left_s": left_s}
