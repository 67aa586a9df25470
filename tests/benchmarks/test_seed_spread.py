"""What is said of several seeds: where one of them misses what any shall reach, that is named."""

import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

PROGRAM = """
from seed_spread import missed, row
rows = [row("mnist-test", "digits", 10, [99.6, 99.7]), row("omniglot-latin", "lowercase", 10, [95.96, 96.4])]
print(missed(rows[:1]), missed(rows), sep="\\n")
"""


def test_a_seed_that_misses_what_is_asked_of_any_is_named():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=BENCHMARKS, capture_output=True, text=True, timeout=60, check=True
    )
    reached, missed = done.stdout.splitlines()
    assert reached == "Every run reaches what is asked."
    assert missed == "Not every run reaches it: omniglot-latin, lowercase, 95.96 % where 96 % is asked."
