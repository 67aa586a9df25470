"""What the Models page makes of figures, asked in its own scripts: columns of the same samples, axes of shares."""

import pytest


@pytest.fixture
def page(open_page):
    page = open_page("/models")
    page.get_by_test_id("detail-title").wait_for()
    return page


def compared(name, samples, before, after, alphabet="digits"):
    return {"name": name, "alphabet": alphabet, "samples": samples, "before": before, "after": after}


def version(name, parent=None, comparisons=(), **more):
    decision = {"passed": False, "reasons": [], "comparisons": list(comparisons)} if comparisons else None
    return {"version": name, "parent": parent, "decision": decision, "figures": {}, "state": "refused", **more}


MEASURED = """async (models) => {
  const { measured, noteOf } = await import("/static/measures.js");
  const found = measured(models);
  const told = models.map((model) => [model.version, Object.fromEntries(found.of(model))]);
  return [found.columns.map(({ name }) => name), Object.fromEntries(told), noteOf(found, models)];
}"""


def test_what_stands_in_a_column_is_of_the_same_samples(page):
    shipped = version("shipped", figures={"mnist-train/validation/digits": {"accuracy": 0.9, "samples": 100}})
    _, told, note = page.evaluate(MEASURED, [shipped])
    assert told["shipped"]["digits"] == {"value": 0.9, "difference": None, "verdict": "same", "samples": 100}
    assert "card" in note
    assert "MNIST train" in note
    typefaces = [compared("probes", 480, 0.5, 0.6), compared("corrections", 9, 0.2, 0.4, "alphanumeric")]
    others = compared("corrections of others", 10, 1, 1, "alphanumeric")
    overall = compared("all sets", 500, 0.5, 0.6, "own kind")
    features = compared("features", 99, 1, 1, "alphanumeric")
    bare = version("bare", "shipped", [*typefaces, others, overall, features])
    columns, told, note = page.evaluate(MEASURED, [bare, shipped])
    assert columns == ["corrections", "digits"]  # what others taught is no handwriting for all symbols
    assert told["shipped"] == {"digits": {"value": 0.5, "difference": None, "verdict": "same", "samples": 480}}
    assert round(told["bare"]["digits"]["difference"], 3) == 0.1
    assert "typefaces" in note
    rich = version("rich", "bare", [*typefaces, compared("mnist-train", 100, 0.7, 0.8)])
    more = version("more", "rich", [compared("mnist-train", 100, 0.8, 0.9), compared("unipen-strokes", 50, 0, 1)])
    _, told, note = page.evaluate(MEASURED, [more, rich, bare, shipped])
    assert {name: one.get("digits", {}).get("value") for name, one in told.items()} == {
        "more": 0.9, "rich": 0.8, "bare": 0.7, "shipped": None
    }  # fmt: skip
    assert told["bare"]["digits"]["difference"] is None  # to its parent it was compared on other samples
    _, told, note = page.evaluate(MEASURED, [rich, version("poor", "shipped", typefaces), shipped])
    assert told["poor"]["digits"]["elsewhere"]["samples"] == 480
    assert "other samples" in note
    side = version("side", "shipped", [compared("mnist-train", 100, 0.5, 0.6)])
    _, told, _ = page.evaluate(MEASURED, [side, rich, bare, shipped])
    assert round(told["bare"]["digits"]["difference"], 3) == 0.2  # both were measured with children of theirs
    judged = [
        {**compared(name, 100, 0.5, 0.5 + gain), "verdict": verdict}
        for name, gain, verdict in (("mnist-train", 0.2, "better"), ("unipen-strokes", -0.01, "same"))
    ]
    _, told, _ = page.evaluate(MEASURED, [version("judged", "shipped", judged), shipped])
    assert told["judged"]["digits"]["verdict"] == "better"  # and what chance explains has no colour
    _, told, _ = page.evaluate(MEASURED, [version("judged", "shipped", judged[1:]), shipped])
    assert told["judged"]["digits"]["verdict"] == "same"
    poor = version("poor", "shipped", typefaces, current=True)  # what reads has figures
    _, told, note = page.evaluate(MEASURED, [{**rich, "parent": "shipped"}, poor, shipped])
    assert {name: one["digits"]["samples"] for name, one in told.items()} == dict.fromkeys(told, 480)


def test_the_axis_of_an_accuracy_ends_at_all_and_at_nothing(page):
    drawn = page.evaluate(
        """async () => {
      const { learning } = await import("/static/plots.js");
      const drawn = [1, 0].map((accuracy) => learning([0, 1, 2].map((step) => ({ step, accuracy })), {}));
      document.querySelector("#detail").replaceChildren(...drawn);
      while (drawn.some((one) => !one.querySelector("svg"))) await new Promise(requestAnimationFrame);
      return drawn.map((one) => [...one.querySelectorAll("text")].map(({ textContent }) => textContent));
    }"""
    )
    for labels in drawn:
        shares = [float(label.removesuffix(" %")) for label in labels if label.endswith(" %")]
        assert len(shares) > 2
        assert 0 <= min(shares) <= max(shares) <= 100
