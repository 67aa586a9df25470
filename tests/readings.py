"""The contract of a reading, what to look at in one, and scribbles to read."""

from hypothesis import strategies as st

READING = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text", "status", "alphabet", "model", "elapsed_ms", "characters"],
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "status": {"enum": ["sure", "unsure"]},
        "alphabet": {"type": "string", "minLength": 1},
        "model": {"type": "string", "minLength": 1},
        "elapsed_ms": {"type": "number", "exclusiveMinimum": 0},
        "characters": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["symbol", "probability", "membership", "reason", "look_alikes", "box", "alternatives"],
                "properties": {
                    "symbol": {"type": "string", "minLength": 1},
                    "probability": {"$ref": "#/$defs/probability"},
                    "membership": {"$ref": "#/$defs/probability"},
                    "reason": {"enum": [None, "unknown", "look-alike", "doubtful"]},
                    "look_alikes": {"type": "array", "items": {"type": "string"}},
                    "box": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
                    "alternatives": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["symbol", "probability"],
                            "properties": {
                                "symbol": {"type": "string", "minLength": 1},
                                "probability": {"$ref": "#/$defs/probability"},
                            },
                        },
                    },
                },
            },
        },
    },
    "$defs": {"probability": {"type": "number", "minimum": 0, "maximum": 1}},
}


def kind(symbol):
    return "digits" if symbol.isdigit() else "uppercase" if symbol.isupper() else "lowercase"


def probabilities(reading):
    """Every symbol's probability, of a reading of one character."""
    (character,) = reading.characters
    return {character.symbol: character.probability} | {a.symbol: a.probability for a in character.alternatives}


# What every reading promises.

drawings = st.lists(
    st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)), min_size=1, max_size=8), min_size=1, max_size=4
)
