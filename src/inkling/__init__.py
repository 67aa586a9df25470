"""Inkling reads handwriting and learns yours."""

from .alphabet import Alphabet
from .bundle import Bundle
from .errors import (
    BlankInk,
    BundleError,
    ImageTooLarge,
    InkError,
    InklingError,
    InvalidInk,
    NotAnImage,
    UnknownAlphabet,
)
from .ink import Ink
from .reading import Alternative, Character, Reading
from .recognizer import Recognizer
from .settings import Settings

__all__ = [
    "Alphabet",
    "Alternative",
    "BlankInk",
    "Bundle",
    "BundleError",
    "Character",
    "ImageTooLarge",
    "Ink",
    "InkError",
    "InklingError",
    "InvalidInk",
    "NotAnImage",
    "Reading",
    "Recognizer",
    "Settings",
    "UnknownAlphabet",
]
