"""The store: corrections in an SQL database, committed to disk before they are acknowledged."""

from .engine import exists
from .records import Change, Correction, CorrectionQuery, NewCorrection, Page
from .repository import Store

__all__ = ["Change", "Correction", "CorrectionQuery", "NewCorrection", "Page", "Store", "exists"]
