"""Claims and payment: what insurance pays of care that was given, fixed and moved at one instant. Known after care.

Settling takes three short steps, so that no lock is held while others are asked: reserve (the person's limits and the
money), judge (supervision at control, then the insurer), post or void. A crash between them leaves a reservation that
the worker finishes or lets go; nothing is ever half-paid.
"""
