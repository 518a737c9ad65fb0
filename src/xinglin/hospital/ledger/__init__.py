"""Accounts and transfers: money moves only as balanced, immutable transfers in whole fen, reserved first.

Knows no insurance and no hospital: a mechanism. A transfer takes an amount from one account to another, so the sum over
all accounts is zero after any history. What was reserved is later posted or voided, exactly once, by a new row.
"""
