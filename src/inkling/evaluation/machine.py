"""What a figure was measured on: without it, no speed means anything."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

__all__ = ["describe_machine", "machine_in_words"]

_PACKAGES = ("inkling", "numpy", "onnxruntime", "opencv-python-headless")


def describe_machine() -> dict[str, Any]:
    """Name the processor, its cores that may be used, the system, the versions and the time (UTC)."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def machine_in_words(machine: Mapping[str, Any]) -> str:
    """Say in one line what :func:`describe_machine` found: processor, cores, system, Python and versions."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}, {versions}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.lower().startswith(("model name", "hardware")):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
