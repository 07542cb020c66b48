"""The words of the model and the codes of the formats: tables, read both ways.

X12 data elements: 353 purpose, 92 kind of order, 98 role, 66 and 235 whose number, 128 reference, 1300 allowance or charge, 963 tax,
587 answer to an order, 668 answer to a line. cXML: the attribute of the same meaning. Where several codes mean one word, the
first is written.
"""

from __future__ import annotations

from collections.abc import Mapping

X12 = "x12:"
"""What a bare code of X12 begins with in the model, when the model has no word for it."""


class Codes:
    """Words with the codes that mean them. `prefix`: before a code without a word. `fallback`: for a word without a code."""

    def __init__(self, words: Mapping[str, str], prefix: str = "", fallback: str | None = None) -> None:
        self._codes = {word: (codes.split() or [""])[0] for word, codes in words.items()}
        self._words = {code: word for word, codes in words.items() for code in codes.split() or [""]}
        self._prefix = prefix
        self._fallback = fallback

    def word(self, code: str) -> str:
        """What a code means; itself, with the prefix, when no word does."""
        return self._words.get(code, self._prefix + code if code else "")

    def known(self, code: str) -> bool:
        return code in self._words

    def code(self, word: str) -> str | None:
        """The code to write for a word; None when the format has none."""
        if word in self._codes:
            return self._codes[word]
        if word.startswith(X12):
            return word.removeprefix(X12) if self._prefix else self._fallback
        return self._fallback if self._prefix or self._fallback is not None else word


X12_OPERATION = Codes({"new": "00 14", "update": "05 04", "delete": "01"}, X12)
X12_ORDER_KIND = Codes({"regular": "NE SA", "blanket": "BK", "release": "RL"}, X12)
X12_ROLE = Codes(
    {
        "buyer": "BY",
        "supplier": "SE SU VN",
        "ship_to": "ST",
        "bill_to": "BT",
        "ship_from": "SF",
        "remit_to": "RE RI",
        "end_user": "EN",
    },
    X12,
)
X12_ID_KIND = Codes(
    {"duns": "1", "duns4": "9", "gln": "UL", "hin": "21", "supplier": "91", "buyer": "92", "npi": "XX", "": "ZZ"}, X12
)
X12_ITEM = Codes(
    {
        "supplier": "VP VN VC",
        "buyer": "BP IN PI",
        "manufacturer": "MG MF",
        "gtin": "UK",
        "upc": "UP",
        "ean": "EN",
        "ndc": "N4",
    },
    X12,
)
X12_REFERENCE = Codes(
    {
        "department": "DP",
        "supplier_order": "VN",
        "supplier_number": "IA",
        "customer_reference": "CR",
        "bill_of_lading": "BM",
        "tracking": "CN",
        "ship_notice": "MA",
    },
    X12,
)
X12_ADJUSTMENT = Codes({"shipping": "D240", "handling": "D500", "discount": "C310"}, X12)
X12_TAX = Codes({"": "TX", "sales": "LS", "state_sales": "ST", "vat": "VA", "gst": "GS"}, X12)
X12_ANSWER = Codes({"accepted": "AT", "changed": "AC", "detailed": "AD", "excepted": "AE", "rejected": "RJ"}, X12)
X12_LINE_ANSWER = Codes(
    {
        "accepted": "IA",
        "backordered": "IB",
        "changed": "IC",
        "rejected": "IR",
        "price_changed": "IP",
        "quantity_changed": "IQ",
        "rescheduled": "DR",
        "substituted": "IS",
    },
    X12,
)
X12_INVOICE_KIND = Codes({"invoice": "DI PR", "credit_memo": "CR", "debit_memo": "DR"}, X12)

CXML_OPERATION = Codes({"new": "new", "update": "update", "delete": "delete"}, "cxml:")
CXML_ORDER_KIND = Codes({"regular": "regular"})
CXML_ROLE = Codes(
    {
        "buyer": "buyer soldTo buyerCorporate",
        "supplier": "supplierCorporate from supplierAccount",
        "ship_to": "shipTo",
        "bill_to": "billTo",
        "ship_from": "shipFrom",
        "remit_to": "remitTo",
        "end_user": "endUser",
    }
)
CXML_ID_KIND = Codes({"duns": "DUNS", "gln": "GLN", "hin": "HIN", "supplier": "supplierID", "buyer": "buyerLocationID"})
CXML_ANSWER = Codes(
    {
        "accepted": "accept",
        "changed": "detail",
        "detailed": "allDetail",
        "excepted": "except",
        "rejected": "reject",
        "backordered": "backordered",
    }
)
CXML_LINE_ANSWER = Codes(
    {
        "accepted": "accept",
        "changed": "detail",
        "detailed": "allDetail",
        "backordered": "backordered",
        "rejected": "reject",
        "unknown": "unknown",
    },
    fallback="detail",
)
CXML_INVOICE_KIND = Codes(
    {
        "invoice": "standard",
        "credit_memo": "creditMemo lineLevelCreditMemo",
        "debit_memo": "debitMemo lineLevelDebitMemo",
    },
    "cxml:",
)
