"""The law: what may be done in online care and what may be paid, as pure functions of facts.

The package knows neither the hospital nor the moment: no framework, no clock, no network. A regulator who runs no
hospital can use it alone. Build a :class:`xinglin.supervision.facts.Case`, then ask
:func:`xinglin.supervision.moments.remind` or :func:`xinglin.supervision.moments.control`.
"""
