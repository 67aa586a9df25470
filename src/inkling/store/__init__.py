"""The store: corrections, versions of the model and jobs in an SQL database, on disk before they are acknowledged."""

from .engine import exists
from .job_records import Finish, Job, JobPage
from .jobs import Jobs
from .model_records import ModelVersion, Promotion
from .models import Models
from .promotions import UNSET
from .records import Change, Correction, CorrectionQuery, NewCorrection, Page, State
from .repository import Store
from .tables import GREATEST_ID

__all__ = [
    "GREATEST_ID",
    "UNSET",
    "Change",
    "Correction",
    "CorrectionQuery",
    "Finish",
    "Job",
    "JobPage",
    "Jobs",
    "ModelVersion",
    "Models",
    "NewCorrection",
    "Page",
    "Promotion",
    "State",
    "Store",
    "exists",
]
