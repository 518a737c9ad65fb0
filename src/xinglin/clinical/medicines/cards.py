"""Findings told as cards: one for each clinical problem, at most two that interrupt, each with what can be done.

Alarms that come too often are not read. So what interrupts is merged by the problem behind it (bleeding, QT,
potassium), and where more than two problems are grave, the second card holds all but the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from xinglin.clinical.medicines.assess import Assessment
from xinglin.clinical.medicines.case import Case
from xinglin.clinical.medicines.finding import Finding
from xinglin.clinical.medicines.index import build_index
from xinglin.clinical.medicines.tisdale import Tisdale, tisdale
from xinglin.clinical.medicines.truth import RANK

MOST_CARDS: Final = 2
SILENT_DAYS: Final = 90
INTERRUPTING: Final = frozenset({"X", "D"})
TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "bleeding": ("出血风险", "Bleeding"),
    "qt": ("QT间期延长", "Long QT interval"),
    "serotonin": ("5-羟色胺综合征", "Serotonin syndrome"),
    "sedation": ("过度镇静与呼吸抑制", "Sedation and slow breathing"),
    "potassium": ("血钾异常", "Potassium"),
    "kidney": ("肾功能", "Kidney"),
    "liver": ("肝功能", "Liver"),
    "glucose": ("血糖", "Blood glucose"),
    "pressure": ("血压", "Blood pressure"),
    "heart_rate": ("心率与传导", "Heart rate and conduction"),
    "heart_failure": ("心力衰竭", "Heart failure"),
    "muscle": ("肌病", "Muscle damage"),
    "bone_marrow": ("骨髓抑制", "Bone marrow"),
    "infection": ("感染与抗菌药物", "Infection and antimicrobials"),
    "seizure": ("惊厥", "Seizures"),
    "toxicity_level": ("血药浓度过高", "Level too high"),
    "loss_of_effect": ("疗效下降", "Loss of effect"),
    "absorption": ("吸收受影响", "Absorption"),
    "thrombosis": ("血栓", "Thrombosis"),
    "sodium": ("血钠异常", "Sodium"),
    "pregnancy": ("妊娠与哺乳", "Pregnancy and breastfeeding"),
    "lung": ("呼吸", "Breathing"),
    "gut": ("消化道", "Stomach and bowel"),
    "skin": ("皮肤反应", "Skin"),
    "eye": ("眼", "Eyes"),
    "urinary": ("排尿", "Urinary tract"),
    "falls": ("跌倒", "Falls"),
    "anticholinergic": ("抗胆碱能负荷", "Anticholinergic burden"),
    "dependence": ("依赖", "Dependence"),
    "alcohol": ("双硫仑样反应", "Alcohol reaction"),
    "duplicate": ("重复用药", "Duplicate therapy"),
    "allergy": ("过敏", "Allergy"),
    "dose": ("剂量", "Dose"),
    "age": ("年龄", "Age"),
    "indication": ("适应证", "Indication"),
    "other": ("用药合理性", "Rational use"),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A finding with its ticket: `name` is the same for the same row, lines and facts, so that it can be accepted."""

    finding: Finding
    name: str
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class Card:
    """What one person is shown of one problem. `score` is there for QT."""

    problem: str
    tier: str
    title_zh: str
    title_en: str
    tickets: tuple[Ticket, ...]
    interrupts: bool
    remedies: tuple[str, ...]
    score: Tisdale | None


def tickets(assessment: Assessment) -> tuple[Ticket, ...]:
    """Each finding with its ticket; what was accepted within 90 days and is unchanged says so."""
    case = assessment.case
    found = []
    for one in assessment.findings:
        name = ticket_name(one, case)
        found.append(Ticket(one, name, _still(case.accepted.get(name), case.on)))
    return tuple(found)


def _still(accepted: date | None, on: date | None) -> date | None:
    if accepted is None or on is None or on - accepted > timedelta(days=SILENT_DAYS) or accepted > on:
        return None
    return accepted


def ticket_name(found: Finding, case: Case) -> str:
    """A name that changes when the row, the tier, the medicines with their amounts, or a fact that was read changes."""
    lines = {line.place: line for line in case.lines}
    used: dict[str, Any] = {
        "rule": found.rule,
        "row": f"{found.table}/{found.row}",
        "tier": found.tier,
        "words": found.text_en,
        "lines": sorted(
            [
                [part.code, str(part.single and part.single.value), str(part.daily and part.daily.value), line.route]
                for part in line.parts
            ]
            for line in (lines[place] for place in found.places if place in lines)
        ),
        "facts": sorted(value for key, value in found.facts.items() if not key.startswith(("orders", "current"))),
    }
    content = json.dumps(used, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def cards(assessment: Assessment, known: Iterable[Ticket], knowledge: Any) -> tuple[Card, ...]:
    """One card for each problem, the gravest first; of those that interrupt at most two."""
    by_problem: dict[str, list[Ticket]] = {}
    for ticket in known:
        # What might be added (START) is for a yearly review of the whole list, not for this order: no card.
        if ticket.accepted_on is None and ticket.finding.kind != "start":
            by_problem.setdefault(ticket.finding.problem, []).append(ticket)
    found = [_card(assessment, problem, many, knowledge) for problem, many in by_problem.items()]
    found.sort(key=lambda card: (not card.interrupts, -RANK[card.tier], -len(card.tickets), card.problem))
    loud = [card for card in found if card.interrupts]
    quiet = [card for card in found if not card.interrupts]
    if len(loud) > MOST_CARDS:
        loud = [loud[0], _merged(loud[1:])]
    return tuple(loud + quiet)


def _card(assessment: Assessment, problem: str, many: list[Ticket], knowledge: Any) -> Card:
    tier = max((ticket.finding.tier for ticket in many), key=lambda one: RANK[one])
    loud = any(ticket.finding.tier in INTERRUPTING and ticket.finding.second for ticket in many)
    score = tisdale(assessment.case, build_index(knowledge)) if problem == "qt" else None
    title = TITLES[problem]
    return Card(problem, tier, title[0], title[1], tuple(many), loud, _remedies(many), score)


def _merged(rest: list[Card]) -> Card:
    many = tuple(ticket for card in rest for ticket in card.tickets)
    tier = max((card.tier for card in rest), key=lambda one: RANK[one])
    zh = "、".join(card.title_zh for card in rest)
    en = ", ".join(card.title_en.lower() for card in rest)
    score = next((card.score for card in rest if card.score), None)
    return Card(
        "several", tier, f"另有{len(rest)}个问题：{zh}", f"{len(rest)} more: {en}", many, True, _remedies(many), score
    )


def _remedies(many: Iterable[Ticket]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(remedy for ticket in many for remedy in ticket.finding.remedies))


def seen_by(role: str, known: Iterable[Ticket]) -> tuple[Ticket, ...]:
    """What a role is shown: physicians X and D, pharmacists C as well, patients the advice on timing (B)."""
    tiers = {"physician": ("X", "D"), "pharmacist": ("X", "D", "C"), "patient": ("B",)}[role]
    return tuple(ticket for ticket in known if ticket.finding.tier in tiers and ticket.accepted_on is None)
