import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from inkling.store.strokes import pack_strokes, unpack_strokes

_STROKE = st.sampled_from([np.float32, np.float64]).flatmap(
    lambda dtype: npst.arrays(
        dtype,
        st.tuples(st.integers(0, 20), st.sampled_from([2, 3])),
        elements=npst.from_dtype(np.dtype(dtype), allow_nan=False),
    )
)


@given(st.lists(_STROKE, max_size=5))
def test_strokes_lose_nothing(strokes):
    back = unpack_strokes(pack_strokes(strokes))
    assert [stroke.shape for stroke in back] == [stroke.shape for stroke in strokes]
    for stroke, again in zip(strokes, back, strict=True):
        assert stroke.astype(np.float64).tobytes() == again.astype(np.float64).tobytes()


def test_a_drawing_takes_little_space_and_needs_no_pickle():
    t = np.linspace(0, 6, 200)
    drawn = np.stack([100 + 50 * np.cos(t), 100 + 50 * np.sin(t), np.arange(200) * 8], axis=1).round(1)
    packed = pack_strokes([drawn.astype(np.float32)])
    assert len(packed) < 200 * 3 * 4 * 0.75
    assert unpack_strokes(packed)[0].dtype == np.float32
