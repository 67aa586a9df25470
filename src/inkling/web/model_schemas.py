"""What the API of jobs and of the model's versions takes and gives."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..versions import LONGEST_REASON
from .learning_schemas import Id
from .schemas import ProblemDetails

__all__ = [
    "Automatic",
    "BundleForm",
    "JobAnswer",
    "JobList",
    "JobQuery",
    "ModelDetails",
    "ModelEntry",
    "ModelList",
    "Promote",
    "PromotionAnswer",
    "Retrain",
    "RetrainAnswer",
    "RetrainingAnswer",
    "RollBack",
]

_REASON = "Why, for those who look later."


class Retrain(BaseModel):
    """What is to be retrained from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    profile: str | None = Field(
        None, description="From the corrections of this profile and of everybody only; else from those of all."
    )


class Automatic(BaseModel):
    """Whether the network is retrained by itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    automatic: bool


class Promote(BaseModel):
    """How a version is to become the current one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    force: bool = Field(False, description="Whether to promote it although the gate refused it.")
    reason: str = Field("", max_length=LONGEST_REASON, description=_REASON)


class RollBack(BaseModel):
    """Why the version before is to become the current one again."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field("", max_length=LONGEST_REASON, description=_REASON)


class BundleForm(BaseModel):
    """A bundle from elsewhere."""

    model_config = ConfigDict(extra="forbid")

    bundle: Annotated[str, Field(json_schema_extra={"format": "binary"})] = Field(
        description="A zip of normalize.onnx, network.onnx and card.json, as an export gives it."
    )


class JobQuery(BaseModel):
    """Which page of the jobs is listed."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(20, ge=1, le=100, description="How many at most.")
    after: Id | None = Field(None, description="Only those behind this id: the next of the page before.")


class ProgressAnswer(BaseModel):
    """How far a job has come."""

    model_config = ConfigDict(extra="allow")

    step: int | None = Field(None, ge=0, description="Steps done.")
    steps: int | None = Field(None, ge=0, description="Steps in all.")
    loss: float | None = Field(None, description="What training makes small, averaged over the last steps.")
    accuracy: float | None = Field(None, description="On the corrections held out, where it was looked at.")
    left_s: float | None = Field(
        None,
        description="Seconds that all of it will still take, as far as one can tell: measuring the version as well.",
    )
    done: float | None = Field(None, ge=0, le=1, description="How much of all of it is done, not of the steps alone.")
    phase: str | None = Field(None, description="What it does: preparing, training, exporting, judging.")


class JobAnswer(BaseModel):
    """Work in the background."""

    model_config = ConfigDict(title="Job")

    id: int
    kind: str = Field(description="What it does: retraining.")
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    profile: str | None = Field(description="From whose corrections; null for all.")
    reason: str = Field(description="Why it was started.")
    parent: str | None = Field(description="The version that it starts from, where that is known.")
    created_at: str = Field(description="When it was asked for: ISO 8601, UTC.")
    started_at: str | None = Field(description="When it was begun.")
    finished_at: str | None = Field(description="When it ended.")
    attempts: int = Field(ge=0, description="How often it was begun; more than once where it was interrupted.")
    cancelling: bool = Field(description="Whether it was told to stop, and has not yet.")
    progress: ProgressAnswer | None = Field(description="How far it has come, once it has begun.")
    error: ProblemDetails | None = Field(description="Why it failed, where it did.")
    version: str | None = Field(description="The version that it made, whether the gate let it through or not.")
    outcome: dict[str, Any] | None = Field(description="What came of it, once it is done.")


class RetrainAnswer(JobAnswer):
    """A retraining that was asked for."""

    model_config = ConfigDict(title="RetrainingAsked")

    warning: str = Field(description="Why what comes of it cannot read here, and what to do; empty where it can.")


class JobList(BaseModel):
    """A page of jobs, newest first."""

    jobs: list[JobAnswer]
    total: int = Field(ge=0, description="How many there are on all pages.")
    next: int | None = Field(description="What after must be for the next page; null on the last one.")


class RetrainingAnswer(BaseModel):
    """Whether and when the network is retrained."""

    model_config = ConfigDict(title="RetrainingState")

    available: bool = Field(description="Whether this installation can retrain.")
    why_not: str = Field(description="Where it cannot: why, and how to make it.")
    automatic: bool = Field(description="Whether it retrains by itself.")
    after: int = Field(ge=0, description="After how many new corrections it does so; 0 for never.")
    at: str = Field(description="At what time of day it does so, such as 03:30; empty for never.")
    new: int = Field(
        ge=0,
        description="How many corrections came since the last retraining about them that ended, however it did: "
        "what counts towards the next one by itself.",
    )
    unlearned: int = Field(
        ge=0, description="How many came since the last one that was finished; more where one failed or was cancelled."
    )
    last: Literal["done", "failed", "cancelled"] | None = Field(
        description="How the last one ended; null where there was none."
    )
    parent: str = Field(description="The version that one would start from: the one that reads.")
    job: JobAnswer | None = Field(description="The retraining that waits or runs.")
    warning: str = Field(description="Why what comes of one cannot read here, and what to do; empty where it can.")


class Figure(BaseModel):
    """How a version did on one set of samples."""

    model_config = ConfigDict(extra="allow")

    accuracy: float


class DataSet(BaseModel):
    """A data set that a version learned from."""

    name: str
    samples: int | None = Field(description="How many of its samples, where that is known.")


class Training(BaseModel):
    """How a version came to be, in short."""

    kind: str = Field(description="training, or retraining.")
    corrections: dict[str, Any] = Field(description="How many corrections it learned from, by kind; empty for none.")
    base_data: list[str] = Field(description="The data sets beside them.")
    data: list[DataSet] = Field(description="The same, with how many samples of each.")
    note: str
    recipe: dict[str, Any]


class Comparison(BaseModel):
    """The version and its parent on the same samples."""

    model_config = ConfigDict(extra="allow")

    name: str
    alphabet: str | None
    samples: int | None
    before: float | None = Field(description="The parent's accuracy.")
    after: float | None = Field(description="This version's accuracy.")
    fixed: int | None = Field(description="Samples that turned right.")
    broken: int | None = Field(description="Samples that turned wrong.")
    p_worse: float | None = Field(description="How likely so many turned wrong by chance alone.")
    verdict: str | None


class DecisionAnswer(BaseModel):
    """What the gate decided, in short."""

    model_config = ConfigDict(title="Decision")

    passed: bool
    reasons: list[str]
    comparisons: list[Comparison]


class ModelEntry(BaseModel):
    """A version of the model."""

    model_config = ConfigDict(title="Model")

    version: str
    parent: str | None = Field(description="The version that it was retrained from.")
    origin: Literal["shipped", "retrained", "trained", "imported"]
    reason: str = Field(description="Why it was made.")
    profile: str | None = Field(description="From whose corrections; null for all.")
    state: Literal["passed", "refused", "ungated"] = Field(description="What the gate said.")
    added_at: str = Field(description="When it was made, or came: ISO 8601, UTC.")
    current: bool = Field(description="Whether it is the one that reads.")
    shipped: bool = Field(description="Whether it came with the program.")
    held: bool = Field(description="Whether its files are still kept; else it can be neither promoted nor exported.")
    size_bytes: int = Field(ge=0)
    sha256: str
    figures: dict[str, Figure] = Field(description="What was measured, by set of samples.")
    training: Training
    decision: DecisionAnswer | None = Field(description="What the gate decided; null where it was not asked.")


class HistoryEntry(BaseModel):
    """One look at a version while it was trained."""

    step: int
    loss: float | None
    accuracy: float | None


class ModelDetails(ModelEntry):
    """A version of the model, with all that is known of it."""

    model_config = ConfigDict(title="ModelDetails")

    report: dict[str, Any] | None = Field(description="The gate's decision with all that it looked at.")
    history: list[HistoryEntry] = Field(description="Loss and accuracy while it was trained.")
    card: dict[str, Any] = Field(description="Its card: symbols, training data with licences, recipe, figures.")


class ModelList(BaseModel):
    """All versions of the model, newest first."""

    current: str = Field(description="The version that reads.")
    rollback: str | None = Field(description="The version that one would go back to; null where there is none.")
    pinned: bool = Field(description="Whether the settings name the bundle to read with, so that none is promoted.")
    models: list[ModelEntry]


class PromotionAnswer(BaseModel):
    """A version became the current one."""

    model_config = ConfigDict(title="Promotion")

    version: str
    previous: str | None = Field(description="The one that was current before.")
    at: str = Field(description="When: ISO 8601, UTC.")
    reason: str
    rollback: bool = Field(description="Whether one went back to it.")
