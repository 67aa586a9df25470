"""The API's reference as a page: the OpenAPI document, laid out on the server, so that it needs no script."""

from collections.abc import Iterator
from typing import Any

__all__ = ["operations", "schemas"]


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Lay out what can be asked: method, path, summary, bodies and answers."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            parameters = operation.get("parameters", [])
            yield {
                "method": method.upper(),
                "path": path,
                "id": operation["operationId"],
                "summary": operation["summary"],
                "bodies": [
                    *((_named(part), part["description"]) for part in parameters),
                    *((kind, _type(content["schema"])) for kind, content in bodies.items()),
                ],
                "answers": [(status, *_answer(answer)) for status, answer in sorted(operation["responses"].items())],
            }


def schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Lay out what is sent and answered: each object with its fields."""
    for name, schema in sorted(document["components"]["schemas"].items()):
        required = schema.get("required", [])
        yield {
            "name": name,
            "description": schema.get("description", ""),
            "fields": [
                {
                    "name": field,
                    "type": _type(part),
                    "note": "required" if field in required else _default(part),
                    "description": part.get("description", ""),
                }
                for field, part in schema.get("properties", {}).items()
            ],
        }


def _named(parameter: dict[str, Any]) -> str:
    return f"{{{parameter['name']}}}" if parameter["in"] == "path" else f"?{parameter['name']}="


def _answer(answer: dict[str, Any]) -> tuple[str, str]:
    for kind, content in answer.get("content", {}).items():
        return answer.get("description", ""), _type(content["schema"]) if kind == "application/json" else kind
    return answer.get("description", ""), ""


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    return f"{default!r} by default".replace("False", "false") if default not in (None, "") else ""


def _type(schema: dict[str, Any]) -> str:
    """Say in words what a schema takes."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for either in ("anyOf", "oneOf"):
        if either in schema:
            return " or ".join(_type(part) for part in schema[either] if part.get("type") != "null")
    if "const" in schema or "enum" in schema:
        return " or ".join(repr(value) for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("format") == "binary":
        return "file"
    return str(schema.get("type", "anything"))
