"""The check of medicines on the wire: cards for the physician, findings for the pharmacist, in both languages."""

from typing import Any
from uuid import UUID

from pydantic import Field

from xinglin.hospital.api.shapes import At, Out, Words
from xinglin.hospital.pharmacy.selectors import CardView, DeskFinding, DeskSheet, MedicineView, StatementView
from xinglin.hospital.pharmacy.services import Previewed, ask_key

TICKET = (
    "提示的编号：行、药、事实都不变，编号就不变。 The name of a finding: the same while row, medicines and facts are."
)


class CardProduct(Out):
    """A product that a remedy can put on the prescription."""

    code: str
    name: Words


class CardRemedy(Out):
    """What can be done with one tap. `line` is the line, or the medicine taken already, on which it acts."""

    code: str = Field(examples=["switch:paracetamol"])
    kind: str = Field(examples=["switch"])
    label: Words
    line: str
    products: list[CardProduct]


class CardGraver(Out):
    """The tier that it could have, and the facts that nobody knows."""

    tier: str
    missing: list[Words]


class CardFinding(Out):
    """One finding: what, why, how sure, what can be done. `asks`: keys of the reminders for which it stands."""

    ticket: str = Field(description=TICKET)
    tier: str = Field(examples=["D"])
    rule: str
    row: str
    lines: list[str]
    drugs: Words
    text: Words
    action: Words
    sources: Words
    source_read: bool
    second_reading: bool
    interrupts: bool
    could_be: list[CardGraver]
    remedies: list[CardRemedy]
    acceptable: bool = Field(description="能否注明理由接受。 Whether a coded reason may accept it.")
    asks: list[str]


class DraftCard(Out):
    """Findings of one clinical problem. `loud`: to be dealt with before signing. `score`: Tisdale's, for QT."""

    problem: str
    tier: str
    word: Words
    title: Words
    loud: bool
    score: Words | None
    findings: list[CardFinding]


class AcceptedFinding(Out):
    """A finding that is silent because it was accepted."""

    ticket: str
    text: Words
    reason: Words
    words: str
    by: str
    at: At


class MedicineCheck(Out):
    """What the check of medicines says of a draft. `merged`: reminders in `asks` that a card or a reason stands for."""

    knowledge: str = Field(description="知识表的摘要。 The digest of the tables.")
    cards: list[DraftCard]
    accepted: list[AcceptedFinding]
    unchecked: list[Words]
    merged: list[str]
    reviewed: bool = Field(description="是否经临床专家审定：否。 Whether a clinician has reviewed the tables: no.")


def check_of(view: MedicineView, seen: Previewed) -> dict[str, Any] | None:
    """The check of a draft for the schema; None where nothing could be asked."""
    if seen.advised is None:
        return None
    answer = seen.advised.advice.answer
    return {
        "knowledge": answer["knowledge"],
        "cards": [_card(one) for one in view.cards],
        "accepted": [
            {
                "ticket": one.statement.ticket,
                "text": one.statement.text,
                "reason": one.reason,
                "words": one.text,
                "by": one.by,
                "at": one.at,
            }
            for one in view.accepted
        ],
        "unchecked": view.unchecked,
        "merged": sorted(seen.advised.merged),
        "reviewed": answer["reviewed"],
    }


def _card(view: CardView) -> dict[str, Any]:
    card = view.card
    return {
        "problem": card.problem,
        "tier": card.tier,
        "word": view.word,
        "title": card.title,
        "loud": card.loud,
        "score": view.score,
        "findings": [_finding(one) for one in view.statements],
    }


def _finding(view: StatementView) -> dict[str, Any]:
    one = view.statement
    return {
        "ticket": one.ticket,
        "tier": one.tier,
        "rule": one.rule,
        "row": one.told["row"],
        "lines": list(one.lines),
        "drugs": view.drugs,
        "text": one.text,
        "action": one.action,
        "sources": view.sources,
        "source_read": one.told["source_read"],
        "second_reading": one.told["second_reading"],
        "interrupts": one.told["interrupts"],
        "could_be": [{"tier": tier, "missing": missing} for tier, missing in view.missing],
        "remedies": [
            {"code": way.code, "kind": way.kind, "label": way.label, "line": way.line, "products": list(way.products)}
            for way in view.ways
        ],
        "acceptable": view.acceptable,
        "asks": [ask_key(ask) for ask in one.asks],
    }


# FOR THE PHARMACIST


class DeskFound(Out):
    """A finding as the review desk shows it. `open`: it wants the pharmacist's judgement; `fresh`: it came later."""

    ticket: str = Field(description=TICKET)
    tier: str
    rule: str
    row: str
    review_code: str
    text: Words
    action: Words
    source: str
    source_read: bool
    second_reading: bool
    line_ids: list[UUID]
    with_current: bool
    remedies: list[Words]
    reason_code: str
    reason_text: str
    reason_by: str
    open: bool
    fresh: bool


class DeskCheck(Out):
    """The check of a signed prescription now. `grave`: two pharmacists sign; `first_signed`: one of them has."""

    knowledge: str
    tier: str = Field(description="尚待判断的最重一级，没有为空。 The gravest open tier; empty for a clean one.")
    grave: bool
    first_signed: bool
    first_signed_by_me: bool
    findings: list[DeskFound]
    unchecked: list[Words]
    changed: list[Words] = Field(description="签发以来的变化。 What became known since the signature.")


def desk_check_of(sheet: DeskSheet) -> dict[str, Any]:
    """The review desk's check for the schema."""
    return {
        "knowledge": sheet.knowledge,
        "tier": sheet.tier,
        "grave": sheet.grave,
        "first_signed": sheet.first is not None,
        "first_signed_by_me": sheet.first_by_me,
        "findings": [_desk(one, sheet) for one in sheet.findings],
        "unchecked": sheet.unchecked,
        "changed": sheet.changed,
    }


def _desk(one: DeskFinding, sheet: DeskSheet) -> dict[str, Any]:
    names = DeskFound.model_fields.keys() - {"fresh"}
    return {name: getattr(one, name) for name in names} | {"fresh": one.ticket in sheet.fresh}
