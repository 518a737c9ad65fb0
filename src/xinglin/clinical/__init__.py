"""The medicine: knowledge of treatment and reasoning with it. Pure: no Django, no clock, no network.

It imports neither the hospital nor the supervision.
"""
