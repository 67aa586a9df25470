"""What others reach, to stand beside our figures: quoted from where it was said, not measured here."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BEST_KNOWN", "REFUSAL_ELSEWHERE", "ROBUSTNESS_ELSEWHERE"]

#: The best that is known of a data set, or what limits it, by ``pack/alphabet``.
BEST_KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "mnist-test/digits": "99.83 % one network of 1.5 M (Byerly 2020); 99.91 % ensembles",
        "emnist-letters/letters-caseless": "95.96 % on the official test (WaveMixLite)",
        "emnist-letters/letters": "limited by cases of one shape",
        "unipen-strokes/digits": "about 2 % of labels are wrong",
        "unipen-strokes/lowercase": "about 2 % of labels are wrong",
        "unipen-strokes/uppercase": "about 2 % of labels are wrong",
    }
)

ROBUSTNESS_ELSEWHERE = (
    "Elsewhere: demos of digit recognition fall to 40 to 50 % where characters are moved, made smaller or turned. That "
    "figure was given with the task; it was not measured here, and its pictures are others."
)
REFUSAL_ELSEWHERE = (
    "Elsewhere: plain softmax tells notMNIST's letters from MNIST's digits with an AUROC of 82.9 %. That figure was "
    "given with the task; it was not measured here, and its network and its strangers are others."
)
