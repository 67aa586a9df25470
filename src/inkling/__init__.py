"""Inkling reads handwriting and learns yours."""

__all__: list[str] = []
