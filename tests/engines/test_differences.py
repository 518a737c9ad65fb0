"""The ledger of truces between the engines is empty for verdicts."""

from xinglin.supervision.engines import differences


def test_no_engine_may_say_otherwise_than_the_reference() -> None:
    assert differences.VERDICTS == ()
