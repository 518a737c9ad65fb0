"""The likeness: faces, voices, identity cards, liveness. Pure: no Django, no clock, no network, no writing to disk.

It imports neither the hospital nor the supervision. Where a model is absent it says so (NotInstalled): what cannot be
verified is never taken for verified.
"""
