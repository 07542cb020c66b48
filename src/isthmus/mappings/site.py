"""What a site chooses. Field usage varies with every EHR; here it is said once, as paths, instead of in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One sending system's habits. Paths are those of `hl7v2`; a path that begins with a number is within the FT1.

    zones            facility code -> its time zone: local times and posting dates are taken there
    patient          the repetition that holds the medical record number, chosen by type and authority, not position
    prior_patient    the same in MRG
    account          the patient account's number
    amount           the extended amount (FT1-11): the unit amount stands in FT1-12
    posting_date     the accounting date; where it is empty, the day of receipt at the facility counts
    original         of a credit: the FT1-2 of the charge that it gives back
    credit_amounts   the sign convention: whether the amount of an FT1-6 CD is sent positive or negative
    kinds            the site's words for FT1-6, where they are not those of HL7 table 0017
    currency         where the amount names none
    currency_digits  the currency's decimals: an amount with more of them cannot be posted
    """

    zones: Mapping[str, ZoneInfo]
    application: str = "MSH-3.1"
    facility: str = "MSH-4.1"
    patient: str = "PID-3[MR]"
    prior_patient: str = "MRG-1[MR]"
    account: str = "PID-18.1"
    prior_account: str = "MRG-3.1"
    visit: str = "PV1-19.1"
    financial_class: str = "PV1-20.1"
    charge_id: str = "2.1"
    amount: str = "11.1.1"
    amount_currency: str = "11.1.2"
    department: str = "13.1"
    posting_date: str = "5.1"
    original: str = "2.1"
    credit_amounts: Literal["positive", "negative"] = "positive"
    kinds: Mapping[str, str] = field(default_factory=dict)
    currency: str = "USD"
    currency_digits: int = 2
