"""A simulated EHR: one reproducible hospital day of ADT and DFT over MLLP, and its own day-end register.

    catalogue, people  what there is: facilities, departments, prices, financial classes, patients
    hl7                the EHR's own writer of HL7 v2 bytes
    day                the script of the day: who sends what when, with everything that goes wrong on a real day
    books              the EHR's own books, in decimals, and the register file that comes of them
    sender             the MLLP sender: waits for the answer, repeats byte for byte until it has one
    __main__           the process

It imports nothing of the hub: what the hub reads out of these messages is checked against books that never saw the
hub's parser. All content is synthetic. Read first: `day.py`.
"""
