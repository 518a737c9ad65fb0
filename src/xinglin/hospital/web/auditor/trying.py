"""Try a rule: its limits changed, judged over the year's records beside the rule in force; then what to do with it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.errors import DomainError, InvalidInput, NotFound
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors as oversight
from xinglin.hospital.oversight import services as verbs
from xinglin.hospital.oversight.access import SWITCH_RULE
from xinglin.hospital.oversight.selectors import knowledge_in_force
from xinglin.hospital.regulator import selectors, services
from xinglin.hospital.regulator.access import MAKE_LAKE, TRY_RULE
from xinglin.hospital.regulator.selectors import TrialCard
from xinglin.hospital.web.auditor.charts import Bar, Upright, stacked, uprights
from xinglin.hospital.web.auditor.rulebook import _source
from xinglin.hospital.web.shared.page import Request, page
from xinglin.supervision.catalogue import RULES, find_rule
from xinglin.supervision.reports.trial import limits_of
from xinglin.supervision.verdicts import Words
from xinglin.supervision.vocabulary.papers import Reading, Rule

PREFIX = "limit:"
BEFORE, AFTER = T(zh="现行", en="in force"), T(zh="试算", en="tried")
SERIES = (("k3", BEFORE), ("k2", AFTER))
USES = {"shadow": T(zh="试运行", en="in shadow"), "active": T(zh="启用", en="active")}


def _t(words: Words) -> T:
    return T(zh=words.zh, en=words.en)


def known(rule_id: str) -> Rule:
    """The rule of an address. Raises NotFound."""
    if rule_id not in {rule.id for rule in RULES}:
        raise NotFound
    return find_rule(rule_id)


@page(TRY_RULE)
def attempt(request: Request, rule_id: str) -> HttpResponse:
    """The rule with its papers and limits, to be changed and tried; asking sends to the trial's own page."""
    rule = known(rule_id)
    if request.method != "POST":
        return _form(request, rule)
    typed = request.POST
    given = {name: typed[f"{PREFIX}{name}"].strip() for name in rule.limits if typed.get(f"{PREFIX}{name}", "").strip()}
    try:
        trial_id = services.ask_trial(
            actor=request.actor,
            rule=rule.id,
            given=given,
            territory=typed.get("territory", "").strip(),
            from_on=_day(typed.get("from_on", ""), "from_on"),
            until_on=_day(typed.get("until_on", ""), "until_on"),
            now=request.now,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return _form(request, rule, refusal)
    return redirect("auditor:trial", trial_id)


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        says = T(zh="请填写日期，例如 2026-04-01。", en="Write a day like 2026-04-01.")
        raise InvalidInput(field=field, reason=says) from None


def _form(request: Request, rule: Rule, refusal: DomainError | None = None) -> HttpResponse:
    actor, typed = request.actor, request.POST
    limits = [
        {
            "name": limit.name,
            "field": f"{PREFIX}{limit.name}",
            "meaning": _t(limit.meaning),
            "unit": _t(limit.unit),
            "now": _t(limit.now),
            "typed": typed.get(f"{PREFIX}{limit.name}", ""),
            "switch": limit.kind is bool,
        }
        for limit in limits_of(rule, knowledge_in_force())
    ]
    context = {
        "rule": rule,
        "title": T(zh=rule.title.zh, en=rule.title.en),
        "why": _t(rule.why),
        "sources": [(_source(source), source.reading is Reading.READ) for source in rule.source],
        "limits": limits,
        "rules": [(one.id, T(zh=one.title.zh, en=one.title.en)) for one in RULES],
        "lake": selectors.lake_card(actor=actor),
        "may_make": MAKE_LAKE.held_by(actor),
        "recent": [(one, _state(one)) for one in selectors.trials(actor=actor, rule=rule.id)],
        "refusal": refusal,
        "wrong": refusal.field if refusal else "",
        "wrong_limit": refusal is not None and refusal.field in rule.limits,
        "typed": typed,
    }
    return render(request, "auditor/try.html", context, status=refusal.status if refusal else 200)


def _state(trial: TrialCard) -> T:
    names = {"waiting": T(zh="正在计算", en="running"), "done": T(zh="已完成", en="done")}
    return names.get(trial.state, T(zh="未能完成", en="not possible"))


@page(TRY_RULE, methods=("GET", "HEAD"))
def choose(request: Request) -> HttpResponse:
    """From the chooser to the rule's own page; to the list where none was chosen."""
    if not request.GET.get("rule"):
        return redirect("auditor:rules")
    return redirect("auditor:try", known(request.GET.get("rule", "")).id)


@page(TRY_RULE, methods=("GET", "HEAD"))
def trial(request: Request, trial_id: UUID) -> HttpResponse:
    """One trial: while it runs the page looks again by itself; then both sides."""
    return trial_page(request, trial_id)


@page(SWITCH_RULE, methods=("POST",))
def use(request: Request, trial_id: UUID) -> HttpResponse:
    """Use the tried rule otherwise from a day on, with the trial as the reason."""
    card = selectors.trial(actor=request.actor, trial_id=trial_id)
    wanted = request.POST.get("use", "")
    try:
        verbs.switch_rule(
            actor=request.actor,
            rule=card.rule,
            use=wanted,
            reason=request.POST.get("reason", ""),
            territory=card.territory,
            from_on=_day(request.POST.get("use_from_on", ""), "use_from_on"),
            now=request.now,
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return trial_page(request, trial_id, refusal)
    says = T(zh="已写入：{use}，原因已留痕。", en="Written: {use}; the reason is on record.")
    messages.success(request, str(says.with_(use=USES.get(wanted, T(zh=wanted, en=wanted)))))
    return redirect("auditor:rule", card.rule)


@page(MAKE_LAKE, methods=("POST",))
def make_lake(request: Request) -> HttpResponse:
    """Have the records for trials made anew."""
    services.want_lake(actor=request.actor, now=request.now)
    messages.success(
        request, str(T(zh="已开始更新，完成前仍用原数据。", en="Begun; the former records serve until then."))
    )
    return _back(request)


@page(MAKE_LAKE, methods=("POST",))
def audit_lake(request: Request) -> HttpResponse:
    """Have the whole lake audited; the findings come to the worklist."""
    services.want_audit(actor=request.actor, now=request.now)
    says = T(zh="已开始整体审计，疑点会出现在待办列表。", en="The audit has begun; its findings will come to the list.")
    messages.success(request, str(says))
    return _back(request)


def _back(request: Request) -> HttpResponse:
    rule_id = request.POST.get("rule", "")
    if rule_id in {rule.id for rule in RULES}:
        return redirect("auditor:try", rule_id)
    return redirect("auditor:rules")


def trial_page(
    request: Request, trial_id: UUID, refusal: DomainError | None = None, limit_refusal: DomainError | None = None
) -> HttpResponse:
    """A trial with both sides and what may follow; a refusal stands beside the form that it answers."""
    card = selectors.trial(actor=request.actor, trial_id=trial_id)
    rule = known(card.rule)
    limits = {limit.name: limit for limit in limits_of(rule, knowledge_in_force())}
    context: dict[str, Any] = {
        "card": card,
        "rule": rule,
        "title": T(zh=rule.title.zh, en=rule.title.en),
        "changes": [_change(limits[name], value) for name, value in card.given.items() if name in limits],
        "lake": selectors.lake_card(actor=request.actor),
        "refusal": refusal,
        "limit_refusal": limit_refusal,
        "wrong": limit_refusal.field if limit_refusal else "",
        "tried": [(name, _t(limits[name].meaning), value) for name, value in card.given.items() if name in limits],
        "tomorrow": civil_day(request.now) + timedelta(days=1),
        "typed": request.POST,
        "waiting": card.state == "waiting",
    }
    if card.result:
        context |= drawn(card.result) | _next_steps(request, rule, card.result)
    said = refusal or limit_refusal
    return render(request, "auditor/trial.html", context, status=said.status if said else 200)


def _change(limit: Any, value: str) -> tuple[T, T, str, T]:
    return _t(limit.meaning), _t(limit.now), value, _t(limit.unit)


def _next_steps(request: Request, rule: Rule, told: dict[str, Any]) -> dict[str, Any]:
    today = civil_day(request.now)
    code, name = oversight.use_of(actor=request.actor, rule=rule.id, at=request.now)
    says = T(
        zh="试算 {a} 至 {b}：发现 {x} → {y}，每百 {p} → {q}",
        en="Tried on {a} to {b}: findings {x} → {y}, per hundred {p} → {q}",
    )
    before, after = told["before"], told["after"]
    reason = says.with_(
        a=told["from"], b=told["until"], x=before["findings"], y=after["findings"], p=before["per_hundred"],
        q=after["per_hundred"],
    )  # fmt: skip
    return {
        "use": code,
        "use_name": name,
        "may_switch": SWITCH_RULE.held_by(request.actor),
        "law": oversight.stops_by_law(rule.id, today, ""),
        "reason": reason,
        "today": today,
    }


# DRAWING


def drawn(told: dict[str, Any]) -> dict[str, Any]:
    """A comparison as a page shows it: sentences, tiles, columns by month, bars by institution."""
    before, after = told["before"], told["after"]
    return {
        "told": told,
        "before": before,
        "after": after,
        "changed": bool(told["changed"]),
        "headline": _headline(told),
        "rate_name": T(zh=told["rate_name_zh"], en=told["rate_name_en"]),
        "series": SERIES,
        "counts": _columns(told["months"], "", lambda value: str(value)),
        "money": _columns(told["months"], "_fen", lambda fen: f"¥{yuan(fen)}") if _any_money(told) else (),
        "places": _places(told),
        "examples": [
            (T(zh="只有试算时发现", en="Found only with the tried limits"), told["only_after"], _told(told, "after")),
            (
                T(zh="只有现行规则发现", en="Found only by the rule in force"),
                told["only_before"],
                _told(told, "before"),
            ),
        ],
    }


def _any_money(told: dict[str, Any]) -> bool:
    return bool(told["before"]["in_breach_fen"] or told["after"]["in_breach_fen"])


def _headline(told: dict[str, Any]) -> T:
    before, after = told["before"]["findings"], told["after"]["findings"]
    if not told["changed"]:
        return T(zh="现行规则发现 {n} 个", en="The rule in force finds {n}").with_(n=before)
    return T(zh="发现从 {a} 个变为 {b} 个", en="From {a} findings to {b}").with_(a=before, b=after)


def _columns(months: list[dict[str, Any]], suffix: str, text: Any) -> tuple[Upright, ...]:
    """Two columns a month: in force, tried."""
    columns = []
    for month in months:
        for (kind, name), side in zip(SERIES, ("before", "after"), strict=True):
            value = month[f"{side}{suffix}"]
            says = T(zh="{m} {side}：{v}", en="{m} {side}: {v}").with_(m=month["month"], side=name, v=text(value))
            label = str(int(month["month"][5:])) if side == "before" else ""
            columns.append((label, says, [(kind, value)]))
    return uprights(columns)


def _places(told: dict[str, Any]) -> list[tuple[dict[str, Any], Bar, Bar, int | None, int | None]]:
    """Each institution with a bar for either side, all on one scale, and its shares in whole percent."""
    rows = told["institutions"]
    most = max((max(row["before"], row["after"]) for row in rows), default=0)
    found = []
    for row in rows:
        name = T(zh=row["name"], en=row["name"])
        bars = [
            stacked(
                [(kind, side, row[key])],
                T(zh="{name} {side} {n}", en="{name} {side} {n}").with_(name=name, side=side, n=row[key]),
                whole=most,
            )
            for (kind, side), key in zip(SERIES, ("before", "after"), strict=True)
        ]
        shares = [_share(row[key], told[key]["findings"]) for key in ("before", "after")]
        found.append((row, bars[0], bars[1], shares[0], shares[1]))
    return found


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None


def _told(told: dict[str, Any], side: str) -> list[tuple[dict[str, Any], T, T]]:
    return [
        (one, T(zh=one["sentence_zh"], en=one["sentence_en"]), T(zh=one["elsewhere_zh"], en=one["elsewhere_en"]))
        for one in told[f"examples_{side}"]
    ]
