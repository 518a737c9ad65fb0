"""Early warning: scores, red flags and the watch over home values. Rules of their own: they see findings and
measurements, never a probability, so that no probability can lower them. Pure: no clock, no network, no Django.
"""
