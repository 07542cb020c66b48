"""What fields of HL7 v2 are called, for people who read a message (HL7 v2.5.1, chapters 2, 3, 4, 6, 7 and 15).

Only the segments of admission, orders, charges and acknowledgements that people look at every day; a field that is not
here is shown by its path.
"""

from __future__ import annotations

import re

_FIELD = re.compile(r"([A-Z][A-Z0-9]{2})(?:\(\d+\))?(?:-(\d+)(?:\[\d+\])?)?")

_SEGMENTS = {
    "MSH": "message header",
    "EVN": "event",
    "PID": "patient",
    "PD1": "patient, further",
    "NK1": "next of kin",
    "PV1": "visit",
    "PV2": "visit, further",
    "MRG": "merged from",
    "DG1": "diagnosis",
    "PR1": "procedure",
    "FT1": "charge",
    "GT1": "guarantor",
    "IN1": "insurance",
    "IN2": "insurance, further",
    "AL1": "allergy",
    "ORC": "order",
    "OBR": "observation request",
    "OBX": "observation",
    "NTE": "note",
    "MSA": "acknowledgement",
    "ERR": "error",
}

_FIELDS = {
    "MSH": "field separator|encoding characters|sending application|sending facility|receiving application|"
    "receiving facility|date and time|security|message type|control id|processing id|version|sequence number|"
    "continuation|accept ack|application ack|country|character set|language",
    "EVN": "event type|recorded|planned|reason|operator|occurred|facility",
    "PID": "set id|patient id|identifiers|alternate id|name|mother's maiden name|born|sex|alias|race|address|county|"
    "phone, home|phone, business|language|marital status|religion|account number|SSN|driver's licence|"
    "mother's identifier|ethnic group|birth place|multiple birth|birth order|citizenship|veteran|nationality|died|death",
    "PV1": "set id|class|location|admission type|preadmit number|prior location|attending|referring|consulting|"
    "hospital service|temporary location|preadmit test|re-admission|admit source|ambulatory status|VIP|admitting|"
    "patient type|visit number|financial class|charge price|courtesy|credit rating|contract code|contract date|"
    "contract amount|contract period|interest|bad debt|bad debt date|bad debt agency|bad debt transfer|"
    "bad debt recovery|delete account|delete date|disposition|discharged to|diet|servicing facility|bed status|"
    "account status|pending location|prior temporary location|admitted|discharged|balance|total charges|"
    "total adjustments|total payments|alternate visit id",
    "MRG": "prior identifiers|prior alternate id|prior account|prior patient id|prior visit|prior alternate visit|prior name",
    "NK1": "set id|name|relationship|address|phone|phone, business|role",
    "DG1": "set id|coding method|code|description|date|type|major category|DRG|DRG approval|grouper|outlier type|"
    "outlier days|outlier cost|grouper version|priority|clinician",
    "PR1": "set id|coding method|code|description|date|type|minutes|anaesthetist",
    "FT1": "set id|transaction id|batch id|date|posting date|transaction type|code|description|description, further|"
    "quantity|amount, extended|amount, unit|department|plan|amount, insurance|location|fee schedule|patient type|"
    "diagnosis|performed by|ordered by|unit cost|filler order|entered by|procedure|procedure modifier",
    "GT1": "set id|number|name|spouse|address|phone, home|phone, business|born|sex|type|relationship|SSN",
    "IN1": "set id|plan|company id|company|company address|contact|phone|group number|group name|group employer id|"
    "group employer|effective|expires|authorisation|plan type|insured|relationship|insured born|insured address",
    "AL1": "set id|type|allergen|severity|reaction|identified",
    "ORC": "control|placer number|filler number|placer group|status|response|timing|parent|date and time|entered by",
    "OBR": "set id|placer number|filler number|service|priority|requested|observed|observed until|volume|collector|"
    "action|danger|clinical information|received|specimen source|ordering provider",
    "OBX": "set id|value type|observation|sub-id|value|units|reference range|abnormal flags|probability|"
    "nature of test|status|effective|access checks|observed",
    "NTE": "set id|source|comment",
    "MSA": "code|control id|text|expected number|delayed ack|error condition",
    "ERR": "code and location|location|code|severity|application code|parameter|diagnostics|user message",
}
_NAMES = {segment: names.split("|") for segment, names in _FIELDS.items()}


def name_of(path: str) -> str:
    """The name of a segment or field by its path, "" for components and for what has no name here."""
    found = _FIELD.fullmatch(path)
    if found is None:
        return ""
    segment, field = found.groups()
    if field is None:
        return _SEGMENTS.get(segment, "")
    names = _NAMES.get(segment, [])
    return names[int(field) - 1] if int(field) <= len(names) else ""
