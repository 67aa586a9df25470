"""What the measurements' tests share."""

import pytest

from inkling.data.packs import save_pack

from .made_up import odd_hands, pictures, runes


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "data"
    save_pack(odd_hands(), made / "unipen-strokes.npz")
    save_pack(runes(), made / "omniglot-background.npz")
    save_pack(pictures("mnist-test", "0123456789"), made / "mnist-test.npz")
    return made
