"""What a patient measures at home: written down, judged with what was before, and rung where it cannot wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from xinglin.clinical.warning import trends
from xinglin.clinical.warning.home import Patient
from xinglin.hospital.consultation.access import TELL_FACTS
from xinglin.hospital.consultation.home import PEAK_FLOW, QUANTITIES, home_measures, series
from xinglin.hospital.consultation.models import Observation, RecordDiagnosis, Visit
from xinglin.hospital.consultation.selectors.told import home_rows, life_of
from xinglin.hospital.consultation.services.danger import MONITOR
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.selectors import Alarm
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import journal, live
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import InvalidForm, InvalidInput, NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T

HEART_FAILURE: Final = "I50"
A_MINUTE: Final = timedelta(minutes=1)
A_MINUTE_MOST: Final = 20


@transaction.atomic
def measure_at_home(*, actor: Actor, patient_id: UUID, values: Mapping[str, str], now: datetime) -> list[Alarm]:
    """Write down what was measured now, by code, as typed; returns the alarms that it rang. Empty texts do not count.

    Raises InvalidForm naming each wrong field, NotFound for a foreign person.
    """
    require(actor, TELL_FACTS)
    if not actor.acts_for(patient_id):
        raise NotFound
    parsed = _parsed(values)
    _not_too_often(patient_id, now)
    house = identity.the_hospital(at=now).id
    rows = [
        Observation(
            id=new_id(),
            patient_id=patient_id,
            side=Side.PATIENT,
            by_id=actor.id,
            by_label=actor.label[:120],
            at=now,
            code=code,
            value=value,
            unit=home_measures()[code].unit,
            on=civil_day(now),
        )
        for code, value in parsed.items()
    ]
    for row in rows:
        row.save(force_insert=True)
    journal.write(
        actor=actor,
        institution_id=house,
        verb="measure_at_home",
        object_type="person",
        object_id=patient_id,
        now=now,
        detail={"codes": sorted(parsed)},
    )
    live.announce(f"person:{patient_id}", "measured", patient_id)
    return _judge(patient_id, rows[0].id, house, now)


def _parsed(values: Mapping[str, str]) -> dict[str, Decimal]:
    known, found = home_measures(), {}
    wrong: list[InvalidInput] = []
    for code, text in values.items():
        if not text.strip():
            continue
        if code not in known:
            raise InvalidInput(field="code", reason=T(zh="请从列表中选择项目。", en="Choose from the list."))
        try:
            found[code] = known[code].parsed(text, code)
        except InvalidInput as error:
            wrong.append(error)
    if ("SBP" in found) is not ("DBP" in found) and not wrong:
        words = T(zh="血压要填两个数：高压和低压。", en="A blood pressure has two numbers: upper and lower.")
        wrong.append(InvalidInput(field="DBP" if "SBP" in found else "SBP", reason=words))
    if not wrong and "SBP" in found and found["DBP"] > found["SBP"]:
        words = T(zh="低压不会高于高压，请核对。", en="The lower number cannot be above the upper; check them.")
        wrong.append(InvalidInput(field="DBP", reason=words))
    if wrong:
        raise InvalidForm(wrong)
    if not found:
        raise InvalidInput(field="SBP", reason=T(zh="请至少填一项。", en="Enter at least one value."))
    return found


def _not_too_often(patient_id: UUID, now: datetime) -> None:
    recent = Observation.objects.filter(patient_id=patient_id, visit_id=None, at__gt=now - A_MINUTE, at__lte=now)
    if recent.count() >= A_MINUTE_MOST:
        words = T(zh="填得太快，请过一分钟再填。", en="Too many in a minute; wait a moment.")
        raise InvalidInput(field="SBP", reason=words)


def _judge(patient_id: UUID, entry_id: UUID, house: UUID, now: datetime) -> list[Alarm]:
    """Ring what the newest entry rings. The physician of the last visit hears it, and the desk."""
    rows = home_rows(person_id=patient_id, at=now)
    rungs = [one for one in trends.judge(series(rows), _patient(patient_id, rows, now)) if one.at == now]
    last = Visit.objects.filter(patient_id=patient_id, started_at__isnull=False).order_by("-started_at").first()
    subject = decision_support.Subject(
        "home", entry_id, last.institution_id if last else house, patient_id, last.physician_id if last else None
    )
    titles = {quantity.name: quantity.title for quantity in QUANTITIES}
    found = []
    for rung in rungs:
        title = titles[rung.quantity]  # type: ignore[index]
        name = T(zh=rung.alarm.name.zh, en=rung.alarm.name.en)
        signal = decision_support.Signal(
            code=rung.alarm.id,
            level=rung.alarm.level,
            name=name,
            do=T(zh=rung.alarm.do.zh, en=rung.alarm.do.en),
            source=rung.alarm.source,
            because=(
                {
                    "code": f"home:{rung.quantity}",
                    "name_zh": f"{title.zh}：{rung.alarm.sentence.zh}",
                    "name_en": f"{title.en}: {rung.alarm.sentence.en}",
                    "words": [],
                    "messages": [],
                },
            ),
            knowledge="",
        )
        alarm = decision_support.raise_alarm(actor=MONITOR, signal=signal, subject=subject, now=now)
        found += [] if alarm is None else [alarm]
    return found


def _patient(patient_id: UUID, rows: list[tuple[str, Decimal, datetime]], now: datetime) -> Patient:
    """What decides which limits hold: heart failure by a signed record, pregnancy as told, best peak flow."""
    failing = RecordDiagnosis.objects.filter(
        record__patient_id=patient_id, record__signed_at__isnull=False, code__startswith=HEART_FAILURE
    )
    flows = [float(value) for code, value, at in rows if code == PEAK_FLOW and at < now]
    return Patient(
        heart_failure=failing.exists(),
        pregnant=life_of(person_id=patient_id, at=now).pregnant is True,
        best_peak_flow=max(flows, default=None),
    )
