"""One file for each rule: `check(subject)` yields findings. Adding a rule adds one file here."""
