"""Bank documents to BankStatement: what came to an account, and which remittance it belongs to.

    nacha.statements(message)    ACH file    -> an advice for each account that is paid or debited
    bai2.statements(message)     BAI2 file   -> a statement for each account and day
    camt.statements(message)     camt        -> statements (053), advices (054), reports of the day (052)
    trace.find_trace(text)       the reassociation trace in a bank's text

`message.content` is the codec's value. Each entry's provenance names the place in the document; of a bank's text nothing
is carried on but the trace and the sender's name.
Lives here: pure functions. May not: I/O, guesses. Read first: `trace.py`, then `bai2.py`.
"""
