"""Limits of identity: what an operator or province may set otherwise. Each says where its value comes from."""

from datetime import timedelta

SIGNING_WINDOW = timedelta(minutes=5)
"""A signature needs a proof of identity no older than this. Our design; no source names a figure."""

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

# LIKENESS

CHALLENGE_LIFE = timedelta(seconds=90)
"""A challenge is answered within this time of its beginning. Our design."""

CHALLENGES_PER_HOUR = 20
CARD_READINGS_PER_HOUR = 12
VOICES_PER_HOUR = 12
"""So many an account and hour: a stranger at an open screen cannot try on, and the processor is not kept busy. Our
design."""

FRAME_BYTES_MAX = 1_500_000
"""Bytes of one picture of a challenge; a camera's frame of 640 pixels has some 50,000. How many are taken, and how long
each movement is waited for, stands with the engine (biometrics/models.toml). Our design."""

BREAKS_FORGIVEN = 2
"""So many challenges within the hour may break off after a movement was asked for; each further one counts as a try, so
that nobody begins again and again until the order suits. A line that broke is nobody's fault. Our design."""

TRIES_WINDOW = timedelta(hours=1)
"""Failed tries are counted over this time; how many are allowed stands in data/likeness_policy.csv."""

LIKENESS_PICTURE_LIFE = timedelta(days=7)
"""A still of an attempt that a person has to look at is erased after this, decided or not. Our design: no longer than
the purpose needs (Personal Information Protection Law, article 19; from memory)."""

CARD_PICTURE_LIFE = timedelta(days=30)
"""Pictures of an identity card are erased so long after they were taken, once the name is verified and nobody has to
look at them any more; what was read from them stays. Our design, same article."""

ALTERNATIVE_LIFE = timedelta(days=180)
"""How long an accepted other way of proving oneself holds. Our design."""

REVIEW_WITHIN = timedelta(days=2)
"""Within this time the desk answers whoever asked for another way; shown to both. Our design."""
