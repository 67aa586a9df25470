"""Take the screenshot of the Models page: docs/images/models.png.

    python docs/images/shoot_models.py

fills a database of its own with versions whose figures are made up (the weights are those of the bundle that ships),
starts a server on it and plays a worker. To show versions of your own instead, name a server:

    python docs/images/shoot_models.py http://127.0.0.1:5000 models-of-mine.png
"""

import base64
import io
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from sqlalchemy import create_engine, text

from inkling.bundle import NETWORK, NORMALIZER, Bundle
from inkling.service import Service
from inkling.settings import Settings
from inkling.training.gate_statistics import Comparison, binomial_tail, significance_of
from inkling.training.probes import probes

HERE = Path(__file__).parent
SHIPPED = Bundle.load()
SYMBOLS = SHIPPED.symbols
BEGINNING = datetime.fromisoformat(SHIPPED.card["created"])
PACKS = ["mnist-train", "emnist-letters", "unipen-strokes", "sse-uppercase", "comnist-uppercase"]
#: Set, alphabet, samples and share that the first parent reads right: of the card that ships, and one for corrections.
SETS = [
    ("corrections", "alphanumeric", 83, 0.795),
    ("mnist-train", "digits", 2870, 0.9962),
    ("unipen-strokes", "digits", 808, 0.9975),
    ("unipen-strokes", "lowercase", 2270, 0.9132),
    ("unipen-strokes", "uppercase", 1037, 0.9769),
    ("emnist-letters", "alphanumeric", 3477, 0.8783),
]
#: Why, corrections, new ones, what it gained on corrections and on MNIST, after how many days, its parent's place here.
MADE = [
    ("asked for", 214, 214, 0.13, 0.0003, 2, None),
    ("50 new corrections", 265, 51, 0.06, 0.0, 4, 0),
    ("asked for", 291, 26, -0.08, -0.021, 5, 1),
    ("50 new corrections", 341, 76, 0.08, 0.0006, 7, 1),
]
CONFUSED = [
    ("O", "Q", 14),
    ("l", "i", 21),
    ("u", "v", 31),
    ("g", "q", 34),
    ("1", "7", 12),
    ("4", "9", 8),
    ("U", "V", 19),
]
STEP = {"step": 412, "steps": 640, "loss": 0.4471, "accuracy": 0.9157, "left_s": 38.0, "phase": "training"}


def fill(url: str, chance: Random) -> None:
    """Put the versions into the database, and a retraining that runs."""
    with closing(Service(Settings.load({}, database_url=url))) as service:
        names: list[str] = []
        for number, (reason, total, new, gain, digits, days, parent) in enumerate(MADE):
            bundle = made(number, total, new, days, chance)
            report = decision(gain, digits, chance)
            state = "passed" if report["passed"] else "refused"
            ancestor = SHIPPED.version if parent is None else names[parent]
            more = {"parent": ancestor, "origin": "retrained", "reason": reason, "state": state, "report": report}
            names.append(service.versions.add(bundle, **more).version)
            if report["passed"]:
                service.versions.promote(names[-1], reason)
        jobs = service.store.jobs
        job = jobs.add("retraining", reason="asked for", parent=names[-1])
        jobs.claim(job.id, "shoot", 60)
        jobs.beat(job.id, "shoot", STEP)
    engine = create_engine(url)
    with engine.begin() as connection:  # they were not all made in this second
        for name, days in [*zip(names, (row[5] for row in MADE), strict=True), (SHIPPED.version, 0)]:
            when = (
                (BEGINNING + timedelta(days=days, minutes=137 * days))
                .astimezone(UTC)
                .replace(tzinfo=None)
                .isoformat(" ")
            )
            connection.execute(
                text("update models set added_at = :at where version = :name"), {"at": when, "name": name}
            )
    engine.dispose()


def made(number: int, total: int, new: int, days: int, chance: Random) -> Bundle:
    """Give the bundle that ships under another name: a note in its network changes the hash."""
    held_out = total // 5
    name = f"shown {number}".encode()
    training = {
        "kind": "retraining",
        "corrections": {"all": total, "new": new, "trained_on": total - held_out, "held_out": held_out},
        "base_data": PACKS,
        "note": "",
        "recipe": {"steps": 640, "batch_size": 128, "learning_rate": 0.0003},
        "history": [
            {
                "step": s,
                "loss": 0.4 + math.exp(-s / 200) + chance.gauss(0, 0.01),
                "accuracy": 0.9 - math.exp(-s / 150) / 10,
            }
            for s in range(20, 641, 20)
        ],
    }
    created = (BEGINNING + timedelta(days=days)).isoformat()
    network = SHIPPED.files[NETWORK] + bytes([0x32, len(name)]) + name  # ONNX's doc_string
    return Bundle.make(
        SHIPPED.files[NORMALIZER], network, {**SHIPPED.card, "created": created, "training": training, "figures": {}}
    )


def decision(gain: float, digits: float, chance: Random) -> dict:
    """Give a decision of the gate, as its report keeps it."""
    passed = gain > 0
    comparisons = []
    for name, alphabet, samples, before in SETS:
        difference = (
            gain if name == "corrections" else digits if alphabet == "digits" else chance.uniform(-0.001, 0.006)
        )
        broken = chance.randrange(1, 5) + max(0, round(-difference * samples))
        fixed = broken + round(difference * samples)
        after, by_chance = before + (fixed - broken) / samples, binomial_tail(broken, fixed + broken, 0.5)
        one = Comparison(name, alphabet, samples, before, after, fixed, broken, by_chance)
        comparisons.append(one.judged(significance_of(0.01, len(SETS)), 0.5).to_json())
    better = comparisons[0]
    told = f"{100 * better['before']:.1f} % right before, {100 * better['after']:.1f} % now, of 83"
    reasons = [f"It reads held-out corrections better: {told}.", "Nothing else got worse by more than chance explains."]
    if not passed:
        reasons = [f"It reads held-out corrections no better: {told}.", "It reads the symbol 3 worse among digits."]
    return {
        "passed": passed,
        "reasons": reasons,
        "batch": {"corrections": 341, "disagreeing": 96, "impossible": 2},
        "comparisons": comparisons,
        "symbols": [
            {"symbol": s, "samples": 120, "fixed": max(0, round(chance.gauss(3, 3))), "broken": chance.randrange(3)}
            for s in SYMBOLS
        ],
        "confusion": {side: {"symbols": list(SYMBOLS), "counts": confusion(chance)} for side in ("before", "after")},
        "reliability": {"before": bins(-0.05), "after": bins(-0.01), "ece_before": 0.019, "ece_after": 0.012},
        "changed": changed(chance),
    }


def confusion(chance: Random) -> list[list[int]]:
    counts = np.diag([chance.randrange(200, 400) for _ in SYMBOLS])
    for truth, read, number in CONFUSED:
        counts[SYMBOLS.index(truth), SYMBOLS.index(read)] = number + chance.randrange(-4, 5)
    return counts.tolist()


def bins(off: float) -> list[dict]:
    return [
        {
            "low": b / 10,
            "high": (b + 1) / 10,
            "samples": 3**b,
            "confidence": b / 10 + 0.05,
            "accuracy": b / 10 + 0.05 + off,
        }
        for b in range(1, 10)
    ]


def changed(chance: Random) -> list[dict]:
    found = []
    for label, glyph in zip(*probes(SYMBOLS[:10], 5, per_symbol=2), strict=True):
        file = io.BytesIO()
        Image.fromarray(255 - glyph).save(file, "PNG")
        picture = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
        other = chance.choice([symbol for symbol in SYMBOLS[:10] if symbol != label])
        right = chance.random() < 0.8
        said = {"before": other, "after": label} if right else {"before": label, "after": other}
        found.append(
            {"set": "probes", "truth": str(label), **said, "turned": "right" if right else "wrong", "glyph": picture}
        )
    return [{key: str(value) for key, value in one.items()} for one in found]


def shoot(address: str, path: Path) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 1560}, color_scheme="light")
        page.goto(f"{address}/models")
        expect(page.get_by_test_id("detail-title")).to_be_visible(timeout=30_000)
        page.wait_for_timeout(600)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
        browser.close()


def main() -> int:
    if len(sys.argv) > 1:
        shoot(sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else HERE / "models.png"))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/inkling.db"
        fill(url, Random(7))
        environment = {**os.environ, "INKLING_DATABASE_URL": url, "INKLING_WORKER": "0"}
        command = [sys.executable, "-m", "inkling.cli", "serve", "--port", "0"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        ) as server:
            try:
                shoot(re.search(r"http://\S+", server.stdout.readline())[0], HERE / "models.png")
            finally:
                server.terminate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
