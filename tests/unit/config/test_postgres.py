"""The embedded PostgreSQL: addresses, folders, attaching, recovery after kill -9."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from xinglin.hospital.config import postgres
from xinglin.hospital.config.paths import state_home


def test_each_checkout_has_its_own_home_and_xinglin_home_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XINGLIN_HOME", raising=False)
    assert postgres.live_cluster().home != postgres.test_cluster().home
    monkeypatch.setenv("XINGLIN_HOME", "/srv/elsewhere")
    assert postgres.live_cluster().home == Path("/srv/elsewhere/hospital")


def test_a_long_home_gets_a_short_socket_folder() -> None:
    cluster = postgres.Cluster(home=Path("/srv") / ("long" * 40), durable=True)
    assert len(os.fsencode(cluster.run / postgres.SOCKET_NAME)) <= postgres.SOCKET_PATH_BYTES_MAX


def test_database_url_needs_no_running_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("XINGLIN_HOME", "/srv/nothing-here")
    assert postgres.database_url().startswith("postgresql://xinglin@/xinglin?host=")
    with pytest.raises(postgres.DatabaseTrouble, match="not running"):
        postgres.require_running()


@pytest.fixture
def cluster() -> Iterator[postgres.Cluster]:
    """A cluster of its own beside those of the checkout, where the system user gets in when tests run as root."""
    trial = postgres.Cluster(home=state_home() / f"trial-{os.getpid()}", durable=True)
    yield trial
    postgres.stop(trial)
    shutil.rmtree(trial.home, ignore_errors=True)


def _answer(cluster: postgres.Cluster) -> int:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT 6 * 7").fetchone()
        assert row is not None
        return int(row[0])


def test_the_last_user_stops_the_server_and_the_first_does_not(cluster: postgres.Cluster) -> None:
    with postgres.using(cluster):
        assert _answer(cluster) == 42
        with postgres.using(cluster):
            assert postgres.start(cluster) is False
            assert postgres.is_in_use(cluster)
        assert _answer(cluster) == 42
    assert not postgres.is_running(cluster)
    assert not postgres.is_in_use(cluster)


def test_a_server_started_by_hand_stays(cluster: postgres.Cluster) -> None:
    assert postgres.start(cluster) is True
    postgres.keep(cluster)
    with postgres.using(cluster):
        pass
    assert postgres.is_running(cluster)
    assert postgres.stop(cluster) is True
    assert postgres.stop(cluster) is False


def test_kill_9_loses_nothing_that_was_committed(cluster: postgres.Cluster) -> None:
    postgres.start(cluster)
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE kept (x int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    number = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    assert postgres.start(cluster) in (True, False)
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT x FROM kept").fetchone()
    assert row == (7,)


def test_a_stale_lock_of_a_reused_process_number_is_cleared(cluster: postgres.Cluster) -> None:
    postgres.start(cluster)
    postgres.stop(cluster)
    (cluster.data / "postmaster.pid").write_text(f"{os.getppid()}\n{cluster.data}\n1\n5432\n{cluster.run}\n\n\n")
    assert postgres.start(cluster) is True
    assert _answer(cluster) == 42
