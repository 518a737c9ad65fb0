"""One run of the benchmark over the processes that `make demo` starts: floors, loops at several widths, memory."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from xinglin.hospital.demo.bench import floor, machine
from xinglin.hospital.demo.bench.machine import Usage

Say = Callable[[str], None]
WARM_UP_SECONDS = 4.0
FLOOR_SECONDS = 4.0
FLOOR_WIDTH = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the loop: how often, and the times in milliseconds below which half and 99 of 100 stay."""

    name: str
    count: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Width:
    """So many loops at once: loops a second, errors, steps, and each process's share of the machine in percent."""

    concurrency: int
    loops: int
    seconds: float
    errors: list[str]
    error_count: int
    steps: list[Step]
    loop: Step
    cpu_percent: dict[str, float]

    @property
    def loops_a_second(self) -> float:
        """Whole loops a second."""
        return self.loops / self.seconds


@dataclass(slots=True)
class Measured:
    """Everything that a run measured."""

    rest: dict[str, Usage]
    after: dict[str, Usage] = field(default_factory=dict)
    widths: list[Width] = field(default_factory=list)
    healthz_a_second: float = 0.0
    commits_a_second: float = 0.0

    @property
    def best(self) -> Width:
        """The width with the most loops a second."""
        return max(self.widths, key=lambda width: width.loops_a_second)


@dataclass(frozen=True, slots=True)
class Load:
    """Where the load goes, what it needs, and the first processes of everything that is watched."""

    host: str
    port: int
    town: Path
    database: str
    roots: Mapping[str, int]

    def ask(self, kind: str, concurrency: int, seconds: float, first: int = 0) -> dict[str, Any]:
        """Run the generator in its own process and read what it saw."""
        command = [sys.executable, "-m", "xinglin.hospital.demo.bench.generator", kind, self.host, str(self.port)]
        done = subprocess.run(
            [*command, str(concurrency), str(seconds), str(first), str(self.town)],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds + 120,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def usages(self) -> dict[str, Usage]:
        """Memory and CPU of every process by name."""
        return {name: machine.usage(root) for name, root in self.roots.items()}


def measure(load: Load, *, widths: list[int], seconds: float, say: Say) -> Measured:
    """Memory at rest, a warm-up, the floors, the loops at each width, memory after. `seconds` is for all widths."""
    time.sleep(2.0)  # The processes have just answered for the first time; let them come to rest.
    found = Measured(rest=load.usages())
    say("Warming up")
    first = int(load.ask("loops", max(widths), WARM_UP_SECONDS)["used"])
    say("Measuring the floor: bare requests, bare commits")
    bare = load.ask("healthz", FLOOR_WIDTH, FLOOR_SECONDS)
    found.healthz_a_second = bare["requests"] / bare["seconds"]
    found.commits_a_second = floor.commits_a_second(load.database, concurrency=FLOOR_WIDTH, seconds=FLOOR_SECONDS)
    for concurrency in widths:
        say(f"Whole loops, {concurrency} at once")
        before, began, all_before = load.usages(), time.perf_counter(), machine.total_cpu_seconds()
        result = load.ask("loops", concurrency, seconds / len(widths), first)
        took = time.perf_counter() - began
        first = int(result["used"])
        after = load.usages()
        used = {name: after[name].cpu_seconds - before[name].cpu_seconds for name in after}
        used["generator"] = float(result["cpu_seconds"])
        used["others"] = max(0.0, machine.total_cpu_seconds() - all_before - sum(used.values()))
        found.widths.append(_width(concurrency, result, {name: cpu / took for name, cpu in used.items()}))
    found.after = load.usages()
    return found


def _width(concurrency: int, result: dict[str, Any], cores: dict[str, float]) -> Width:
    import os

    by_step: dict[str, list[float]] = {}
    for name, seconds in result["times"]:
        by_step.setdefault(name, []).append(seconds)
    return Width(
        concurrency=concurrency,
        loops=result["loops"],
        seconds=result["seconds"],
        errors=result["errors"],
        error_count=result["error_count"],
        steps=[_step(name, times) for name, times in by_step.items()],
        loop=_step("whole loop", result["loop_times"]),
        cpu_percent={name: 100 * used / (os.cpu_count() or 1) for name, used in cores.items()},
    )


def _step(name: str, times: list[float]) -> Step:
    if len(times) < 2:
        times = (times or [0.0]) * 2
    cuts = quantiles(times, n=100, method="inclusive")
    return Step(name, len(times), cuts[49] * 1000, cuts[98] * 1000)
