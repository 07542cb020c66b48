"""Validation of X12 documents in levels (SNIP types 1 to 5), all issues at once, each with its place and without content.

    report = snip.validate(transaction, guide=guide, code_sets={"icd-10-cm": codes}, on=day)
    answer = x12.judge_group(group, findings, snip.group_errors(group, [report]))

Files, in the order of reading:
  issue.py       levels, places, issues             report.py      what was found and what was checked
  guide.py       a guide as tables                  map_xml.py     from the maps of pyx12
  outline.py     from a short notation              outlines.py    what is known of sets without a map
  validate.py    all levels of one set
  SNIP 1, 2      structure.py (loops, order, repeats)  elements.py  element_faults.py  datatypes.py  relations.py
  SNIP 3         balances.py
  SNIP 4         situations.py (the table)  document.py  hierarchy_, claim_, remittance_, inquiry_rules.py  claim_dates.py
  SNIP 5         codes.py  forms.py  outside.py
  acknowledge.py issues as a 999 says them
Not here: files (bytes of maps and code lists are handed in), the guides' text, lists of codes.
"""

from .acknowledge import group_errors, segment_errors
from .codes import Codes, CodeSet
from .guide import Guide
from .issue import Issue, Level, Place
from .map_xml import DataElement, read_codes, read_elements, read_map
from .outline import read_outline
from .outlines import outline
from .report import Checked, Report
from .situations import Rule
from .validate import RULES, validate

__all__ = [
    "RULES",
    "Checked",
    "CodeSet",
    "Codes",
    "DataElement",
    "Guide",
    "Issue",
    "Level",
    "Place",
    "Report",
    "Rule",
    "group_errors",
    "outline",
    "read_codes",
    "read_elements",
    "read_map",
    "read_outline",
    "segment_errors",
    "validate",
]
