"""Early warning: scores, red flags and the watch over home values. Rules of their own: they see findings and
measurements, never a probability, so that no probability can lower them. Pure: no clock, no network, no Django.
"""

from xinglin.clinical.warning.hearing import Evidence, Heard, hear
from xinglin.clinical.warning.watching import RedFlag, Vitals, Who, watch, watch_words

__all__ = ["Evidence", "Heard", "RedFlag", "Vitals", "Who", "hear", "watch", "watch_words"]
