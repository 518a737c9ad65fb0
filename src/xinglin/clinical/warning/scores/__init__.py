"""Clinical scores, one file a family, one function a score.

Each takes a frozen dataclass of inputs, in which None means *not known*, and answers a `Score` (with a range when parts
are missing) or a `Refused` (the score is not valid for this person, and why).
"""
