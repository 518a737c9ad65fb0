"""Red flags, early-warning scores and alarms of numbers for one case; and the floor that they set under the triage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

from xinglin.clinical.assessment.case import Case
from xinglin.clinical.assessment.gathering import Gathered
from xinglin.clinical.diagnosis.evidence import Person
from xinglin.clinical.knowledge.condition_rows import Urgency
from xinglin.clinical.warning import Evidence, RedFlag, Vitals, Who, hear, watch
from xinglin.clinical.warning.alarms import Alarm
from xinglin.clinical.warning.scores import acute, children, pressure, sugar
from xinglin.clinical.warning.scores.result import Answer, BadInput, Refused, Score
from xinglin.clinical.warning.words import Words

LEAST_NUMBERS: Final = 3
"""A score is worked out from this many of its numbers on; below, it would only say what is missing."""
_CHILD_UNTIL: Final = 16.0
_NEWBORN_MONTHS: Final = 60.0
_ORGAN: Final = frozenset(
    {"chest-pain", "dyspnoea", "hemiparesis", "aphasia", "slurred-speech", "vision-loss", "confusion", "seizure"}
)
_PREECLAMPSIA: Final = frozenset({"headache-severe", "blurred-vision", "epigastric-pain", "facial-swelling"})
_POSTPARTUM: Final = frozenset({"postpartum", "recent-delivery"})
_LIGHTS: Final[Mapping[str, Urgency | None]] = {"red": "emergency", "amber": "urgent", "green": None}
_BANDS: Final[Mapping[str, Urgency]] = {"high": "emergency", "medium": "urgent", "low-medium": "urgent"}
_TRIGGERS: Final = 2


@dataclass(frozen=True, slots=True)
class Watched:
    """What rang: red flags (alarms of numbers among them), scores as plain values, and the floor of the triage."""

    flags: tuple[RedFlag, ...]
    scores: tuple[Mapping[str, Any], ...]
    floor: Urgency | None


def watched(case: Case, gathered: Gathered) -> Watched:
    """Everything that rings. What nobody said rings nothing and calms nothing."""
    person = gathered.evidence.person
    present, absent = _heard(case, gathered)
    flags = list(watch(present, absent, _who(gathered), _vitals(gathered)))
    scores: list[Mapping[str, Any]] = []
    floor: Urgency | None = None
    for answer in _scores(case, gathered, person):
        scores.append(_plain(answer))
        floor = _higher(floor, _floor(answer))
    for alarm in _alarms(gathered, person, present):
        flags.append(_flag(alarm))
    flags.sort(key=lambda one: ("emergency", "urgent", "soon").index(one.level))
    return Watched(tuple(flags), tuple(scores), floor)


def _heard(case: Case, gathered: Gathered) -> tuple[dict[str, Evidence], frozenset[str]]:
    """What the patient's own words say, turn by turn, with the findings that were told or measured."""
    present: dict[str, Evidence] = {}
    absent: set[str] = set()
    for number, text in _own_words(case):
        mentions = tuple(one for one in gathered.reading.mentions if one.turn == number)
        heard = hear(text, replace(gathered.reading, mentions=mentions))
        for code, evidence in heard.present.items():
            present.setdefault(code, evidence)
        absent |= heard.absent
    for code, sure in gathered.evidence.present.items():
        present.setdefault(code, Evidence("certain" if sure >= 1 else "possible"))
    return present, frozenset((absent | gathered.evidence.absent) - set(present))


def _own_words(case: Case) -> list[tuple[int, str]]:
    """The patient's utterances with the number of their turn; what the physician says is not the patient's word."""
    if not case.turns:
        return [(0, case.text)]
    first = [(0, case.text)] if case.text.strip() else []
    return first + [(number, one.text) for number, one in enumerate(case.turns, len(first)) if one.speaker == "patient"]


def _who(gathered: Gathered) -> Who:
    person = gathered.evidence.person
    sexes: Mapping[str | None, Literal["female", "male"] | None] = {"F": "female", "M": "male", None: None}
    return Who(person.age_years, sexes[person.sex], person.pregnant, gathered.pregnancy_weeks)


def _vitals(gathered: Gathered) -> Vitals:
    names = [one.name for one in fields(Vitals)]
    return Vitals(**{name: gathered.numbers[name] for name in names if name in gathered.numbers})


def _scores(case: Case, gathered: Gathered, person: Person) -> list[Answer | children.Light]:
    numbers = gathered.numbers
    names = ("temperature", "heart_rate", "resp_rate", "sbp", "spo2")
    if sum(name in numbers for name in names) < LEAST_NUMBERS:
        return []
    age = person.age_years
    if age is not None and age * 12 < _NEWBORN_MONTHS:
        return [_traffic_light(numbers, age)]
    if age is not None and age < _CHILD_UNTIL:
        return [acute.news2(_news2(case, gathered, person))]
    first = acute.news2(_news2(case, gathered, person))
    if isinstance(first, Refused) and person.pregnant:
        return [first, _meows(case, numbers)]
    mind = case.vitals.get("consciousness")
    second = acute.qsofa(
        acute.QsofaInput(numbers.get("resp_rate"), numbers.get("sbp"), None if mind is None else mind != "alert")
    )
    return [first, second]


def _news2(case: Case, gathered: Gathered, person: Person) -> acute.News2Input:
    numbers, mind, oxygen = gathered.numbers, case.vitals.get("consciousness"), case.vitals.get("on_oxygen")
    return acute.News2Input(
        respiratory_rate=numbers.get("resp_rate"),
        spo2=numbers.get("spo2"),
        on_oxygen=oxygen if isinstance(oxygen, bool) else None,
        systolic_bp=numbers.get("sbp"),
        pulse=numbers.get("heart_rate"),
        consciousness=None if mind is None else "alert" if mind == "alert" else "confusion-or-vpu",
        temperature=numbers.get("temperature"),
        age_years=person.age_years,
        pregnant=person.pregnant,
        pregnancy_weeks=gathered.pregnancy_weeks,
    )


def _meows(case: Case, numbers: Mapping[str, float]) -> Answer:
    mind = case.vitals.get("consciousness")
    known: Mapping[object, Literal["alert", "voice", "pain", "unresponsive"]] = {
        "alert": "alert",
        "confusion": "voice",
        "voice": "voice",
        "pain": "pain",
        "unresponsive": "unresponsive",
    }
    return acute.meows(
        acute.MeowsInput(
            temperature=numbers.get("temperature"),
            systolic_bp=numbers.get("sbp"),
            diastolic_bp=numbers.get("dbp"),
            pulse=numbers.get("heart_rate"),
            respiratory_rate=numbers.get("resp_rate"),
            spo2=numbers.get("spo2"),
            response=known.get(mind),
            pregnant_or_within_six_weeks=True,
        )
    )


def _traffic_light(numbers: Mapping[str, float], age: float) -> children.Light | Refused:
    return children.traffic_light(
        children.ChildInput(
            age_months=age * 12,
            temperature=numbers.get("temperature"),
            respiratory_rate=numbers.get("resp_rate"),
            heart_rate=numbers.get("heart_rate"),
            spo2=numbers.get("spo2"),
        )
    )


def _floor(answer: Answer | children.Light) -> Urgency | None:
    """What is certain of a score: missing parts lift nothing."""
    if isinstance(answer, Refused):
        return None
    if isinstance(answer, children.Light):
        return _LIGHTS[answer.colour]
    if answer.score == "news2":
        return _BANDS.get(answer.bands[0].id)
    return "urgent" if answer.score in {"meows", "qsofa"} and answer.lowest >= _TRIGGERS else None


def _higher(one: Urgency | None, other: Urgency | None) -> Urgency | None:
    return "emergency" if "emergency" in (one, other) else one or other


def _alarms(gathered: Gathered, person: Person, present: Mapping[str, Evidence]) -> list[Alarm]:
    """Emergencies of blood pressure and of sugar. A pair of numbers that cannot be measured rings nothing."""
    numbers = gathered.numbers
    found: list[Alarm] = []
    try:
        if "sbp" in numbers and "dbp" in numbers:
            rung = pressure.pressure(_pressure(gathered, person, present))
            found += [] if rung is None else [rung]
        if "glucose" in numbers:
            found += sugar.sugar(
                sugar.SugarInput(
                    glucose=numbers["glucose"],
                    known_diabetes=_known("known-diabetes", gathered),
                    altered_mind=_known("confusion", gathered),
                    blood_ketones=numbers.get("ketones"),
                    sodium=numbers.get("sodium"),
                )
            )
    except BadInput:
        return found
    return found


def _pressure(gathered: Gathered, person: Person, present: Mapping[str, Evidence]) -> pressure.PressureInput:
    numbers = gathered.numbers
    return pressure.PressureInput(
        systolic=numbers["sbp"],
        diastolic=numbers["dbp"],
        organ_symptoms=True if _ORGAN & set(present) else None,
        pregnant=person.pregnant,
        pregnancy_weeks=gathered.pregnancy_weeks,
        within_six_weeks_of_birth=True if _POSTPARTUM & set(present) else None,
        preeclampsia_symptoms=True if _PREECLAMPSIA & set(present) else None,
    )


def _known(code: str, gathered: Gathered) -> bool | None:
    if code in gathered.evidence.present:
        return True
    return False if code in gathered.evidence.absent else None


def _flag(alarm: Alarm) -> RedFlag:
    return RedFlag(
        alarm.id,
        alarm.sentence.zh,
        alarm.sentence.en,
        alarm.level,
        alarm.do.zh,
        alarm.do.en,
        (),
        alarm.source,
    )


def _plain(answer: Answer | children.Light) -> dict[str, Any]:
    """A score as plain values: what it says, what it could be, what is missing; or why it is refused."""
    if isinstance(answer, Refused):
        return {"score": answer.score, "refused": _words(answer.why), "instead": _words(answer.instead)}
    if isinstance(answer, children.Light):
        return {
            "score": "child-fever",
            "colour": answer.colour,
            "could_be": answer.could_be,
            "text": _words(answer.sentence),
            "do": _words(answer.do),
            "missing": list(answer.missing),
            "source": answer.source,
        }
    assert isinstance(answer, Score)
    return {
        "score": answer.score,
        "lowest": answer.lowest,
        "highest": answer.highest,
        "bands": [one.id for one in answer.bands],
        "text": _words(answer.sentence),
        "do": _words(answer.do),
        "missing": list(answer.missing),
        "source": answer.source,
    }


def _words(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
