"""Each kind of resource as flat rows: only what the lake needs, names mapped, nothing joined yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from xinglin.supervision.intake.fhir.claims import BENEFIT_SCHEMA, CHARGE_SCHEMA, CLAIM_SCHEMA, claim, explanation
from xinglin.supervision.intake.fhir.dosage import dosage_of
from xinglin.supervision.intake.fhir.medicines import medicine, substance
from xinglin.supervision.intake.fhir.services import service
from xinglin.supervision.intake.fhir.values import (
    BadResource,
    Resource,
    codes,
    coding,
    day,
    instant,
    key_of,
    keys_of,
    needed,
    plain_name,
)
from xinglin.supervision.tables.naming import problem_names, procedure_names

Flat = tuple[str, dict[str, Any]]
"""A row and the staged table that it belongs to."""

TEXT, DAY, INSTANT, WHOLE, TRUTH = pa.string(), pa.date32(), pa.timestamp("us"), pa.int64(), pa.bool_()
SEXES: Final = {"male": "male", "female": "female", "other": "other"}
MODES: Final = {
    "AMB": "outpatient",
    "HH": "outpatient",
    "FLD": "outpatient",
    "VR": "online",
    "EMER": "emergency",
    "IMP": "inpatient",
    "ACUTE": "inpatient",
    "NONAC": "inpatient",
}
VOID: Final = {"entered-in-error", "cancelled", "refuted"}
NAMES_MAX: Final = 1_000
"""So many different names that did not map are counted by name; the others together."""


@dataclass(slots=True)
class NameCount:
    """How often names were mapped to codes of ours, and which were not."""

    mapped: dict[str, int] = field(default_factory=dict)
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, kind: str, name: str, *, known: bool) -> None:
        """Count a name of a kind."""
        if known:
            self.mapped[kind] = self.mapped.get(kind, 0) + 1
            return
        names = self.unmapped.setdefault(kind, {})
        place = name if name in names or len(names) < NAMES_MAX else "…"
        names[place] = names.get(place, 0) + 1


def patient(resource: Resource, _: NameCount) -> Iterator[Flat]:
    """A person. A death that is not recorded is known not to be recorded: the resource is the register here."""
    died = resource.get("deceasedDateTime")
    yield (
        "Patient",
        {
            "id": resource["id"],
            "sex": SEXES.get(str(resource.get("gender", ""))),
            "birth_on": day(resource.get("birthDate"), "birthDate"),
            "dead": bool(died) or resource.get("deceasedBoolean") is True,
            "death_on": day(died, "deceasedDateTime"),
        },
    )


def named(kind: str) -> Callable[[Resource, NameCount], Iterator[Flat]]:
    """Organizations and practitioners: every key that others may use for them."""

    def rows(resource: Resource, _: NameCount) -> Iterator[Flat]:
        name = resource.get("name")
        for key in dict.fromkeys(keys_of(resource)):
            yield kind, {"id": key, "own": resource["id"], "name": name if isinstance(name, str) else None}

    return rows


def encounter(resource: Resource, names: NameCount) -> Iterator[Flat]:
    """A visit or a stay."""
    if resource.get("status") in VOID | {"planned"}:
        return
    period = resource.get("period") or {}
    kind = resource.get("class")
    kind = kind if isinstance(kind, Mapping) else {}
    first: Resource = next(iter(resource.get("participant") or ()), {})
    provider = resource.get("serviceProvider") or {}
    reasons = [problem(reason, names, count=False) for reason in resource.get("reasonCode") or ()]
    started = instant(period.get("start"), "period.start")
    yield (
        "Encounter",
        {
            "id": resource["id"],
            "person": needed(key_of(resource.get("subject")), "subject"),
            "mode": MODES.get(str(kind.get("code", ""))),
            "virtual": kind.get("code") == "VR",
            "certifies": any(certifies(one) for one in resource.get("type") or ()),
            "day": day(period.get("start"), "period.start"),
            "started_at": started,
            "ended_at": instant(period.get("end"), "period.end"),
            "ended_day": day(period.get("end"), "period.end"),
            "physician": key_of(first.get("individual")),
            "institution": key_of(provider),
            "institution_name": provider.get("display"),
            "reasons": [code for code, _ in reasons if code],
            "unknown_reasons": sum(code is None for code, _ in reasons),
        },
    )


def certifies(concept: object) -> bool:
    """Whether a kind of visit is no care: a death is put on paper."""
    _, code, words = coding(concept)
    known = procedure_names().death_certificate
    return code in known or plain_name(words) in known


def problem(concept: object, names: NameCount, *, count: bool = True) -> tuple[str | None, str]:
    """The ICD-10 beginning of a concept ("" for no problem of health, None where not known), and its words."""
    system, code, words = coding(concept)
    if "icd-10" in system.lower():
        return code, words
    found = problem_names().problems.get(plain_name(words))
    if count:
        names.count("condition", words or code, known=found is not None)
    return found, words


def condition(resource: Resource, names: NameCount) -> Iterator[Flat]:
    """An entry of the list of problems; what was refuted or entered by mistake is none."""
    if codes(resource.get("verificationStatus")) & VOID:
        return
    code, _ = problem(resource.get("code"), names)
    yield (
        "Condition",
        {
            "id": resource["id"],
            "person": needed(key_of(resource.get("subject")), "subject"),
            "encounter": key_of(resource.get("encounter")),
            "code": code,
            "from_on": day(resource.get("onsetDateTime") or resource.get("recordedDate"), "onsetDateTime"),
            "until_on": day(resource.get("abatementDateTime"), "abatementDateTime"),
        },
    )


def ordered(resource: Resource) -> object:
    """The concept of an ordered medicine: of the order, of a medicine inside it, or the words of what it refers to."""
    reference = resource.get("medicationReference")
    if not isinstance(reference, Mapping):
        return resource.get("medicationCodeableConcept")
    inside = {f"#{one.get('id')}": one for one in resource.get("contained") or () if isinstance(one, Mapping)}
    held = inside.get(str(reference.get("reference")), {})
    words = reference.get("display") or f"medicationReference {key_of(reference) or ''}".strip()
    return held.get("code") or {"text": words}


def request(resource: Resource, names: NameCount) -> Iterator[Flat]:
    """An order of a medicine; proposals and plans are none."""
    if resource.get("intent") not in {None, "order", "original-order", "instance-order", "filler-order"}:
        return
    _, code, words = coding(ordered(resource))
    read = medicine(words)
    names.count("medicine", words or code, known=read.substances is not None)
    zh = "、".join(one.zh for one in read.substances) if read.substances else words
    authored = resource.get("authoredOn")
    yield (
        "MedicationRequest",
        {
            "id": resource["id"],
            "person": needed(key_of(resource.get("subject")), "subject"),
            "encounter": key_of(resource.get("encounter")),
            "day": day(authored, "authoredOn"),
            "authored_at": instant(authored, "authoredOn"),
            "ended": resource.get("status") in VOID,
            "stopped": resource.get("status") in {"stopped", "completed"},
            "discharge": any("discharge" in codes(one) for one in resource.get("category") or ()),
            "reasons": [key for one in resource.get("reasonReference") or () if (key := key_of(one))],
            "code": code or words or None,
            "name": words or None,
            "name_zh": zh or None,
            "ingredients": read.ingredients,
            "atc": read.atc,
            "route": read.route,
            **dosage_of(resource, read),
        },
    )


def procedure(resource: Resource, names: NameCount) -> Iterator[Flat]:
    """Something that was done."""
    if resource.get("status") in VOID | {"not-done", "preparation"}:
        return
    _, code, words = coding(resource.get("code"))
    period = resource.get("performedPeriod") or {}
    when = resource.get("performedDateTime") or period.get("start")
    ours, name = service(resource.get("code"), names.count)
    marks = procedure_names().dialysis
    yield (
        "Procedure",
        {
            "id": resource["id"],
            "person": needed(key_of(resource.get("subject")), "subject"),
            "encounter": key_of(resource.get("encounter")),
            "day": day(when, "performed"),
            "done_at": instant(when, "performed"),
            "code": ours,
            "name": name,
            "dialysis": code in marks or plain_name(words) in marks,
        },
    )


def allergy(resource: Resource, names: NameCount) -> Iterator[Flat]:
    """An allergy or intolerance that is in force, once for each substance."""
    if codes(resource.get("verificationStatus")) & VOID or codes(resource.get("clinicalStatus")) & {
        "inactive",
        "resolved",
    }:
        return
    _, code, words = coding(resource.get("code"))
    found = [(part, substance(part)) for part in plain_name(words).split(" / ")]
    medicines = "medication" in (resource.get("category") or ())
    for place, (part, one) in enumerate(found):
        if medicines:
            names.count("allergy", words or code, known=one is not None)
        yield (
            "AllergyIntolerance",
            {
                "id": resource["id"] if len(found) == 1 else f"{resource['id']}/{place + 1}",
                "person": needed(key_of(resource.get("patient")), "patient"),
                "substance": one.code if one is not None else None if medicines else part,
                "intolerance": None if "type" not in resource else resource["type"] == "intolerance",
                "since_on": day(resource.get("recordedDate") or resource.get("onsetDateTime"), "recordedDate"),
            },
        )


def schema(**columns: pa.DataType) -> pa.Schema:
    """A staged table: its columns, and the file and line that a row came from."""
    return pa.schema([("id", TEXT), *columns.items(), ("file", TEXT), ("number", WHOLE)])


PERSON: Final = {"person": TEXT, "encounter": TEXT}
SCHEMAS: Final = {
    "Patient": schema(sex=TEXT, birth_on=DAY, dead=TRUTH, death_on=DAY),
    "Organization": schema(own=TEXT, name=TEXT),
    "Practitioner": schema(own=TEXT, name=TEXT),
    "Encounter": schema(
        person=TEXT, mode=TEXT, virtual=TRUTH, certifies=TRUTH, day=DAY, started_at=INSTANT, ended_at=INSTANT,
        ended_day=DAY, physician=TEXT, institution=TEXT, institution_name=TEXT, reasons=pa.list_(TEXT),
        unknown_reasons=WHOLE,
    ),
    "Condition": schema(**PERSON, code=TEXT, from_on=DAY, until_on=DAY),
    "MedicationRequest": schema(
        **PERSON, day=DAY, authored_at=INSTANT, ended=TRUTH, stopped=TRUTH, discharge=TRUTH, reasons=pa.list_(TEXT),
        code=TEXT, name=TEXT, name_zh=TEXT, ingredients=TEXT,
        atc=TEXT, route=TEXT, frequency_code=TEXT, dose=WHOLE, dose_measured=TRUTH, dose_micrograms=WHOLE,
        daily_micrograms=WHOLE, days=WHOLE, quantity_milli=WHOLE,
    ),
    "Procedure": schema(**PERSON, day=DAY, done_at=INSTANT, code=TEXT, name=TEXT, dialysis=TRUTH),
    "AllergyIntolerance": schema(person=TEXT, substance=TEXT, intolerance=TRUTH, since_on=DAY),
    "Claim": schema(**CLAIM_SCHEMA),
    "ClaimItem": schema(**CHARGE_SCHEMA),
    "ExplanationOfBenefit": schema(**BENEFIT_SCHEMA),
}  # fmt: skip
"""Every staged table."""
FLATTEN: Final[dict[str, Callable[[Resource, NameCount], Iterator[Flat]]]] = {
    "Patient": patient,
    "Organization": named("Organization"),
    "Practitioner": named("Practitioner"),
    "Encounter": encounter,
    "Condition": condition,
    "MedicationRequest": request,
    "Procedure": procedure,
    "AllergyIntolerance": allergy,
    "Claim": lambda resource, names: claim(resource, names.count),
    "ExplanationOfBenefit": lambda resource, names: explanation(resource, names.count),
}


def flatten(kind: str, resource: object, names: NameCount) -> list[Flat]:
    """The rows of one resource. Raises BadResource when it is not of the kind, has no id, or cannot be read."""
    if not isinstance(resource, Mapping) or resource.get("resourceType") != kind:
        raise BadResource(f"不是 {kind}", f"is no {kind}")
    if not isinstance(resource.get("id"), str) or not resource["id"]:
        raise BadResource("缺少 id", "id is missing")
    try:
        return list(FLATTEN[kind](resource, names))
    except (AttributeError, TypeError, ValueError, KeyError) as trouble:
        if isinstance(trouble, BadResource):
            raise
        raise BadResource("结构不符合 FHIR R4", "is not built as FHIR R4 says") from trouble
