"""What every module stands on: ids, money, time, words in two languages, refusals, rights, the journal, events, keys.

Nothing here knows a domain noun such as patient or prescription.
"""
