"""What the codecs make of a folder of sample files: read, refused, written back byte for byte, found fault with.

Lives here: finding and labelling the samples (`samples.py`), what is tried with each kind (`examine.py`), the outcome of
all files (`report.py`) and its page (`page.py`). Not here: any rule of a format, which is its codec's.
"""
