"""Damaged and hostile picture files: each gets a reading or an error with a name, and none leaves memory behind.

FUZZ_CASES=5000 python -m pytest tests/test_fuzz.py -s    goes through as many as issue 3 asks for, and tells what came.
"""

import ctypes
import ctypes.util
import gc
import io
import os
import sys
from collections import Counter

import psutil
import pytest

from inkling.settings import Settings
from inkling.web import create_app

from .damage import cases

MIB = 2**20
CASES = int(os.environ.get("FUZZ_CASES", 600))
AT_A_TIME = 20
EXPECTED = {"sure", "unsure", "not_an_image", "image_too_large", "blank_ink", "invalid_ink"}


def resident_mib():
    """Memory in use, after what is free was given back."""
    gc.collect()
    ctypes.CDLL(ctypes.util.find_library("c")).malloc_trim(0)
    return psutil.Process().memory_info().rss / MIB


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_no_picture_file_breaks_the_server_or_stays_in_memory(recognizer):
    client = create_app(Settings.load({}), recognizer).test_client()
    files = list(cases(CASES))
    came, resident = Counter(), []
    for start in range(0, len(files), AT_A_TIME):
        batch = files[start : start + AT_A_TIME]
        answer = client.post(
            "/api/v1/read",
            data={"image": [(io.BytesIO(content), "x.png") for content in batch], "alphabet": "digits"},
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        came.update(entry["error"]["code"] if "error" in entry else entry["status"] for entry in answer.json)
        if start >= len(files) // 3:  # libraries have loaded what they need
            resident.append(resident_mib())
    told = f"{CASES} files: {dict(came)}; resident {resident[0]:.0f} MiB, at the end {resident[-1]:.0f} MiB"
    sys.stdout.write(f"\n{told}\n")
    assert sum(came.values()) == CASES
    assert set(came) <= EXPECTED
    assert resident[-1] - resident[0] < 16, told
