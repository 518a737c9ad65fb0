"""The same rules over whole tables: trees as Ibis expressions, on DuckDB here, on Spark where that is too small.

Instants are whole microseconds since 1970 in every expression, days stay days, enumerations are their codes. What the
engines would read differently (see docs/explanation/surprises.md) is written out so that they cannot.
"""
