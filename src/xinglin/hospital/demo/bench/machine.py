"""What the processes of the hospital hold and use, read from /proc. Linux only; elsewhere the figures are absent."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Processes of one kind: how many, resident and proportional memory in KiB, CPU seconds since their start."""

    processes: int
    rss_kib: int
    pss_kib: int
    cpu_seconds: float


def tree(root: int) -> list[int]:
    """A process and everything below it."""
    parents: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting.extend(parents.get(one, []))
    return found


def usage(root: int) -> Usage:
    """The sums over a process and everything below it. PSS is 0 where it may not be read."""
    rss = pss = 0
    cpu, count = 0.0, 0
    for number in tree(root):
        try:
            fields = (PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        count += 1
        cpu += (int(fields[11]) + int(fields[12])) / TICKS
        own_rss, own_pss = _memory(number)
        rss, pss = rss + own_rss, pss + own_pss
    return Usage(count, rss, pss, cpu)


def _memory(number: int) -> tuple[int, int]:
    try:
        lines = (PROC / str(number) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:] if ":" in line}
    return sizes.get("Rss", 0), sizes.get("Pss", 0)


def peak_mib() -> float:
    """The most memory that this process ever held. 0 where the system does not say it.

    `ru_maxrss` is no measure of it: a process begins with what its parent held at most.
    """
    try:
        lines = (PROC / "self" / "status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def postmaster(data: Path) -> int:
    """The number of the server's first process."""
    return int((data / "postmaster.pid").read_text().split()[0])


def total_cpu_seconds() -> float:
    """CPU seconds that the whole machine has spent since it started, idle and waiting left out."""
    fields = [int(value) for value in (PROC / "stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


def described() -> str:
    """The machine in one line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in (PROC / "cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores ({model}), Linux, Python {platform.python_version()}"
