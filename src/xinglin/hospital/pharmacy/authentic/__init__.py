"""Prescriptions that nobody can forge: the hospital's keys, the signed page, the code that verifies without a network.

What stands here knows no table, no request and no clock, except `models`: a pharmacy elsewhere can verify a
prescription with these files and the published key list alone. The verbs are in `pharmacy.services`.
"""
