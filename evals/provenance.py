"""Provenance: what a figure depends on, so that nobody has to guess where it came from."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("onnxruntime", "faiss-cpu", "sentence-transformers", "torch")


def describe_machine() -> str:
    """Return the commit, the machine and the versions that a figure depends on, in one line."""
    return f"commit {commit()}, {machine()}"


def commit() -> str:
    """Return the commit of this checkout, marked where it was changed since; or "unknown".

    Pages change as figures are written into them, and no figure depends on a page.
    """
    name = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return f"{name}-dirty" if name and changed else name or "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own arguments
        ["git", *arguments],  # noqa: S607 - whichever git the user has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def machine() -> str:
    """Return the processor, the Python and the versions of what computes, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{os.cpu_count()} cores, {_processor()}, Python {platform.python_version()}, {versions}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
