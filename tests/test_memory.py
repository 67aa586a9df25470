import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inkling.memory import Memory
from inkling.shelves import Shelf, traits_of

SYMBOLS = tuple("0123456789o")
SIZE = 16


def character(seed: int, near: int | None = None, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make logits (1, S), features (1, D) and a glyph (1, 28, 28) of one character, or of one that is like another."""
    rng = np.random.default_rng(seed)
    if near is None:
        glyph = np.zeros((28, 28))
        for _ in range(3):
            row, column = rng.integers(3, 18, 2)
            glyph[row : row + rng.integers(2, 8), column : column + rng.integers(2, 8)] = 255
        features, logits = rng.normal(size=SIZE), rng.normal(size=len(SYMBOLS)) * 2
    else:
        logits, features, glyph = (part[0].astype(float) for part in character(near))
        features = features + noise * rng.normal(size=SIZE) / 4
        glyph = glyph + noise * 30 * rng.normal(size=(28, 28))
    features = features / np.linalg.norm(features)
    return (
        logits[None].astype(np.float32),
        features[None].astype(np.float32),
        np.clip(glyph, 0, 255).astype(np.uint8)[None],
    )


def taught(memory: Memory, number: int, seed: int, symbol: str, read: str | None = None, size: float = 0) -> Memory:
    logits, features, glyph = character(seed)
    return memory.teach([number], [symbol], glyph, np.concatenate((logits, features), 1), [read], np.array([size]))


def _rows(seed: int) -> tuple[np.ndarray, np.ndarray, list[None]]:
    logits, features, glyph = character(seed)
    return glyph, np.concatenate((logits, features), 1), [None]


def answer(memory: Memory, seed: int, near: int | None = None, among=None, size: float = 0, noise: float = 0.1) -> str:
    logits, features, glyph = character(seed, near, noise)
    voted = memory.vote(logits, features, glyph, among, np.array([size]))[0]
    names = (*memory.symbols, *memory.taught)
    allowed = [i for i, name in enumerate(names) if among is None or name in among]
    return names[allowed[voted[allowed].argmax()]]


@pytest.fixture
def empty() -> Memory:
    return Memory(SYMBOLS, SIZE)


def test_nothing_taught_changes_nothing(empty):
    logits, features, glyph = character(1)
    assert empty.vote(logits, features, glyph) is logits
    assert (len(empty), empty.taught, empty.doubts()) == (0, (), {})


@pytest.mark.parametrize("seed", range(20))
def test_the_same_drawing_is_read_as_it_was_corrected_and_its_like_too(empty, seed):
    read = answer(empty, seed)
    for right in SYMBOLS:
        memory = taught(empty, 1, seed, right, read)
        assert answer(memory, seed) == right
    likeliest = [SYMBOLS[i] for i in np.argsort(-character(seed)[0][0])[:3]]
    memory = taught(empty, 1, seed, likeliest[1], read)
    assert answer(memory, 99, near=seed) == likeliest[1]


def test_ink_that_is_not_alike_is_read_as_before(empty):
    memory = taught(empty, 1, 0, "7", "1")
    for seed in range(1, 40):
        logits, features, glyph = character(seed)
        assert memory.vote(logits, features, glyph) == pytest.approx(logits, abs=0.2)


def test_a_new_symbol_takes_part_and_one_drawing_is_enough(empty):
    memory = taught(empty, 1, 5, "θ")
    assert memory.taught == ("θ",)
    assert answer(memory, 5) == "θ"
    assert answer(memory, 99, near=5, noise=0.05) == "θ"
    assert answer(memory, 6) == answer(empty, 6)
    assert answer(memory, 5, among=set(SYMBOLS)) != "θ"
    assert answer(memory, 99, near=5, among={"θ", "3"}) == "θ"


def test_of_a_new_symbol_the_newest_examples_are_compared_one_by_one(empty):
    memory = empty
    for number in range(1, 31):
        memory = taught(memory, number, 200 + number, "θ" if number % 3 else "tick")
    examples = {"tick": [n for n in range(1, 31) if n % 3 == 0], "θ": [n for n in range(1, 31) if n % 3]}
    order = [number for symbol in memory.taught for number in examples[symbol][-16:]]
    traits = [traits_of(*character(200 + number)[1:])[0] for number in order]
    assert len(examples["θ"]) > 16
    found = memory._prototypes
    assert found.newest == pytest.approx(np.array(traits))
    assert found.starts.tolist() == [0, len(examples[memory.taught[0]][-16:])]
    again = memory.forget([30]).teach([30], ["tick"], *_rows(230))._prototypes
    assert again.newest.tobytes() == found.newest.tobytes()


def test_corrections_to_new_symbols_speak_only_against_what_was_read(empty):
    told, silent = taught(empty, 1, 5, "θ", "3"), taught(empty, 1, 5, "θ")
    near = character(99, near=5)
    before, against, without = (memory.vote(*near)[0] for memory in (empty, told, silent))
    three = SYMBOLS.index("3")
    assert told.recall(*near)[1] < 40  # not the very same drawing, which speaks up whatever it is
    assert against[three] < before[three] - 0.5
    assert without[: len(SYMBOLS)] == pytest.approx(before)
    traits = traits_of(*near[1:])
    alike = silent._prototypes.logits(traits, len(SYMBOLS))
    assert without[-1] == pytest.approx(float(alike[0, 0]), abs=0.6)  # votes would be worth more than 3


def test_new_symbols_stand_in_the_order_of_their_first_corrections(empty):
    memory = taught(taught(taught(empty, 3, 5, "θ"), 1, 6, "tick"), 2, 7, "θ")
    assert memory.taught == ("tick", "θ")
    assert memory.forget([1]).taught == ("θ",)
    assert memory.labels == ("tick", "θ", "θ")
    assert memory.ids.tolist() == [1, 2, 3]


def test_the_newest_word_on_the_same_drawing_counts(empty):
    memory = taught(taught(empty, 1, 5, "3"), 2, 5, "8")
    assert answer(memory, 5) == "8"
    assert answer(memory.forget([2]), 5) == "3"


def test_a_correction_that_is_taught_again_is_replaced(empty):
    memory = taught(taught(empty, 1, 5, "3"), 1, 5, "8")
    assert (len(memory), answer(memory, 5)) == (1, "8")


def test_a_correction_to_what_may_not_be_answered_does_not_vote(empty):
    memory = taught(empty, 1, 5, "o", "0")
    logits, features, glyph = character(5)
    digits = set("0123456789")
    assert memory.vote(logits, features, glyph, digits)[:, :10] == pytest.approx(logits[:, :10])


def test_size_tells_symbols_of_one_shape_apart_where_it_is_known(empty):
    memory = taught(taught(empty, 1, 5, "0", "o", size=40), 2, 5, "o", "0", size=20)
    logits, features, glyph = character(99, near=5)
    large, small = (memory.vote(logits, features, glyph, None, np.array([s]))[0] for s in (40.0, 20.0))
    zero, letter = SYMBOLS.index("0"), SYMBOLS.index("o")
    assert large[zero] - large[letter] > small[zero] - small[letter]


def test_between_symbols_of_one_shape_size_decides_how_far_a_correction_reaches(empty):
    logits, features, glyph = character(99, near=5)

    def moved(symbol, read, size):
        voted = taught(empty, 1, 5, symbol, read, size=20).vote(logits, features, glyph, None, np.array([size]))[0]
        return voted[SYMBOLS.index(symbol)] - logits[0, SYMBOLS.index(symbol)]

    assert moved("o", "0", 22) > 0.8 * moved("o", "0", 20) > 1
    assert moved("o", "0", 40) < 0.2 * moved("o", "0", 20)
    assert moved("7", "3", 40) > 0.4 * moved("7", "3", 20) > 1  # of other shapes size says little
    assert moved("o", "0", 0) == moved("o", "0", 20)  # it is not known


def test_corrections_that_disagree_with_their_neighbours_are_doubted(empty):
    memory = empty
    for number in range(1, 8):
        logits, features, glyph = character(number, near=5, noise=0.02)
        logits = character(5)[0]
        symbol = "8" if number == 4 else "3"
        memory = memory.teach([number], [symbol], glyph, np.concatenate((logits, features), 1), [None])
    doubts = memory.doubts()
    assert max(doubts, key=lambda number: doubts[number]) == 4
    assert doubts[4] > 0.5 > doubts[1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 25), st.sampled_from((*SYMBOLS, "θ", "tick")), st.sampled_from((None, *SYMBOLS))),
        min_size=1,
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_teaching_means_nothing_and_forgetting_is_exact(rows, random):
    numbered = list(enumerate(rows, 1))
    shuffled = random.sample(numbered, len(numbered))
    straight = crooked = Memory(SYMBOLS, SIZE)
    for number, (seed, symbol, read) in numbered:
        straight = taught(straight, number, seed, symbol, read)
    for number, (seed, symbol, read) in shuffled:
        crooked = taught(crooked, number, seed, symbol, read)
        if random.random() < 0.3:
            crooked = taught(crooked, 1000, seed, "omega", "3").forget([1000, 2000])
    half = [number for number, _ in numbered if number % 2]
    for a, b in ((straight, crooked), (straight.forget(half), crooked.forget(half))):
        assert (a.taught, a.labels, a.ids.tolist()) == (b.taught, b.labels, b.ids.tolist())
        for seed in range(8):
            assert np.array_equal(a.vote(*character(seed)), b.vote(*character(seed)))


def test_a_memory_never_changes(empty):
    first = taught(empty, 1, 5, "3")
    before = first.vote(*character(5))
    one, other = taught(first, 2, 5, "8"), taught(first, 3, 5, "9")
    first.forget([1])
    assert np.array_equal(first.vote(*character(5)), before)
    assert (answer(one, 5), answer(other, 5), len(one), len(other)) == ("8", "9", 2, 2)


def test_two_threads_that_go_on_from_one_shelf_get_one_each():
    def rows(number, count):
        ids, numbers = np.full(count, number), np.full(count, number, np.intp)
        return Shelf(
            count, ids, numbers, numbers, np.zeros(count, np.float32), np.full((count, 80), number, np.float32)
        )

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as threads:
            for _ in range(1000):
                first, together = Shelf.empty(80).with_rows(rows(1, 9)), threading.Barrier(2, timeout=60)

                def go_on(number, first=first, together=together):
                    together.wait()
                    return first.with_rows(rows(number, 6))

                for number, shelf in zip((2, 3), threads.map(go_on, (2, 3)), strict=True):
                    for column in shelf.columns[:3]:
                        assert column.tolist() == [1] * 9 + [number] * 6
                    assert (shelf.columns[4][9:] == number).all()
    finally:
        sys.setswitchinterval(interval)
