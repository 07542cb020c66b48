"""Virtual environments of their own for the hospital's programs, from pinned requirements.

The hub never imports what is installed here: the ERP is GPL-3 and speaks with the hub over HTTP only.
"""

# ruff: noqa: S603 - the programs are our own build, the arguments our own

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from .cache import Cache, progress


class Environment:
    """A virtual environment in the cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where its packages are installed."""
        return next(self.folder.glob("lib/python3*/site-packages"))


def environment(cache: Cache, name: str, requirements: Path, *, public: bool = False) -> Environment:
    """The environment that holds these requirements, installed now if it is not there yet.

    Raises `RuntimeError` with the installer's last lines when a package cannot be had.
    """
    recipe = requirements.read_bytes() + sys.version.encode()

    def build(folder: Path) -> None:
        with progress(f"installing {name}"):
            _install(folder, requirements)

    return Environment(cache.built(name, recipe, build, public=public))


def run(command: list[str | Path], what: str) -> None:
    """Run a program to its end. Raises `RuntimeError` with the last of its output when it fails."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, umask=0o022, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{what} failed (exit {done.returncode}):\n{done.stdout.decode(errors='replace')[-2000:]}")


def _install(folder: Path, requirements: Path) -> None:
    # The files pin everything, so nothing is resolved: what is installed is what stands there.
    install: list[str | Path] = ["install", "-q", "--disable-pip-version-check", "--no-deps", "-r", requirements]
    if find_spec("pip"):
        run([sys.executable, "-m", "venv", "--without-pip", folder], "creating an environment")
        run([sys.executable, "-m", "pip", "--python", folder / "bin" / "python", *install], "installing packages")
    else:
        run([sys.executable, "-m", "venv", folder], "creating an environment")
        run([folder / "bin" / "python", "-m", "pip", *install], "installing packages")
