"""The tree of errors that a person can meet.

Every error says what was got, what was expected (``message``) and what to do about it (``hint``). ``code`` is its
name for programs; it never changes once published. Only the web and the command line turn errors into status and exit
codes.
"""

__all__ = [
    "AddressUnusable",
    "AlphabetError",
    "BadSymbol",
    "BlankInk",
    "BundleDamaged",
    "BundleError",
    "BundleMissing",
    "BundleTooNew",
    "CheckpointError",
    "CorrectionNotFound",
    "DataError",
    "DataMissing",
    "DownloadError",
    "FolderNotWritable",
    "ImageTooLarge",
    "InkError",
    "InklingError",
    "InvalidInk",
    "InvalidProfile",
    "InvalidSetting",
    "JobNotFound",
    "JobRunning",
    "ModelError",
    "ModelNotFound",
    "ModelPinned",
    "ModelRefused",
    "NotAnImage",
    "NothingToLearn",
    "QueueError",
    "SettingsError",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "TrainingExtraMissing",
    "UnknownAlphabet",
    "UnknownSetting",
]


class InklingError(Exception):
    """The root of the tree.

    Args:
        message: what was got and what was expected, one sentence.
        hint: what to do about it, one sentence; may be empty.
    """

    code = "inkling_error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class InkError(InklingError):
    """Something given as ink cannot be read as ink."""

    code = "bad_ink"


class BlankInk(InkError):
    """The picture or drawing has nothing written on it."""

    code = "blank_ink"


class InvalidInk(InkError):
    """An array, a stroke or an object has the wrong type, shape or values."""

    code = "invalid_ink"


class NotAnImage(InkError):
    """Bytes that are no picture, or a picture that is cut off or damaged."""

    code = "not_an_image"


class ImageTooLarge(InkError):
    """A picture or drawing over the limits; it is refused before it is decoded."""

    code = "image_too_large"


class AlphabetError(InklingError):
    """Something is wrong with the alphabet asked for."""

    code = "bad_alphabet"


class UnknownAlphabet(AlphabetError):
    """Neither the name of an alphabet nor a list of symbols that the model knows."""

    code = "unknown_alphabet"


class BadSymbol(AlphabetError):
    """What should be taught is neither one character nor a short name."""

    code = "bad_symbol"


class BundleError(InklingError):
    """A trained model's files cannot be used."""

    code = "bad_bundle"


class BundleMissing(BundleError):
    """There is no bundle where one was looked for."""

    code = "bundle_missing"


class BundleDamaged(BundleError):
    """A file of the bundle is missing, was changed, or does not say what it must."""

    code = "bundle_damaged"


class BundleTooNew(BundleError):
    """The bundle was written in a newer format than this program reads."""

    code = "bundle_too_new"


class DataError(InklingError):
    """A data set cannot be used."""

    code = "bad_data"


class DataMissing(DataError):
    """A data set is not on this machine."""

    code = "data_missing"


class DownloadError(DataError):
    """A data set could not be downloaded, or what came is not what was expected."""

    code = "download_failed"


class CheckpointError(InklingError):
    """A training checkpoint is missing, damaged, or of another recipe."""

    code = "bad_checkpoint"


class TrainingExtraMissing(InklingError):
    """Training needs torch, which is not installed."""

    code = "training_extra_missing"


class FolderNotWritable(InklingError):
    """Nothing can be written to a folder that was named."""

    code = "folder_not_writable"


class InvalidProfile(InklingError):
    """What should name a profile is no name."""

    code = "invalid_profile"


class SettingsError(InklingError):
    """Something is wrong with the settings."""

    code = "bad_settings"


class AddressUnusable(SettingsError):
    """The server cannot listen where it was told to: the port is taken, or the address is not this machine's."""

    code = "address_unusable"


class UnknownSetting(SettingsError):
    """A setting that does not exist."""

    code = "unknown_setting"


class InvalidSetting(SettingsError):
    """A setting's value is of the wrong type or out of range, or a path names a home folder that is none."""

    code = "invalid_setting"


class StoreError(InklingError):
    """The database of corrections cannot be used."""

    code = "store_unusable"


class StoreReadOnly(StoreError):
    """Nothing can be written to the database; what is in it can still be read."""

    code = "store_read_only"


class StoreFull(StoreError):
    """There is no space left for the database; what is in it can still be read."""

    code = "store_full"


class StoreTooNew(StoreError):
    """The database was changed by a newer version of Inkling than this one."""

    code = "store_too_new"


class CorrectionNotFound(InklingError):
    """A correction that does not exist, or that was deleted."""

    code = "correction_not_found"


class ModelError(InklingError):
    """Something that was asked of a model's versions cannot be done."""

    code = "bad_model"


class ModelNotFound(ModelError):
    """There is no such version, or its bundle is no longer kept."""

    code = "model_not_found"


class ModelPinned(ModelError):
    """The settings name the bundle to read with, so that no other can be promoted."""

    code = "model_pinned"


class ModelRefused(ModelError):
    """The gate refused this version, and nobody said to promote it all the same."""

    code = "model_refused"


class JobNotFound(InklingError):
    """There is no background job of that number."""

    code = "job_not_found"


class JobRunning(InklingError):
    """One retraining at a time: another one waits or runs."""

    code = "job_running"


class NothingToLearn(InklingError):
    """There are no corrections, or too few of symbols that the network knows, to retrain with."""

    code = "nothing_to_learn"


class QueueError(InklingError):
    """The queue of background jobs cannot be used."""

    code = "queue_unusable"
