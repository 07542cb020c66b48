"""Guides from the installed package: which one answers for which document."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from isthmus.flows import x12_guides
from isthmus.flows.x12_guides import x12_code_lists, x12_guide, x12_guide_of
from isthmus.kernel import Misuse
from isthmus.protocols import x12


@pytest.mark.parametrize(
    ("version", "type", "name", "partial"),
    [
        ("005010X222A1", "837", "005010X222A1", False),
        ("005010X222A2", "837", "005010X222A1", False),
        ("005010X222", "837", "005010X222A1", False),
        ("005010X223A3", "837", "005010X223A2", False),
        ("005010X221A1", "835", "005010X221A1", False),
        ("004010X098A1", "837", "004010X098A1", False),
        ("004010", "997", "004010", False),
        ("005010X212", "277", "005010X212", False),
        ("005010X214", "277", "005010X214", False),
        ("005010X231A1", "999", "005010X231A1", False),
        ("005010X212", "276", "005010X212", True),
        ("005010X279A1", "270", "005010X279A1", True),
        ("005010X279", "271", "005010X279A1", True),
        ("004060", "856", "856", True),
        ("004010", "850", "850", True),
    ],
)
def test_the_guide_of_a_version(version: str, type: str, name: str, partial: bool) -> None:
    guide = x12_guide(version, type)

    assert guide is not None
    assert (guide.name, guide.partial, guide.type) == (name, partial, type)


@pytest.mark.parametrize(
    ("version", "type"), [("", ""), ("005010X224A2", "837"), ("005010", "837"), ("004010", "214"), ("X", "835")]
)
def test_where_nothing_is_known_there_is_no_guide(version: str, type: str) -> None:
    assert x12_guide(version, type) is None


@pytest.mark.parametrize("version", x12_guides._MAPS)
def test_every_map_of_the_table_is_read_and_finds_its_own_segments(version: str) -> None:
    version, _, type = version.partition(" ")
    guide = x12_guide(version, type or x12_guides._MAPS[version][:3])

    assert guide is not None
    assert guide.root.start.tag == "ST"
    assert len(guide.tags) > 5
    assert guide.source.startswith("pyx12 ")


def test_a_guide_is_read_once() -> None:
    assert x12_guide("005010X221A1", "835") is x12_guide("005010X221", "835")


@pytest.mark.parametrize(("purpose", "source"), [("13", "278.4010.X094.A1.xml"), ("11", "278.4010.X094.27.A1.xml")])
def test_requests_and_responses_of_a_278_have_guides_of_their_own(purpose: str, source: str) -> None:
    data = (
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260115*0934*U*00401*000000001*0*T*:~"
        b"GS*HI*A*B*20260115*0934*1*X*004010X094A1~ST*278*0001~BHT*0078*" + purpose.encode() + b"~SE*3*0001~"
    )
    guide = x12_guide_of(next(x12.parse(data).transactions))

    assert guide is not None
    assert guide.source == f"pyx12 {source}"


def test_the_lists_of_the_package_are_code_sets() -> None:
    lists = x12_code_lists()

    assert lists["states"].holds("OH", None)
    assert not lists["pos"].holds("98", None)
    assert {"rarc", "claim-status", "claim-status-category"} <= set(lists)


def test_without_the_package_outlines_still_answer_and_maps_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyx12", None)
    x12_guides._read.cache_clear()
    try:
        assert x12_guide("005010X279A1", "270") is not None
        with pytest.raises(Misuse, match="pip install"):
            x12_guide("005010X221A1", "835")
    finally:
        x12_guides._read.cache_clear()


def test_only_the_guides_of_pyx12_are_used_and_not_its_program() -> None:
    text = Path(x12_guides.__file__).read_text()

    assert "import pyx12" not in text
    assert {name for name in sys.modules if name.startswith("pyx12.")} <= {"pyx12.version", "pyx12.map"}
