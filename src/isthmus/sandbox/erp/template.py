"""Builds the seeded ERP once: what every run starts from a copy of.

<cache>/erp-template-<digest>/cluster/    PostgreSQL's data, cleanly shut down, with the database `erp`
<cache>/erp-template-<digest>/keys.json   the REST keys {"hub": ..., "controller": ...}
"""

# ruff: noqa: S603 - the programs are our own build, the arguments our own

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..cache import Cache, progress
from ..environment import Environment, environment
from ..postgres import REQUIREMENTS as POSTGRES_REQUIREMENTS
from ..postgres import USER, Postgres, Programs, initialise

HERE = Path(__file__).parent
CHART, SEED, REQUIREMENTS = HERE / "chart.toml", HERE / "seed.py", HERE / "requirements.txt"
DATABASE = "erp"
ACTIVATE = ("--email=erp@hospital.example", "--activate-dependencies", "-u", "account", "analytic_account")


@dataclass(frozen=True)
class Template:
    """What a run needs: programs, the ERP's environment, and the seeded data."""

    programs: Programs
    tryton: Environment
    folder: Path


def template(cache: Cache) -> Template:
    """Everything that the ERP needs, built now as far as it is not there yet (a minute or two, once)."""
    programs = Programs(cache)
    tryton = environment(cache, "tryton", REQUIREMENTS)
    recipe = b"\0".join(
        path.read_bytes() for path in (REQUIREMENTS, POSTGRES_REQUIREMENTS, CHART, SEED, Path(__file__))
    )

    def build(folder: Path) -> None:
        with progress("creating the ERP's database"):
            _build(folder, programs, tryton)

    return Template(programs, tryton, cache.built("erp-template", recipe, build, public=True))


def configuration(folder: Path, postgres: Postgres, port: int) -> Path:
    """Write Tryton's configuration for one server into `folder`."""
    path = folder / "trytond.conf"
    path.write_text(
        f"[database]\nuri = postgresql://{USER}@/?host={postgres.socket_folder}\n"
        f"[web]\nlisten = 127.0.0.1:{port}\nroot = {folder}\n"
    )
    return path


def tryton_environ(folder: Path) -> dict[str, str]:
    """The environment of Tryton's processes: nothing of ours leaks in, and HOME is the run's own folder."""
    return {"HOME": str(folder), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


def _build(folder: Path, programs: Programs, tryton: Environment) -> None:
    initialise(programs, folder / "cluster")
    postgres = Postgres(programs, folder / "cluster")
    postgres.open()
    try:
        postgres.psql(f"CREATE DATABASE {DATABASE}")
        config = configuration(folder, postgres, 0)
        password = folder / "password"
        password.write_text("not used: people do not log in\n")
        database: list[str | Path] = ["-c", config, "-d", DATABASE]
        environ = tryton_environ(folder) | {"TRYTONPASSFILE": str(password)}
        _run(tryton, ["-m", "trytond.cli.admin", *database, *ACTIVATE], environ)
        _run(tryton, [SEED, config, DATABASE, CHART, folder / "keys.json"], environ)
    finally:
        postgres.shut_down()


def _run(tryton: Environment, arguments: list[str | Path], environ: dict[str, str]) -> None:
    done = subprocess.run([tryton.python, *arguments], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the ERP could not be set up (exit {done.returncode}):\n{done.stderr[-3000:]}")
