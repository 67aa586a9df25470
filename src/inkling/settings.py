"""Every setting, in one frozen table: its name, default and help. From ``INKLING_*`` and from the command line."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .errors import InvalidSetting, UnknownSetting

__all__ = ["SETTINGS", "Setting", "Settings"]


@dataclass(frozen=True)
class Setting:
    """One row of the table: units are in the name, the default's type is the setting's type.

    A text matches ``form``, a pattern, where there is one; ``like`` says so in words.
    """

    name: str
    default: str | int | float
    help: str
    least: float | None = None
    most: float | None = None
    form: str = ""
    like: str = ""

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"INKLING_{self.name.upper()}"

    def parse(self, value: object) -> str | int | float:
        """Read a value given as text or as the setting's own type.

        Raises:
            InvalidSetting: it is of another type or form, or out of range.
        """
        kind = type(self.default)
        wrong = InvalidSetting(
            f"The setting {self.name} is {value!r}; expected {self._expected()}.",
            f"Set {self.variable} or the option of that name. It is: {self.help}",
        )
        try:
            parsed = kind(str(value).strip())
        except ValueError:
            raise wrong from None
        if isinstance(parsed, str):
            if parsed != self.default and self.form and not re.fullmatch(self.form, parsed, re.ASCII | re.IGNORECASE):
                raise wrong
            return parsed
        if not (self.least is None or parsed >= self.least) or not (self.most is None or parsed <= self.most):
            raise wrong
        return parsed

    def _expected(self) -> str:
        if self.like:
            return self.like
        noun = {int: "a whole number", float: "a number", str: "a text"}[type(self.default)]
        return (
            noun
            + (f" from {self.least:g}" if self.least is not None else "")
            + (f" to {self.most:g}" if self.most is not None else "")
        )


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            Setting("data", "", "the folder that holds the data sets; empty for one of the user account"),
            Setting("bundle", "", "the folder of the bundle to read with; empty for the version that was promoted"),
            Setting("database_url", "", "the database of what was taught; empty for a SQLite file of the user account"),
            Setting("keep_deleted_days", 30, "how many days a deleted correction can be restored", 0, 36_500),
            Setting("queue_url", "", "the queue of background jobs: a SQLite file, or redis://host; empty for a file"),
            Setting("worker", 1, "whether inkling serve runs a worker for background jobs: 1 or 0", 0, 1),
            Setting("retrain_after", 50, "after how many new corrections it retrains by itself; 0 for never", 0),
            Setting(
                "retrain_at",
                "",
                "at what time of day it retrains by itself, such as 03:30; empty for never",
                form=r"([01]?\d|2[0-3]):[0-5]\d",
                like="a time of day such as 03:30",
            ),
            Setting("retrain_threads", 0, "threads of a retraining; 0 for half of the cores", 0, 256),
            Setting("keep_models", 10, "how many versions of the model are kept with their files", 2, 10_000),
            Setting("host", "127.0.0.1", "the address that the server listens on"),
            Setting(
                "trusted_hosts", "", "names to be asked by, with commas; empty for any, or localhost if host is that"
            ),
            Setting("port", 5000, "the port that the server listens on", 0, 65535),
            Setting("workers", 1, "how many server processes", 1, 64),
            Setting("threads", 4, "how many threads a server process", 1, 256),
            Setting("sure_probability", 0.6, "a reading under this probability is unsure", 0, 1),
            Setting("max_request_bytes", 128 * 2**20, "the largest request, all its pictures together", 1),
            Setting("max_image_bytes", 32 * 2**20, "the largest picture, as a file", 1),
            Setting("max_image_pixels", 64_000_000, "the largest picture, width times height", 1),
            Setting("max_images", 100, "how many pictures one request may hold", 1),
            Setting("max_strokes", 1_000, "how many strokes one drawing may hold", 1),
            Setting("max_points", 50_000, "how many points one drawing may hold", 1),
            Setting(
                "max_reads_per_minute",
                0,
                "how many POST requests a minute a process takes of one address; 0 for no limit",
                0,
            ),
            Setting(
                "log_level",
                "INFO",
                "how much is logged: DEBUG, INFO, WARNING or ERROR",
                form="DEBUG|INFO|WARNING|ERROR",
                like="DEBUG, INFO, WARNING or ERROR",
            ),
        )
    }
)


@dataclass(frozen=True)
class Settings:
    """The settings in force, read by name: ``settings.port``, ``settings.host``.

    Args:
        pairs: name and value of each, in the order of the table.
    """

    pairs: tuple[tuple[str, str | int | float], ...]

    @property
    def values(self) -> Mapping[str, str | int | float]:
        """All of them, by name."""
        return MappingProxyType(dict(self.pairs))

    def __getattr__(self, name: str) -> Any:
        if name not in SETTINGS:
            raise AttributeError(name)
        value = self.values[name]
        if value or name not in _OF_THE_ACCOUNT:
            return value
        return _OF_THE_ACCOUNT[name]()

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **overrides: object) -> "Settings":
        """Read the settings: defaults, then ``INKLING_*``, then ``overrides`` (those that are not None).

        Raises:
            UnknownSetting: an override or an ``INKLING_*`` variable names no setting.
            InvalidSetting: a value is of the wrong type or form, or out of range.
        """
        given: dict[str, object] = {
            name.removeprefix("INKLING_").lower(): value
            for name, value in (os.environ if environ is None else environ).items()
            if name.startswith("INKLING_") and value != ""
        }
        given |= {name: value for name, value in overrides.items() if value is not None}
        for name in given:
            if name not in SETTINGS:
                raise UnknownSetting(f"There is no setting {name!r}.", f"Settings: {', '.join(SETTINGS)}.")
        return cls(tuple((n, s.parse(given[n]) if n in given else s.default) for n, s in SETTINGS.items()))


def _user_data(what: str, variable: str) -> Path:
    import platformdirs  # only where it is asked for: it needs a home folder

    try:
        return Path(platformdirs.user_data_dir("inkling", appauthor=False))
    except (RuntimeError, OSError) as error:
        raise InvalidSetting(
            f"There is no folder of the user account to hold the {what}: {error}.", f"Set {variable}."
        ) from error


def _user_data_sets() -> str:
    return str(_user_data("data sets", "INKLING_DATA to the folder that holds them") / "data")


def _user_database() -> str:
    folder = _user_data("corrections", "INKLING_DATABASE_URL to a database, such as sqlite:////path/to/inkling.db")
    return f"sqlite:///{folder / 'inkling.db'}"


#: Settings that are empty by default, and what they then are.
_OF_THE_ACCOUNT = MappingProxyType({"data": _user_data_sets, "database_url": _user_database})
