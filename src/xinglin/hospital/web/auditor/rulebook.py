"""The rules in force with their papers, and what they do in practice; one page a rule in both languages."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, NotFound
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.access import READ_FINDINGS, SWITCH_RULE
from xinglin.hospital.oversight.selectors import RuleCount, RuleEffect, knowledge_in_force
from xinglin.hospital.web.auditor.charts import Bar, stacked
from xinglin.hospital.web.auditor.words import FAMILIES, MOMENTS, OUTCOMES
from xinglin.hospital.web.shared.page import Request, page
from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.tables import DatedRow
from xinglin.supervision.verdicts import Words
from xinglin.supervision.vocabulary.papers import PLACEHOLDER, Reading, Rule, Source

TYPING = T(zh="书写时（预览）", en="While typing (preview)")
ROWS = {"typing": TYPING} | MOMENTS
ASKED_MIN = 20
"""A share of fewer askings is chance and heads no page: a choice of the house."""
LANGUAGES = {"zh": "中文", "en": "English"}
EXCESS = {
    "excess.count": Words("超出数量", "number over"),
    "excess.days": Words("超出天数", "days over"),
    "excess.fen": Words("涉及金额", "amount"),
    "excess.seconds": Words("超出秒数", "seconds over"),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """A moment with its bar of outcomes."""

    name: T
    bar: Bar


@dataclass(frozen=True, slots=True)
class Limit:
    """A dated figure that a rule reads, with where it holds and whence it comes."""

    name: T
    value: int | bool | str
    row: DatedRow
    basis: T


@dataclass(frozen=True, slots=True)
class Text:
    """What a rule says, in one language."""

    tag: str
    language: str
    title: str
    why: str
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the list: its papers and its effect."""

    rule: Rule
    title: T
    certainty: T
    in_force: bool
    read: bool
    bar: Bar
    count: RuleCount | None
    share: int | None


def outcome_bar(effect: RuleEffect, moments: tuple[str, ...], name: T) -> Bar:
    """How often each outcome was given at these moments, as one bar."""
    figures = {code: sum(effect.of(moment, code) for moment in moments) for code in OUTCOMES}
    said = "{name}：" + "，".join(f"{OUTCOMES[code].zh} {count}" for code, count in figures.items())
    told = "{name}: " + ", ".join(f"{OUTCOMES[code].en.lower()} {count}" for code, count in figures.items())
    says = T(zh=said, en=told).with_(name=name)
    return stacked([(code, OUTCOMES[code], count) for code, count in figures.items()], says)


def override_share(count: RuleCount | None) -> int | None:
    """Of a hundred findings for which a reason was asked, how many somebody went on with; None where none was asked."""
    if count is None or not count.asked:
        return None
    return min(100, count.answered * 100 // count.asked)


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def rules(request: Request) -> HttpResponse:
    """Every rule in force: papers, verdicts by outcome, overrides."""
    actor, today = request.actor, civil_day(request.now)
    effects = {effect.rule: effect for effect in selectors.rule_effects(actor=actor)}
    counts = {count.rule: count for count in selectors.rule_counts(actor=actor)}
    lines = [_line(rule, effects.get(rule.id), counts.get(rule.id), rule.in_force(today)) for rule in RULES]
    families = [(FAMILIES.get(letter, T(zh=letter, en=letter)), letter) for letter in sorted({r.id[0] for r in RULES})]
    often = [line for line in lines if line.count and line.count.asked >= ASKED_MIN]
    overridden = max(often, key=lambda line: (line.share or 0, line.count.answered if line.count else 0), default=None)
    context = {
        "families": [(name, [line for line in lines if line.rule.id[0] == letter]) for name, letter in families],
        "in_force": sum(line.in_force for line in lines),
        "read": sum(line.read for line in lines),
        "reviewed": sum(line.rule.reviewed is not None for line in lines),
        "asked": sum(effect.asked(moment) for effect in effects.values() for moment in MOMENTS),
        "answered": sum(count.answered for count in counts.values()),
        "overridden": overridden if overridden and overridden.share else None,
        "outcomes": OUTCOMES,
        "proposals": [
            (one, T(zh=find_rule(one.rule).title.zh, en=find_rule(one.rule).title.en))
            for one in selectors.demotions(actor=actor, at=request.now)
        ],
    }
    return render(request, "auditor/rules.html", context)


def _line(rule: Rule, effect: RuleEffect | None, count: RuleCount | None, in_force: bool) -> Line:
    title = T(zh=rule.title.zh, en=rule.title.en)
    return Line(
        rule=rule,
        title=title,
        certainty=T(zh=rule.certainty.zh, en=rule.certainty.en),
        in_force=in_force,
        read=all(source.reading is Reading.READ for source in rule.source),
        bar=outcome_bar(effect or RuleEffect(rule.id), tuple(MOMENTS), title),
        count=count,
        share=override_share(count),
    )


@page(READ_FINDINGS, methods=("GET", "HEAD"))
def rule(request: Request, rule_id: str) -> HttpResponse:
    """One rule with its text in both languages. An id that was never given is answered like any absent page."""
    return rule_page(request, rule_id)


@page(SWITCH_RULE, methods=("POST",))
def switch(request: Request, rule_id: str) -> HttpResponse:
    """Use a rule otherwise, with a reason."""
    given = request.POST
    try:
        services.switch_rule(
            actor=request.actor,
            rule=rule_id,
            use=given.get("use", ""),
            reason=given.get("reason", ""),
            territory=given.get("territory", "").strip(),
            now=request.now,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return rule_page(request, rule_id, refusal)
    messages.success(request, str(T(zh="已生效，原因已留痕。", en="Done; the reason is on record.")))
    return redirect("auditor:rule", rule_id)


def rule_page(
    request: Request,
    rule_id: str,
    refusal: DomainError | None = None,
    limit_refusal: DomainError | None = None,
    about: UUID | None = None,
) -> HttpResponse:
    """One rule; a refusal stands beside the form that it answers, `about` which changed limit."""
    if rule_id not in {known.id for known in RULES}:
        raise NotFound
    found, actor = find_rule(rule_id), request.actor
    effects = {effect.rule: effect for effect in selectors.rule_effects(actor=actor)}
    effect = effects.get(rule_id, RuleEffect(rule_id))
    count = next((row for row in selectors.rule_counts(actor=actor) if row.rule == rule_id), None)
    context = {
        "rule": found,
        "title": T(zh=found.title.zh, en=found.title.en),
        "certainty": T(zh=found.certainty.zh, en=found.certainty.en),
        "kind": T(zh=found.kind.zh, en=found.kind.en),
        "scope": T(zh=found.scope.zh, en=found.scope.en),
        "moments": [T(zh=moment.zh, en=moment.en) for moment in found.moments],
        "in_force": found.in_force(civil_day(request.now)),
        "texts": [_text(found, language) for language in LANGUAGES],
        "sources": [(_source(source), source.reading is Reading.READ) for source in found.source],
        "limits": _limits(found),
        "lists": _lists(found),
        "effects": [Effect(name, outcome_bar(effect, (code,), name)) for code, name in ROWS.items()],
        "outcomes": OUTCOMES,
        "count": count,
        "share": override_share(count),
    }
    context |= _use(request, rule_id) | {"refusal": refusal, "typed": request.POST}
    context |= {
        "changes": selectors.limit_changes(actor=actor, rule=rule_id, at=request.now),
        "limit_refusal": limit_refusal,
        "about": about,
        "tomorrow": civil_day(request.now) + timedelta(days=1),
    }
    said = refusal or limit_refusal
    return render(request, "auditor/rule.html", context, status=said.status if said else 200)


def _use(request: Request, rule_id: str) -> dict[str, Any]:
    """How the rule is used, whether it is proposed for shadow, and the form to change it."""
    code, name = selectors.use_of(actor=request.actor, rule=rule_id, at=request.now)
    proposals = selectors.demotions(actor=request.actor, at=request.now)
    return {
        "use": code,
        "use_name": name,
        "uses": [(one, label) for one, label in selectors.USE_NAMES.items() if one != code],
        "switches": selectors.switches(actor=request.actor, rule=rule_id),
        "proposal": next((one for one in proposals if one.rule == rule_id), None),
        "may_switch": SWITCH_RULE.held_by(request.actor),
        "law": selectors.stops_by_law(rule_id, civil_day(request.now), ""),
    }


def _text(found: Rule, language: str) -> Text:
    say = {name: getattr(found, name).in_language(language) for name in ("title", "why", "sentence", "hint")}
    return Text(
        tag="zh-CN" if language == "zh" else "en",
        language=LANGUAGES[language],
        title=say["title"],
        why=say["why"],
        sentence=_named(say["sentence"], language),
        hint=_named(say["hint"], language),
    )


def _named(text: str, language: str) -> str:
    """A sentence with the names of its facts in place of their paths: 〔packs〕 for {line.quantity}."""
    knowledge = knowledge_in_force()

    def name(match: re.Match[str]) -> str:
        path = match.group(1)
        words = EXCESS[path] if path in EXCESS else knowledge.words_of(path)
        return f"〔{words.in_language(language)}〕" if language == "zh" else f"[{words.in_language(language)}]"

    return PLACEHOLDER.sub(name, text)


def _source(source: Source) -> T:
    return T(zh=f"{source.law.zh} {source.article.zh}", en=f"{source.law.en}, {source.article.en}")


def _limits(found: Rule) -> list[Limit]:
    knowledge = knowledge_in_force()
    return [
        Limit(
            name=T(zh=knowledge.limits[name].meaning.zh, en=knowledge.limits[name].meaning.en),
            value=row.values["value"],
            row=row,
            basis=T(zh=f"{row.basis.law.zh} {row.basis.article.zh}", en=f"{row.basis.law.en}, {row.basis.article.en}"),
        )
        for name in found.limits
        for row in knowledge.limits[name].table.rows
    ]


def _lists(found: Rule) -> list[tuple[T, int]]:
    knowledge = knowledge_in_force()
    tables = dict.fromkeys(knowledge.lookups[name].table for name in found.lists)
    meant = [knowledge.tables[name] for name in tables]
    return [(T(zh=table.meaning.zh, en=table.meaning.en), len(table.rows)) for table in meant]
