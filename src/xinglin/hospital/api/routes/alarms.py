"""Alarms of danger, the answers to them, and what patients measure at home."""

from typing import Any, Literal
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.shapes import At, Code, Id, In, Out, Text, Words
from xinglin.hospital.consultation import selectors as consultation
from xinglin.hospital.consultation import services
from xinglin.hospital.consultation.access import TELL_FACTS
from xinglin.hospital.decision_support import selectors
from xinglin.hospital.decision_support import services as decision_support
from xinglin.hospital.decision_support.access import ANSWER_ALARM, READ_ALARMS
from xinglin.hospital.decision_support.selectors import Alarm
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.texts import T

router = Router(tags=["alarms"])


class Reason(Out):
    """One thing that an alarm rests on; `words` are the patient's own."""

    code: str
    name_zh: str
    name_en: str
    words: list[str]


class AlarmRow(Out):
    """One alarm. `due_at`: when it escalates unanswered; `refer_at`: when the hospital refers by itself."""

    id: UUID
    institution_id: UUID
    patient_id: UUID
    physician_id: UUID | None
    subject_type: str
    subject_id: UUID
    code: str
    level: str
    name: Words
    do: Words
    source: str
    because: list[Reason]
    state: str
    raised_at: At
    due_at: At | None
    refer_at: At | None


class WhichAlarms(In):
    """What the list is narrowed to."""

    standing_only: bool = False
    subject_id: Id | None = None


class StandDown(In):
    """Why there is no such danger; `other` needs words."""

    reason_code: Literal["misread", "past_event", "somebody_else", "in_care", "other"]
    text: Text = Field("", max_length=500)


class Measure(In):
    """What was measured just now, by code (SBP with DBP, GLU, WEIGHT, SPO2, PEF, TEMP, HR), in the unit of the page."""

    patient_id: Id
    values: dict[Code, Text] = Field(max_length=20)


class Rung(Out):
    """The alarms that the entry rang; none is the rule."""

    alarms: list[AlarmRow]


class Measured(In):
    """Of whom."""

    person_id: Id


class MeasuredRow(Out):
    """One measurement. Of a pressure `value` is systolic and `second` diastolic."""

    quantity: str
    value: float
    unit: str
    at: At
    second: float | None


def _row(row: Alarm) -> dict[str, Any]:
    names = [name for name in AlarmRow.model_fields if name not in {"name", "do"}]
    held = {name: getattr(row, name) for name in names}
    return held | {"name": T(zh=row.name_zh, en=row.name_en), "do": T(zh=row.do_zh, en=row.do_en)}


@operation(router, "get", "/alarms", READ_ALARMS, list[AlarmRow])
def alarms(request: Request, query: Query[WhichAlarms]) -> Any:
    """危险警报，最新在前，最多 200 条｜Alarms of danger that one may see, newest first, at most 200"""
    return [_row(one) for one in selectors.alarms(actor=request.actor, **query.model_dump())]


@operation(router, "post", "/alarms/{alarm_id}/acknowledge", ANSWER_ALARM, AlarmRow)
def acknowledge(request: Request, alarm_id: UUID) -> Any:
    """表示已看到并在处理｜Say that one has seen it and acts; an emergency goes on stopping its visit"""
    row = _mine(request, alarm_id)
    if row.subject_type == "visit":
        answered = services.acknowledge_alarm(
            actor=request.actor, visit_id=row.subject_id, alarm_id=row.id, now=request.now
        )
    else:
        answered = decision_support.acknowledge(actor=request.actor, alarm_id=row.id, now=request.now)
    return _row(answered)


@operation(router, "post", "/alarms/{alarm_id}/stand-down", ANSWER_ALARM, AlarmRow)
def stand_down(request: Request, alarm_id: UUID, body: StandDown) -> Any:
    """注明理由解除警报｜Say with a coded reason that there is no such danger"""
    row = _mine(request, alarm_id)
    given: dict[str, Any] = {"actor": request.actor, "alarm_id": row.id, "now": request.now} | body.model_dump()
    if row.subject_type == "visit":
        return _row(services.stand_down_alarm(visit_id=row.subject_id, **given))
    return _row(decision_support.stand_down(**given))


def _mine(request: Request, alarm_id: UUID) -> Alarm:
    row = selectors.alarm(actor=request.actor, alarm_id=alarm_id)
    if row is None:
        raise NotFound
    return row


@operation(router, "post", "/measurements", TELL_FACTS, Rung)
def measure(request: Request, body: Measure) -> Any:
    """记下在家测量的数值｜Write down what was measured at home; what it rings comes back"""
    rung = services.measure_at_home(actor=request.actor, now=request.now, **body.model_dump())
    return {"alarms": [_row(one) for one in rung]}


@operation(router, "get", "/measurements", TELL_FACTS, list[MeasuredRow])
def measurements(request: Request, query: Query[Measured]) -> Any:
    """近 90 天在家测量的数值｜What was measured at home in the last 90 days, oldest first"""
    return consultation.home_of(actor=request.actor, person_id=query.person_id, now=request.now)
