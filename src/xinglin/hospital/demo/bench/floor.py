"""The floor of the machine in the same run: commits of one trivial row, with the disk waited for."""

import threading
import time

import psycopg


def commits_a_second(address: str, *, concurrency: int, seconds: float) -> float:
    """Trivial INSERTs a second, each its own transaction, over so many connections."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_floor (id bigserial PRIMARY KEY, at timestamptz)")
    counts = [0] * concurrency
    began = time.perf_counter()

    def insert(n: int) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            while time.perf_counter() < began + seconds:
                connection.execute("INSERT INTO bench_floor (at) VALUES (now())")
                counts[n] += 1

    threads = [threading.Thread(target=insert, args=(n,)) for n in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)
