"""Guides in a short notation, for the sets that nobody publishes a free map of: what is known of them, and no more.

    ST    R 1      ! 1=270 2              segment: name, usage, how often (* any number), its qualifiers, its elements
    BHT   R 1 0022 ! 2=01|13 ?3           elements: 2 is required, 2=01|13 required and one of these, ?3=a optional, but one of these
    > 2000A R * HL 20 ! 1 3 4=1           loop: name, usage, how often, the segment that begins it
      DTP S * 291                         what is inside of it is indented by two blanks more

Such a guide is partial: segments, qualifiers and elements that it does not list pass.
"""

from __future__ import annotations

from .guide import UNBOUNDED, ElementSpec, Guide, Key, LoopSpec, SegmentSpec

_KEY_AT = {"HL": 3}
_FORMATTED = {"DTP": (2, 3), "DMG": (1, 2)}
"""Segments with a date (1251) and its format (1250)."""


def read_outline(text: str, *, name: str, type: str, source: str) -> Guide:
    """The guide of an outline."""
    root = LoopSpec("", "R", 1)
    open_loops = [root]
    for rank, line in enumerate(line for line in text.splitlines() if line.strip()):
        depth = (len(line) - len(line.lstrip())) // 2
        del open_loops[depth + 1 :]
        words = line.split()
        if words[0] == ">":
            loop = LoopSpec(words[1], words[2], _times(words[3]), rank)
            loop.items.append(_segment(words[4], "R", 1, words[5:], rank))
            open_loops[-1].items.append(loop)
            open_loops.append(loop)
        else:
            open_loops[-1].items.append(_segment(words[0], words[1], _times(words[2]), words[3:], rank))
    return Guide(name, type, source, root, partial=True)


def _segment(tag: str, usage: str, most: int, words: list[str], rank: int) -> SegmentSpec:
    at = words.index("!") if "!" in words else len(words)
    codes = frozenset("|".join(words[:at]).split("|")) if at else frozenset[str]()
    number = _KEY_AT.get(tag, 1)
    key = Key(number, 0, codes) if codes else None
    return SegmentSpec(tag, "", usage, most, rank, key, _elements(tag, words[at + 1 :], number, codes), open=True)


def _elements(tag: str, words: list[str], key: int, codes: frozenset[str]) -> tuple[ElementSpec, ...]:
    said = {key: ElementSpec("", "R", codes=codes)} if codes else {}
    for word in words:
        digits, _, allowed = word.lstrip("?").partition("=")
        usage = "S" if word.startswith("?") else "R"
        chosen = frozenset(allowed.split("|")) if allowed else codes if int(digits) == key else frozenset[str]()
        said[int(digits)] = ElementSpec("", usage, codes=chosen)
    for number, reference in zip(_FORMATTED.get(tag, ()), ("1250", "1251"), strict=False):
        known = said.get(number, ElementSpec("", "S"))
        said[number] = ElementSpec("", known.usage, reference, codes=known.codes)
    return tuple(said.get(number, ElementSpec("", "S")) for number in range(1, max(said, default=0) + 1))


def _times(text: str) -> int:
    return UNBOUNDED if text == "*" else int(text)
