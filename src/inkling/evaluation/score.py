"""One row of the evaluation: the samples of one split, read in one alphabet."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..alphabet import NAMED, Alphabet
from ..calibration import expected_calibration_error
from ..errors import UnknownAlphabet
from .accuracy import Share, confusion_matrix, top_confusions, wilson

__all__ = ["WHOLE", "Score", "alphabets_for", "score", "truth_in"]

#: What a report calls the alphabet of all that a model of own symbols knows.
WHOLE = "whole"


@dataclass(frozen=True, eq=False)
class Score:
    """How well one split is read in one alphabet.

    Args:
        pack: the data set.
        split: ``test`` or ``validation``.
        alphabet: what the readings could choose from.
        writers: how many known writers wrote the samples.
        accuracy: the share of samples read right.
        in_three: the share whose truth is among the three likeliest.
        ece: expected calibration error in [0, 1].
        unread: samples that raised an error of ink instead of a reading; they count as wrong.
        symbols: (K,), the classes of ``matrix``.
        matrix: int64 (K, K), rows are the truth, columns the answers.
        confidence: float32 (M,), the probability of each answer.
        correct: bool (M,), whether it is right.
    """

    pack: str
    split: str
    alphabet: str
    writers: int
    accuracy: Share
    in_three: Share
    ece: float
    unread: int
    symbols: tuple[str, ...] = field(repr=False)
    matrix: NDArray[np.int64] = field(repr=False)
    confidence: NDArray[np.float32] = field(repr=False)
    correct: NDArray[np.bool_] = field(repr=False)

    @property
    def name(self) -> str:
        """Its name as a part of a file's name, such as ``mnist-test-test-digits``."""
        return f"{self.pack}-{self.split}-{self.alphabet}".replace("+", "-")

    def to_json(self) -> dict[str, Any]:
        """Give its figures, with the ten most frequent confusions."""
        return {
            "pack": self.pack,
            "split": self.split,
            "alphabet": self.alphabet,
            "samples": self.accuracy.total,
            "writers": self.writers,
            "correct": self.accuracy.count,
            "accuracy": round(self.accuracy.value, 6),
            "accuracy_low_95": round(self.accuracy.low, 6),
            "accuracy_high_95": round(self.accuracy.high, 6),
            "accuracy_in_three": round(self.in_three.value, 6),
            "ece": round(self.ece, 6),
            "unread": self.unread,
            "confusions": [
                {"truth": truth, "answer": answer, "count": count, "share_of_truth": round(share, 6)}
                for truth, answer, count, share in top_confusions(self.matrix, self.symbols)
            ],
        }


def alphabets_for(labels: NDArray[np.str_], known: Sequence[str]) -> Iterator[Alphabet]:
    """Give the alphabets that a split is read in, by the kinds of symbols in it, as far as the model knows them.

    A model of own symbols, which no name stands for, is read in its :data:`WHOLE` alphabet as well.

    One kind alone is read in its own alphabet, digits in ``alphanumeric`` as well: how much does it cost not to know
    that they are digits? Letters of both cases without digits are read as ``letters`` and as ``letters-caseless``;
    all three kinds each in its own, and together.

    Args:
        labels: str (N,), the symbols of the split.
        known: the symbols of the model.
    """
    for name in _names_for(labels):
        with suppress(UnknownAlphabet):  # a model of fewer symbols
            yield Alphabet.parse(name, known)
    everything = Alphabet.all_of(known)
    if len(labels) and everything.name not in NAMED:
        yield replace(everything, name=WHOLE)


def _names_for(labels: NDArray[np.str_]) -> Iterator[str]:
    symbols = set(labels.tolist())
    digits, lower, upper = (
        any(symbol.isascii() and test(symbol) for symbol in symbols) for test in (str.isdigit, str.islower, str.isupper)
    )
    if lower and upper and not digits:
        yield from ("letters-caseless", "letters")
        return
    yield from (name for name, there in (("digits", digits), ("lowercase", lower), ("uppercase", upper)) if there)
    if digits:
        yield "alphanumeric"


def truth_in(labels: NDArray[np.str_], alphabet: Alphabet) -> NDArray[np.intp]:
    """Say which of an alphabet's symbols each label is: int (N,), -1 for none. Caseless alphabets ignore case."""
    place = {member: i for i, members in enumerate(alphabet.members) for member in members}
    return np.array([place.get(label, -1) for label in labels.tolist()], np.intp)


def score(
    pack: str,
    split: str,
    alphabet: Alphabet,
    truth: NDArray[np.intp],
    probabilities: NDArray[np.float32],
    writers: NDArray[np.int32],
) -> Score:
    """Score readings against the truth.

    Args:
        pack: the data set's name.
        split: the split's name.
        alphabet: what was chosen from, K symbols.
        truth: int (N,), index of the true symbol.
        probabilities: float32 (N, K); a row of NaN is a sample that could not be read.
        writers: int32 (N,), -1 = not known.
    """
    read = ~np.isnan(probabilities).any(axis=1)
    given = probabilities[read]  # (M, K)
    answer = np.full(len(truth), -1, np.intp)
    answer[read] = given.argmax(axis=1)
    confidence, correct = given.max(axis=1), answer[read] == truth[read]
    own = given[np.arange(len(given)), truth[read]]
    rank = (given > own[:, None]).sum(axis=1)  # how many symbols are likelier than the truth
    return Score(
        pack=pack,
        split=split,
        alphabet=alphabet.name,
        writers=len(np.unique(writers[writers >= 0])),
        accuracy=wilson(int(correct.sum()), len(truth)),
        in_three=wilson(int((rank < 3).sum()), len(truth)),
        ece=expected_calibration_error(confidence, correct),
        unread=int((~read).sum()),
        symbols=alphabet.symbols,
        matrix=confusion_matrix(truth, answer, len(alphabet)),
        confidence=confidence,
        correct=correct,
    )
