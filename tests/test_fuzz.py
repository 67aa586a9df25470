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

import numpy as np
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


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_no_file_that_is_taught_or_imported_breaks_the_server(recognizer, tmp_path):
    client = create_app(
        Settings.load({}, database_url=f"sqlite:///{tmp_path / 'inkling.db'}"), recognizer
    ).test_client()
    came = Counter()

    def send(address, name, content, **fields):
        answer = client.post(f"/api/v1/corrections{address}", data={name: (io.BytesIO(content), "x"), **fields})
        assert answer.status_code < 500, answer.get_data(as_text=True)
        came[answer.json["error"]["code"] if "error" in answer.json else answer.status_code] += 1
        return answer

    for content in cases(CASES // 4):
        send("", "image", content, symbol="7")
    assert came[201] == client.get("/api/v1/corrections").json["total"]
    rng = np.random.default_rng(0)
    for form in ("npz", "zip"):
        whole = client.get("/api/v1/corrections/export", query_string={"form": form}).data
        for _ in range(CASES // 20):
            content = bytearray(whole[: rng.integers(len(whole))] if rng.random() < 0.3 else whole)
            for place in rng.integers(0, len(content), rng.integers(1, 12)) if content else ():
                content[place] = rng.integers(256)
            send("/import", "file", bytes(content))
    sys.stdout.write(f"\n{dict(came)}\n")
    assert set(came) <= {200, 201, "bad_data", *EXPECTED}
