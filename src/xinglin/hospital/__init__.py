"""The practice: a Django modular monolith. Modules call down and announce up; `.importlinter` draws the order."""
