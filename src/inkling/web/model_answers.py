"""A version of the model as the API tells it.

Its card may come from elsewhere, and then hold anything where only what a bundle needs was checked.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .answers import finite, utc

if TYPE_CHECKING:
    from ..store import Promotion
    from ..versions import Version

__all__ = ["details_json", "entry_json", "promotion_json"]

_COMPARED = ("name", "alphabet", "samples", "before", "after", "fixed", "broken", "p_worse", "verdict")


def entry_json(version: "Version") -> dict[str, Any]:
    """Give a version as it stands in the list."""
    model = version.model
    training = _mapping(model.card.get("training"))
    data = _data(training)
    return {
        "version": model.version,
        "parent": model.parent,
        "origin": model.origin,
        "reason": model.reason,
        "profile": model.profile,
        "state": model.state,
        "added_at": utc(model.added_at),
        "current": version.current,
        "shipped": version.shipped,
        "held": model.held,
        "size_bytes": model.size_bytes,
        "sha256": model.sha256,
        "figures": _figures(model.card),
        "training": {
            "kind": str(training.get("kind") or "training"),
            "corrections": finite(_mapping(training.get("corrections"))),
            "base_data": [pack["name"] for pack in data],
            "data": data,
            "note": str(training.get("note") or ""),
            "recipe": finite(_mapping(training.get("recipe"))),
        },
        "decision": None if model.report is None else _decision(model.report),
    }


def details_json(version: "Version") -> dict[str, Any]:
    """Give a version with all that is known of it."""
    model = version.model
    report = None if model.report is None else finite(model.report)
    return {**entry_json(version), "report": report, "history": _history(model.card), "card": finite(model.card)}


def promotion_json(promotion: "Promotion") -> dict[str, Any]:
    """Give a promotion."""
    return {
        "version": promotion.version,
        "previous": promotion.previous,
        "at": utc(promotion.at),
        "reason": promotion.reason,
        "rollback": promotion.rollback,
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _number(value: object) -> float | int | None:
    return finite(value) if isinstance(value, float | int) and not isinstance(value, bool) else None


def _data(training: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = training.get("base_data")
    if isinstance(named, list | tuple):
        return [{"name": str(name), "samples": None} for name in named]
    return [
        {"name": str(pack["name"]), "samples": _whole(pack.get("samples"))}
        for pack in _mappings(training.get("data"))
        if "name" in pack
    ]


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _figures(card: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    figures = {}
    for name, figure in _mapping(card.get("figures")).items():
        numbers = {key: number for key, value in _mapping(figure).items() if (number := _number(value)) is not None}
        if "accuracy" in numbers and numbers.get("samples", 0) >= 1:  # of none it says nothing
            figures[str(name)] = numbers
    return figures


def _history(card: Mapping[str, Any]) -> list[dict[str, Any]]:
    training = _mapping(card.get("training"))
    looks = [
        (_whole(look.get("step", look.get("epoch"))), _number(look.get("loss")), _number(look.get("accuracy")))
        for look in _mappings(training.get("history") or training.get("epochs"))
    ]
    return [{"step": step, "loss": loss, "accuracy": accuracy} for step, loss, accuracy in looks if step is not None]


def _decision(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "passed": bool(report.get("passed")),
        "reasons": [str(reason) for reason in report.get("reasons", ())],
        "comparisons": [
            {field: finite(one.get(field)) for field in _COMPARED} for one in _mappings(report.get("comparisons"))
        ],
    }
