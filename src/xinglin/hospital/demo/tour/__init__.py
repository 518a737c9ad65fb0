"""The tour: one whole loop through the real services, told step by step with the figures that it produced.

`telling.py` is the form in which it is told; `people.py`, `visit.py`, `medicine.py`, `money.py` and `watching.py` are
its parts; `story.walk` goes through them. It needs an empty, migrated database and demo mode; the caller throws the
database away.
"""
