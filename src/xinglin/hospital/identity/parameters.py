"""Limits of identity: what an operator or province may set otherwise. Each says where its value comes from."""

from datetime import timedelta

SIGNING_WINDOW = timedelta(minutes=5)
"""A signature needs a proof of identity no older than this. Our design; no source names a figure."""

VISIT_PROOF_WINDOW = timedelta(minutes=15)
"""A visit may be opened within this time of the physician's proof. The duty to prove identity before each visit is
article 13 of the trial rules on supervising internet diagnosis (2022); the figure is our design. From memory."""

CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODES_PER_HOUR = 5
CODE_PAUSE = timedelta(seconds=30)
"""Phone codes: life, wrong tries, codes a phone and hour, least time between two. Our design."""

PROOF_FAILURES = 5
PROOF_LOCK = timedelta(minutes=15)
"""So many failed confirmations within this time lock further ones. Our design."""

DEMO_CODE = "000000"
"""In demo mode alone, for staff without a second factor of their own: counts as a proof of method 'demo'."""

ADULT_YEARS = 18
"""A person below this age is a minor (Civil Code, article 17; from memory) and registers through a guardian."""

REGISTRY_TIMEOUT_SECONDS = 5
LICENCE_WARNING = timedelta(days=90)
"""How long before its end a licence is shown as ending. Our design."""
