"""Readings of a rule. ``plain`` is the reference and judges every other."""
