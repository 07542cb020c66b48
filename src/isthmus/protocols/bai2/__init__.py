"""BAI2, the cash management balance report: what a bank says stands on an account, and why.

    file = bai2.parse(data)
    for account in file.accounts():
        account.balances, account.transactions
    bytes(file) == data

Lives here: records with their continuations, amounts, and the control totals they must come to. Not here: writing, and the
meaning of a bank's own type codes. Read first: `lines.py` (what a record is), then `reader.py`.
"""

from .grammar import Finding, ParseError
from .reader import parse
from .values import Account, Bai2File, Balance, Group, Transaction

__all__ = ["Account", "Bai2File", "Balance", "Finding", "Group", "ParseError", "Transaction", "parse"]
