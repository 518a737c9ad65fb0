"""The arithmetic of insurance: which part of each line counts, and who pays how much of it. Pure.

A bill's lines are classified (`lines`), a dated policy is looked up (`policy`), the bill is settled against what the
person has already used this year (`settle`, `totals`), each figure can be told in words (`explain`), and a settlement
that is taken back must leave the later ones right (`revoke`). No clock, no database, no settings: everything is an
argument, every amount a whole number of fen (1/100 yuan), every share a whole number of permille.
"""
