"""From findings to probabilities over conditions, the reasons, the next question and the department.

Pure and deterministic: the same tables and the same evidence give the same numbers. What a text says is read in
`clinical.language`; red flags, which no probability can lower, are in `clinical.warning`; `clinical.assessment` joins
them.
"""
