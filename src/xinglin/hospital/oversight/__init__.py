"""Oversight: what was known, what the rules said of it, what was asked, what was answered, and what follows by policy.

It stands low, so that consultation, pharmacy and settlement can ask it. It never asks them anything: facts are pushed
down to it, written into one append-only log, judged, and kept with their verdicts.
"""
