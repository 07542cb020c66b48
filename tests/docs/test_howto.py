"""The how-to pages are played as they stand: each command is run, and says what the page says it says.

```console          $ command, then its output; "..." stands for anything within a line, or for any lines
```python FILE      a file that the reader writes       ```hl7 FILE   the same, with the line ends of HL7
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PLAYED = [
    "how-to/first-hub.md",
    "how-to/ask-another-system.md",
    "how-to/try-a-changed-flow.md",
    "how-to/work-off-a-large-file.md",
    "how-to/work-the-worklist.md",
]
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOOKS = ("isthmus messages", "isthmus show", "isthmus ledger", "isthmus parked --hub", "ls ")
PATIENCE_S = 30.0

pytestmark = pytest.mark.process


def meets(expected: list[str], said: str) -> bool:
    """Whether the output is what a page shows."""
    pattern = ""
    for line in expected:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.search(pattern, said) is not None


class Reader:
    """Does what a page says, in a folder of its own, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hub: subprocess.Popen[bytes] | None = None
        self.port = ""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "COLUMNS": "200"}

    def write(self, name: str, text: str, kind: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("\n", "\r").encode() if kind == "hl7" else text.encode())

    def play(self, block: str) -> None:
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *expected = step.rstrip("\n").split("\n")
            if command.startswith("isthmus run"):
                self.start(command, expected)
            else:
                self.do(command, expected)

    def do(self, command: str, expected: list[str]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            done = subprocess.run(
                ["sh", "-c", command.replace("127.0.0.1:2575", f"127.0.0.1:{self.port}")],
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            if done.returncode == 0 and meets(expected, said):
                break
            assert command.startswith(LOOKS), f"$ {command}\n{said}"
            assert time.monotonic() < deadline, f"$ {command}\n{said}"
        if command.startswith("isthmus init"):
            settings = self.folder / command.split()[2] / "hub.toml"
            settings.write_text(settings.read_text().replace("127.0.0.1:2575", "127.0.0.1:0"))

    def start(self, command: str, expected: list[str]) -> None:
        self.hub = subprocess.Popen(
            [*command.split(), "--log", "text"], cwd=self.folder, env=self.environment, stderr=subprocess.PIPE
        )
        assert self.hub.stderr
        said = ""
        while not meets(expected, said):
            line = self.hub.stderr.readline().decode()
            assert line, said
            said += line
        running = self.folder / command.split()[2] / "data" / "run.json"
        deadline = time.monotonic() + PATIENCE_S
        while not running.exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        self.port = str(json.loads(running.read_text())["listening"].get("ehr", ""))

    def leave(self) -> None:
        if self.hub is not None:
            self.hub.send_signal(signal.SIGTERM)
            self.hub.communicate(timeout=PATIENCE_S)
            assert self.hub.returncode == 0


@pytest.mark.parametrize("page", PLAYED)
def test_a_page_can_be_followed_word_for_word(page, tmp_path):
    reader = Reader(tmp_path)
    try:
        for kind, name, text in BLOCK.findall((DOCS / page).read_text()):
            if kind == "console":
                reader.play(text)
            elif name:
                reader.write(name, text, kind)
    finally:
        reader.leave()


@pytest.mark.parametrize("page", sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")))
def test_snippets_of_every_page_can_be_read_and_its_links_lead_somewhere(page):
    text = (DOCS / page).read_text()
    for kind, name, block in BLOCK.findall(text):
        if kind == "python":
            compile(block, name or page, "exec")
        elif kind == "toml":
            tomllib.loads(block)
        elif kind == "json":
            json.loads(block)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" not in target:
            assert (DOCS / page).parent.joinpath(target).exists(), target


def test_what_a_page_shows_is_held_against_what_was_said():
    assert meets(["a...c", "...", "d"], "abc\nx\ny\nd\n")
    assert not meets(["a...c", "d"], "abc\nx\nd\n")
