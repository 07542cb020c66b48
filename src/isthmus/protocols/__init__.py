"""Codecs: bytes to values and back, without any input or output.

Lives here: wire formats (`hl7v2`, `mllp`, `x12`, `cxml`, `delimited`, `nacha`, `bai2`, `camt`) and identifiers with a grammar
of their own (`ndc`, `udi`), each independent of the others. May not: sockets, files, clocks, knowledge of the hub; only the
standard library, `msgspec` and `kernel` are imported. Any bytes whatever give a value or the codec's one declared error.
Read first: `hl7v2/__init__.py`.
"""
