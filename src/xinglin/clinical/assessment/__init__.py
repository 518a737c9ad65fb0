"""One case whole: what the text says, red flags and scores, conditions by probability, department, next questions.

The contract of the command, the function and the endpoint is docs/reference/diagnose.md.
"""
