"""The benchmark of medicines: scenarios, the open lists, alarms in the demo city, speed, replay, memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.loading import read_folder, read_knowledge
from xinglin.hospital.demo.bench import medicines_city, medicines_onc, medicines_scenarios, medicines_speed
from xinglin.hospital.demo.bench.medicines_city import Burden
from xinglin.hospital.demo.bench.medicines_onc import Listed
from xinglin.hospital.demo.bench.medicines_scenarios import Accuracy, Failed
from xinglin.hospital.demo.bench.medicines_speed import Speed, Stream

Say = Callable[[str], None]
TRIES = 5


@dataclass(frozen=True, slots=True)
class MedicinesMeasured:
    """What was measured. `onc` is None where XINGLIN_DATA names no folder with the lists."""

    digest: str
    faults: int
    rows: int
    read_again: int
    accuracy: list[Accuracy]
    failed: list[Failed]
    onc: tuple[Listed, Listed] | None
    burden: Burden
    a_second: float
    """Prescriptions of the city in a second of one processor."""
    speed: Speed
    replayed: tuple[int, int]
    streams: list[Stream]


def tables() -> tuple[Knowledge, int]:
    """The tables that come with the package, and how many faults they have: those rows are left out."""
    documents, digest = read_folder(files("xinglin.clinical.knowledge") / "medicines")
    knowledge, faults = read_knowledge(documents, digest)
    return knowledge, len(faults)


def measure(*, say: Say, stream: bool = True) -> MedicinesMeasured:
    """Everything, in a process without a database. The stream of 100,000 cases takes minutes."""
    knowledge, faults = tables()
    if faults:
        say(f"The tables of medicines have {faults} faults; those rows are left out")
    say("Medicines: scenarios")
    accuracy, failed = medicines_scenarios.measure(knowledge)
    lists = medicines_onc.folder()
    if lists is None:
        say("XINGLIN_DATA names no folder with medicines/onc_*.json: the open lists are NOT measured")
    onc = medicines_onc.measure(lists, knowledge) if lists is not None else None
    say("Medicines: the demo city")
    cases = list(medicines_city.cases(medicines_city.city()))
    began = time.process_time()
    burden = medicines_city.measure(cases, knowledge)
    a_second = len(cases) / (time.process_time() - began)
    say("Medicines: speed, replay, stream")
    counted = [row for table in knowledge.tables.values() for row in table if hasattr(row, "second")]
    return MedicinesMeasured(
        digest=knowledge.digest,
        faults=faults,
        rows=len(counted),
        read_again=sum(row.second is not None for row in counted),
        accuracy=accuracy,
        failed=failed,
        onc=onc,
        burden=burden,
        a_second=a_second,
        speed=medicines_speed.speed(knowledge),
        replayed=_replayed(say),
        streams=list(medicines_speed.streams(cases)) if stream and not faults else [],
    )


def _replayed(say: Say) -> tuple[int, int]:
    """All scenarios judged again, with tables read just before; again where somebody edits them at this moment."""
    asked = [scenario["case"] for scenario in medicines_scenarios.scenarios()]
    for _ in range(TRIES):
        try:
            return medicines_speed.replay(asked, tables()[0])
        except medicines_speed.TablesChanged as changed:
            say(str(changed))
    raise medicines_speed.TablesChanged(f"the tables of medicines were edited {TRIES} times during the measurement")
