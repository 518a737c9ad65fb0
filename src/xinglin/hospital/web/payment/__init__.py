"""Paying: what it costs and why before the button, the receipt that explains itself after it."""
