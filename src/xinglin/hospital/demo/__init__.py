"""The demo city: a made town with a year of care, some of whose people misbehave. No one in it exists.

`city/` makes it from a seed, purely; `loading.py` puts it into the database; `people.py` says who can be signed in as
with one click; `situations.py` makes, through the real services, what waits on every desk right after loading.
"""
