"""Medicines checked for other programs: the contract of docs/reference/check.md over the API."""

from typing import Any

from ninja import Router
from pydantic import ConfigDict, Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.errors import BodyTooLarge
from xinglin.hospital.api.shapes import In, Out, Words
from xinglin.hospital.decision_support import services
from xinglin.hospital.decision_support.access import CHECK_MEDICINES

router = Router(tags=["medicines"])
CASE_BYTES_MAX = 256_000


class Case(In):
    """One case. Every field and unit is described in docs/reference/check.md; any other is refused.

    The check itself reads the fields, so that function, command and API refuse alike.
    """

    model_config = ConfigDict(extra="allow")

    id: Any = Field("", description="调用方的编号。 The caller's name of the case.", examples=["rx-1"])
    on: Any = Field(None, description="处方日期，如 2026-11-22。 Day of the prescription.", examples=["2026-11-22"])
    patient: Any = Field(
        None,
        description="患者：缺省即未知，不等于没有。 The patient: what is absent is unknown, never *no*.",
        examples=[{"age_years": 72, "sex": "F", "egfr": 38, "allergies": [], "diagnoses": ["E11.9"]}],
    )
    current: Any = Field(
        None,
        description="在用药。 Medicines already taken.",
        examples=[[{"drug": "warfarin", "dose": "3mg", "frequency": "qd"}]],
    )
    orders: Any = Field(
        None,
        description="待核查的药品，至少一种。 What is ordered: at least one medicine.",
        examples=[[{"drug": "metformin", "dose": "1g", "frequency": "bid", "days": 30}]],
    )
    institution: Any = Field(None, examples=[{"channel": "online", "antimicrobial_right": "restricted"}])
    accepted: Any = Field(None, examples=[[{"ticket": "0123456789abcdef01234567", "on": "2026-11-01"}]])


class Drug(Out):
    """A substance of a finding."""

    code: str
    zh: str
    en: str
    atc: list[str]


class Remedy(Out):
    """What can be done about a finding."""

    code: str
    kind: str
    drugs: list[str]
    zh: str
    en: str


class Graver(Out):
    """A tier that missing facts could give."""

    tier: str
    missing: list[str]


class MedicineEvidence(Out):
    """A fact that was read, with its value."""

    fact: str
    value: str


class MedicineFinding(Out):
    """One statement of the tables that holds of the case. Tiers: X, D, C, B."""

    rule: str
    kind: str
    tier: str
    base_tier: str
    means: Words
    problem: str
    lines: list[str]
    drugs: list[Drug]
    text: Words
    action: Words
    remedies: list[Remedy]
    context: str
    could_be: list[Graver]
    evidence: list[MedicineEvidence]
    row: str
    source: str
    source_read: bool
    second_reading: bool
    interrupts: bool
    review_code: str
    ticket: str
    accepted_on: str | None


class Score(Out):
    """Tisdale score of the risk of a long QT interval."""

    points: int
    level: str
    missing: list[str]


class MedicineCard(Out):
    """Findings of one clinical problem, by their places in `findings`; at most two cards interrupt."""

    problem: str
    tier: str
    title: Words
    interrupts: bool
    findings: list[int]
    remedies: list[Remedy]
    tisdale: Score | None = None


class Unchecked(Out):
    """What could not be read or checked, and why."""

    fact: str
    place: str
    text: Words
    drugs: list[str]


class MedicineCheckAnswer(Out):
    """The answer. `reviewed` is false: no clinician has reviewed any row of the tables."""

    id: str
    knowledge: str
    findings: list[MedicineFinding]
    cards: list[MedicineCard]
    views: dict[str, list[int]]
    unchecked: list[Unchecked]
    reviewed: bool


@operation(router, "post", "/v1/medicines/check", CHECK_MEDICINES, MedicineCheckAnswer, exclude_unset=True)
def check_medicines(request: Request, body: Case) -> Any:
    """核查一张处方的用药｜Check the medicines of one case

    The contract of the command `xinglin check` and of the function `check`: docs/reference/check.md. Nothing of it is
    stored. At most 120 cases a minute and 250 kB a case; for more, the command reads a stream.
    """
    if len(request.body) > CASE_BYTES_MAX:
        raise BodyTooLarge(megabytes="0.25")
    given = body.model_dump(exclude_unset=True)
    return services.check_case(actor=request.actor, given=given, now=request.now)
