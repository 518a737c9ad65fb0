"""Who is insured for what, and how much of it is used: known before care.

Coverage, chronic qualifications, suspension of online payment, the personal account (kept in the ledger) and the yearly
accumulators, which are a sum over reservations, releases and revocations and never a row that is updated.
"""
