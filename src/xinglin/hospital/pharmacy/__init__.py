"""Prescriptions from draft to doorstep: written and signed, reviewed by a pharmacist, picked by trace code, handed over
once after settlement, delivered through a chain of custody, cancelled or taken back at any stage with its consequence.

Only `states.py` says which step may follow which; only the services move a prescription.
"""
