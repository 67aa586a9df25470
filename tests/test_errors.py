import re

import pytest

import inkling
from inkling import errors
from inkling.errors import InklingError

TREE = [getattr(errors, name) for name in errors.__all__]


def test_public_names_are_sorted_and_there():
    for module in (inkling, errors):
        assert list(module.__all__) == sorted(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)


def test_every_error_of_the_module_is_public():
    defined = {n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, Exception)}
    assert defined == set(errors.__all__)


@pytest.mark.parametrize("error", TREE)
def test_every_error_is_of_our_tree_and_has_code_message_and_hint(error):
    made = error("Got this, expected that.", "Do so.")
    assert isinstance(made, InklingError)
    assert (made.message, made.hint) == ("Got this, expected that.", "Do so.")
    assert str(made) == "Got this, expected that. Do so."
    assert re.fullmatch("[a-z]+(_[a-z]+)*", error.code)
    assert error.__doc__


def test_codes_are_names_of_their_own():
    assert len({error.code for error in TREE}) == len(TREE)


def test_an_error_without_a_hint_has_no_stray_space():
    assert str(InklingError("Only this.")) == "Only this."


@pytest.mark.parametrize(
    "name", ["BlankInk", "InvalidInk", "NotAnImage", "ImageTooLarge", "UnknownAlphabet", "DataMissing",
             "FolderNotWritable", "BundleDamaged", "BundleMissing", "BundleTooNew", "CheckpointError"],
)  # fmt: skip
def test_what_bad_input_needs_is_there(name):
    assert issubclass(getattr(errors, name), InklingError)


def test_whoever_catches_bad_ink_catches_all_of_it():
    assert all(issubclass(e, errors.InkError) for e in (errors.BlankInk, errors.InvalidInk, errors.ImageTooLarge))
    assert issubclass(errors.BundleTooNew, errors.BundleError)
    assert issubclass(errors.DataMissing, errors.DataError)
