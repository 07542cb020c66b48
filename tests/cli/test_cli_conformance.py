"""`isthmus conformance` over a folder of samples that this test writes, and over the corpus when it is there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from isthmus.cli.conformance import examine
from isthmus.cli.conformance.report import outcomes
from isthmus.cli.conformance.samples import samples
from isthmus.cli.exits import Exit
from isthmus.cli.main import main
from isthmus.kernel.errors import PeerFault

ADT = b"MSH|^~\\&|EHR|MAIN|HUB|MAIN|20260115||ADT^A01|1|P|2.5.1\rPID|1||77^^^MAIN^MR\r"
ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("ISTHMUS_CORPUS") or ROOT.parent / "shared" / "corpus")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.hl7").write_bytes(ADT)
    (tmp_path / "odd.hl7").write_bytes(ADT.replace(b"\r", b"\r\n"))
    (tmp_path / "broken.edi").write_bytes(b"ISA*00*")
    (tmp_path / "letter.txt").write_bytes(b"Dear colleagues,")
    return tmp_path


def labelled(folder: Path, **expected: str) -> None:
    files = [{"file": f"{name}.hl7", "kind": "hl7v2", "expected": says} for name, says in expected.items()]
    (folder / "MANIFEST.json").write_text(json.dumps({"files": files}))


def test_each_file_is_told_apart_read_and_written_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(folder), "--json"]) == Exit.OK
    found = {one["file"]: one for one in json.loads(capsys.readouterr().out)}
    assert {name: (one["kind"], one["state"], one["same"]) for name, one in found.items()} == {
        "broken.edi": ("x12", "refused", None),
        "good.hl7": ("hl7v2", "read", True),
        "letter.txt": ("unknown", "no codec", None),
        "odd.hl7": ("hl7v2", "read", True),
    }
    assert found["odd.hl7"]["rules"] == {"line-ends": 1}
    assert "byte" in found["broken.edi"]["why"]


def test_a_file_that_is_judged_otherwise_than_its_label_wants_a_note(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled(folder, good="invalid: the patient was never born", odd="invalid")
    notes = folder.parent / "notes.toml"
    notes.write_text('"good.hl7" = "a rule of the registry, not of the format"\n')

    assert main(["conformance", str(folder)]) == Exit.FINDINGS
    assert "**not explained**" in capsys.readouterr().out
    assert main(["conformance", str(folder), "--notes", str(notes)]) == Exit.OK
    shown = capsys.readouterr().out
    assert "a rule of the registry" in shown
    assert "`odd.hl7`" not in shown


def test_the_page_is_written_where_it_is_asked_for(folder: Path) -> None:
    page = folder.parent / "page.md"
    assert main(["conformance", str(folder), "--page", str(page)]) == Exit.OK
    assert "| HL7 v2 | 2 | 2 | 2 | 1 | 0 | 2 of 2 (bytes) | 0 |" in page.read_text()


@pytest.mark.parametrize(
    ("defect", "state", "why"),
    [
        (lambda data: examine.Examined(1, False), "read", ""),
        (lambda data: data[1 << 20], "failed", "IndexError"),
        (lambda data: (_ for _ in ()).throw(PeerFault("the patient is Anna12345678")), "refused", "Anna12345678"),
    ],
    ids=["bytes changed", "unforeseen", "quotes"],
)
def test_a_codec_that_breaks_its_promise_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, defect: Callable[[bytes], examine.Examined], state: str, why: str
) -> None:
    (folder / "good.hl7").write_bytes(ADT + b"NK1|Anna12345678\r")
    monkeypatch.setitem(examine.KINDS, "hl7v2", examine.Kind("HL7 v2", "bytes", defect))
    (found,) = (one for one in outcomes(samples(folder)) if one.file == "good.hl7")
    assert found.defect
    assert found.state == state
    assert why in found.why
    assert main(["conformance", str(folder)]) == Exit.FINDINGS


@pytest.mark.parametrize("manifest", ["{", "[]", '{"files": [{"kind": "x12"}]}'])
def test_a_manifest_that_is_none_is_named(folder: Path, manifest: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "MANIFEST.json").write_text(manifest)
    assert main(["conformance", str(folder)]) == Exit.USAGE
    assert "is no manifest" in capsys.readouterr().err


def test_a_folder_without_files_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(tmp_path)]) == Exit.USAGE
    assert "name a folder with samples" in capsys.readouterr().err


ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HUB            *260115*0934*^*00501*000000001*0*T*:~"


def test_an_expected_acknowledgement_is_compared_with_the_hubs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = f"{ISA}GS*HP*PAYER*HUB*20260115*0934*1*X*005010X221A1~ST*835*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"
    answer = (
        f"{ISA}GS*FA*HUB*PAYER*20260115*0934*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HP*1*005010X221A1~"
        "AK2*835*0001~IK5*A~AK9*A*1*1*1~SE*6*0001~GE*1*1~IEA*1*000000001~"
    )
    (folder / "a.835").write_text(document)
    (folder / "a.999").write_text(answer)
    files = [{"file": "a.835", "kind": "x12", "expected": ["a.999"]}, {"file": "a.999", "kind": "x12"}]
    (folder / "MANIFEST.json").write_text(json.dumps({"files": files}))

    assert main(["conformance", str(folder)]) == Exit.FINDINGS  # nothing stands in the 835: it is no good remittance
    shown = capsys.readouterr().out
    assert "| accepted or rejected alike | 0 of 1 |" in shown
    assert "| `a.835` | **not explained** |" in shown


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the sample corpus is not beside the repository (set ISTHMUS_CORPUS)")
def test_the_page_in_the_documentation_is_what_the_corpus_gives(tmp_path: Path) -> None:
    page, notes = tmp_path / "conformance.md", ROOT / "docs" / "conformance-notes.toml"
    given = main(["conformance", str(CORPUS), "--notes", str(notes), "--page", str(page)])
    assert page.read_text() == (ROOT / "docs" / "conformance.md").read_text()
    assert "not explained" not in page.read_text()
    assert given == Exit.OK
