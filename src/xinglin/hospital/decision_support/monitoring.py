"""The monitor behind every message: reads what a patient said and rings. It never loses what it could not read.

An error of the monitor is an alarm of its own, to physician and desk: a person reads what the machine could not.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from xinglin.clinical.assessment.danger import Danger, dangers
from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.hospital.decision_support.access import KEEP_ALARMS
from xinglin.hospital.decision_support.alarm_models import Alarm
from xinglin.hospital.decision_support.alarming import FAILED, Signal, Subject, raise_alarm
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.texts import T

LOG = logging.getLogger(__name__)
RINGS: Final = frozenset({"emergency", "urgent"})
WINDOW: Final = 16
"""Messages that are read together. Reading stays under fifty milliseconds; what rang before is remembered besides."""
FAILED_NAME: Final = T(zh="危险信号监测没有运行", en="The watch for danger did not run")
FAILED_DO: Final = T(
    zh="这条消息没有经过机器监测。请现在就由人阅读这次对话，看有没有危险。",
    en="This message was not watched by the machine. A person reads the conversation now and looks for danger.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation: its number, who spoke (patient or doctor), what was said."""

    seq: int
    speaker: str
    text: str


def listen(
    *, actor: Actor, lines: Sequence[Line], told: Mapping[str, Any], subject: Subject, now: datetime
) -> list[Alarm]:
    """Read the latest messages with what is told of the patient, and ring what is new. Never raises for what it reads.

    `told`: age_years, sex, pregnant, pregnancy_weeks and vitals as of docs/reference/diagnose.md.
    """
    require(actor, KEEP_ALARMS)
    try:
        signals = read_signals(lines=lines, told=told, subject=subject)
    except Exception as error:  # noqa: BLE001  # Whatever it is: a person must read what the machine did not.
        LOG.error("the monitor failed in %s %s: %s", subject.kind, subject.id, type(error).__name__)
        signals = [_failure()]
    return [row for signal in signals if (row := _ring(actor, signal, subject, now)) is not None]


def read_signals(*, lines: Sequence[Line], told: Mapping[str, Any], subject: Subject | None = None) -> list[Signal]:
    """What rings in the latest messages; with a subject, what rang in it before counts as told."""
    window = list(lines[-WINDOW:])
    if not window:
        return []
    more: dict[str, Any] = {}
    if subject is not None and len(lines) > WINDOW:
        more["findings"] = _remembered(subject)
    # The conversation together; and the newest words once more by themselves, so that no harmless beginning (“my
    # tablets are used up”) calms what comes after it. The graver of both counts.
    found: dict[str, Signal] = {}
    newest = window[-2:] if len(window) > 1 and window[-2].speaker == "doctor" else window[-1:]
    for part, given in ((window, more), (newest, {})):
        for signal in _read(part, {**told, **given}):
            held = found.get(signal.code)
            if held is None or (held.level, signal.level) == ("urgent", "emergency"):
                found[signal.code] = signal
        if len(newest) == len(window):
            break
    return list(found.values())


def _read(lines: Sequence[Line], told: Mapping[str, Any]) -> list[Signal]:
    given: dict[str, Any] = {**told, "turns": [{"speaker": one.speaker, "text": one.text} for one in lines]}
    answer = dangers(given)
    return [_signal(one, lines, answer.knowledge) for one in answer.flags if one.flag.level in RINGS]


def _remembered(subject: Subject) -> list[dict[str, Any]]:
    """Findings behind the alarms of the subject that nobody has stood down."""
    known = load_conditions().findings
    rows = Alarm.objects.filter(subject_id=subject.id).exclude(state="stood_down").values_list("because", flat=True)
    codes = dict.fromkeys(str(one["code"]) for because in rows for one in because)
    return [{"code": code, "present": True} for code in codes if code in known]


def _signal(danger: Danger, window: Sequence[Line], knowledge: str) -> Signal:
    flag = danger.flag
    because = tuple(
        {
            "code": one.code,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "words": list(dict.fromkeys(said.words for said in one.said)),
            "messages": sorted({window[said.turn].seq for said in one.said if said.turn < len(window)}),
        }
        for one in danger.because
    )
    name, do = T(zh=flag.name_zh, en=flag.name_en), T(zh=flag.do_zh, en=flag.do_en)
    return Signal(flag.id, flag.level, name, do, flag.source, because, knowledge)


def _failure() -> Signal:
    return Signal(FAILED, "urgent", FAILED_NAME, FAILED_DO, "", (), "")


def _ring(actor: Actor, signal: Signal, subject: Subject, now: datetime) -> Alarm | None:
    """Ring inside a savepoint: what cannot be written must not take the message with it."""
    try:
        with transaction.atomic():
            return raise_alarm(actor=actor, signal=signal, subject=subject, now=now)
    except Exception as error:  # noqa: BLE001  # As above; the log is read by the operators.
        LOG.critical("an alarm could not be written for %s %s: %s", subject.kind, subject.id, type(error).__name__)
        return None
