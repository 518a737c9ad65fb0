"""The load, in a process of its own: so many loops at once for so many seconds, then one JSON document of what it saw.

    python -m xinglin.hospital.demo.bench.generator loops|healthz HOST PORT CONCURRENCY SECONDS FIRST FILE

FILE holds the town; FIRST is the number of the first patient that nobody has used. Nothing of Django is loaded.
"""

import http.client
import json
import resource
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xinglin.hospital.demo.bench.loop import Line, People, StepFailed, walk


@dataclass
class Seen:
    """What all threads saw together."""

    loops: int = 0
    used: int = 0
    errors: list[str] = field(default_factory=list)
    times: list[tuple[str, float]] = field(default_factory=list)
    loop_times: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main(arguments: list[str]) -> None:
    """See the module."""
    kind, host, port, concurrency, seconds, first, path = arguments
    town = json.loads(Path(path).read_text(encoding="utf-8"))
    if kind == "healthz":
        result = _healthz(host, int(port), int(concurrency), float(seconds))
    else:
        result = _loops(town, host, int(port), int(concurrency), float(seconds), int(first))
    used = resource.getrusage(resource.RUSAGE_SELF)
    sys.stdout.write(json.dumps(result | {"cpu_seconds": used.ru_utime + used.ru_stime}))


def _loops(town: dict[str, Any], host: str, port: int, concurrency: int, seconds: float, first: int) -> dict[str, Any]:
    seen = Seen()
    began = time.perf_counter()
    until = began + seconds
    physicians = len(town["physicians"]) // concurrency
    threads = []
    for n in range(concurrency):
        people = People(
            patients=town["patients"],
            physicians=town["physicians"][n * physicians : (n + 1) * physicians],
            pharmacist=town["pharmacists"][n],
            answers=town["answers"],
            consent_version=town["consent_version"],
            diagnosed_on=(date.fromisoformat(town["today"]) - timedelta(days=60)).isoformat(),
        )
        numbers = range(first + n, len(town["patients"]), concurrency)
        threads.append(threading.Thread(target=_walk_on, args=(Line(host, port), people, numbers, until, seen)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    return {
        "loops": seen.loops,
        "seconds": took,
        "used": seen.used,
        "errors": seen.errors[:20],
        "error_count": len(seen.errors),
        "times": seen.times,
        "loop_times": seen.loop_times,
    }


def _walk_on(line: Line, people: People, numbers: range, until: float, seen: Seen) -> None:
    for number in numbers:
        if time.perf_counter() >= until:
            break
        began, error = time.perf_counter(), ""
        try:
            walk(line, people, number)
        except (StepFailed, OSError, http.client.HTTPException, IndexError, KeyError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        with seen.lock:
            seen.used = max(seen.used, number + 1)
            if error:
                seen.errors.append(error)
            else:
                seen.loops += 1
                seen.loop_times.append(time.perf_counter() - began)
    line.close()
    with seen.lock:
        seen.times.extend(line.times)


def _healthz(host: str, port: int, concurrency: int, seconds: float) -> dict[str, Any]:
    """Bare requests: the floor of HTTP, Django's middleware and one SELECT 1."""
    counts = [0] * concurrency
    began = time.perf_counter()
    until = began + seconds

    def ask(n: int) -> None:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        while time.perf_counter() < until:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            connection.getresponse().read()
            counts[n] += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"requests": sum(counts), "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    main(sys.argv[1:])
