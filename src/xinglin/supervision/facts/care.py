"""Facts about an encounter and the evidence of an earlier diagnosis."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import Channel, EvidenceKind, Judgement, Service


@dataclass(frozen=True, slots=True)
class Encounter(Group):
    """One visit, or the visit that is about to be opened."""

    id: str | None = fact("the visit's id")
    on: date | None = fact("day of the visit in Shanghai; limits and ages are taken on this day")
    started_at: datetime | None = fact("start of the visit (the asked-for start while it is being opened)")
    channel: Channel | None = fact("online or in person")
    service: Service | None = fact("kind of service")
    emergency: bool | None = fact("emergency or rescue")
    guardian_present: bool | None = fact("the verified guardian takes part; False for an adult alone is right")
    diagnosis_code: str | None = fact('main diagnosis, ICD-10 with its dot; "" while none has been made')
    diagnosis_2_code: str | None = fact('second diagnosis; "" for none')
    diagnosis_3_code: str | None = fact('third diagnosis; "" for none')
    fund_asked: bool | None = fact("the fund is or will be asked to pay for the visit or for what it orders")
    self_pay_notice: bool | None = fact("the patient was told in writing that the fund does not pay, and agreed")


@dataclass(frozen=True, slots=True)
class Evidence(Group):
    """The document on which a follow-up rests: the one that the physician linked, else the best one offered."""

    kind: EvidenceKind | None = fact("kind of document; NONE where nothing was offered")
    issued_on: date | None = fact("day of the earlier diagnosis or document")
    physical: bool | None = fact("issued by a physical institution (of the same health community too)")
    judgement: Judgement | None = fact("what the physician said of it")
    diagnosis_code: str | None = fact('its diagnosis, ICD-10 with its dot; "" where it names none')
