"""Corrections out and in again: as a data pack, a folder of pictures or a zip of one. A round trip loses nothing."""

from .exchange import already_there, export_corrections, read_exchange

__all__ = ["already_there", "export_corrections", "read_exchange"]
