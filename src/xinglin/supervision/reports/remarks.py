"""The remark beside each rule of the coverage manifest: why it did not apply, why it cannot tell, what lists lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from xinglin.supervision.reports.markup import words
from xinglin.supervision.verdicts import Outcome, Words

Count = Callable[[int], str]
NAMED: Final = 3
WHY_NOT: Final = {
    "no_subject": Words("输入中没有这类对象。", "The input holds no subject of its kind."),
    "not_in_force": Words("当日当地尚未施行。", "Not in force on those days or in that place."),
}
CHECKED: Final = Words(
    "符合：药品核对表中没有不宜之处；表中没有收录的药品也在其中。",
    "Clear: the tables of the check of medicines name nothing against it; what they do not hold is among these.",
)
LOAD: Final = Words(
    "可用 xinglin knowledge import 载入公布的记录", "xinglin knowledge import loads the published records"
)


def remark(rule: Mapping[str, Any], count: Count) -> str:
    """Why a rule judged nothing: no subject, nothing that it is about; what it lacked; and lists without a row."""
    if rule["why_not"]:
        return f'<small class="quiet">{words(WHY_NOT[rule["why_not"]])}</small>'
    told = [
        one for one in (_because(rule, count), _missing(rule, count), _empty(rule), _checked(rule)) if one is not None
    ]
    return "".join(f'<small class="quiet remark">{words(one)}</small>' for one in told)


def _because(rule: Mapping[str, Any], count: Count) -> Words | None:
    """Where nothing was settled: the lists and facts that decide whether the rule applies, and what the input holds."""
    telling = [one for one in rule["because"] if "list" in one or any(value["known"] for value in one["held"])]
    chosen = (telling or rule["because"])[:NAMED]
    if not chosen:
        return None
    none = count(rule["outcomes"][Outcome.NOT_APPLICABLE.value])
    parts = list(dict.fromkeys(_entry(one, count) for one in chosen))
    return Words(
        f"{none}次不适用：{'；'.join(one.zh for one in parts)}。",
        f"Not applicable to {none}: {'; '.join(one.en for one in parts)}.",
    )


def _entry(one: Mapping[str, Any], count: Count) -> Words:
    """A list with its rows and how many of the input's rows stand on it, or a fact with the values that are there."""
    if "list" in one:
        zh, en = f"名单{one['rows']:,}行", f"{one['rows']:,} rows"
        if one["here"] is not None:
            zh, en = f"{zh}，输入中{count(one['here'])}条在列", f"{en}, {count(one['here'])} of the input on it"
        return Words(f"{one['zh']}（{zh}）", f"{one['en']} ({en})")
    zh = "、".join(f"{value['zh']} {count(value['rows'])}" for value in one["held"])
    en = ", ".join(f"{value['en']} {count(value['rows'])}" for value in one["held"])
    return Words(f"{one['zh']}（{zh}）", f"{one['en']} ({en})") if zh else Words(one["zh"], one["en"])


def _missing(rule: Mapping[str, Any], count: Count) -> Words | None:
    """What was missing where the rule cannot tell; a measure by what it is made from."""
    if not rule["missing"]:
        return None
    every = list(dict.fromkeys(words for one in rule["missing"] for words in _named(one)))
    more = ("等", " and more") if len(every) > NAMED else ("", "")
    unknown = count(rule["outcomes"][Outcome.CANNOT_TELL.value])
    return Words(
        f"{unknown}次无法判断，缺少：{'、'.join(one.zh for one in every[:NAMED])}{more[0]}。",
        f"Cannot tell of {unknown}, missing: {'; '.join(one.en for one in every[:NAMED])}{more[1]}.",
    )


def _named(one: Mapping[str, Any]) -> list[Words]:
    return [Words(fact["zh"], fact["en"]) for fact in one["made_from"]] or [Words(one["zh"], one["en"])]


def _empty(rule: Mapping[str, Any]) -> Words | None:
    """Lists of the rule that hold no row: it can find nothing by them."""
    if not rule["empty_lists"]:
        return None
    zh, en = ("、".join(one["zh"] for one in rule["empty_lists"]), "; ".join(one["en"] for one in rule["empty_lists"]))
    return Words(f"名单为空：{zh}；{LOAD.zh}。", f"List without any row: {en}; {LOAD.en}.")


def _checked(rule: Mapping[str, Any]) -> Words | None:
    """A rule that rests on the check of medicines: what its tables do not hold is clear as well."""
    return CHECKED if rule["checked"] and rule["outcomes"][Outcome.CLEAR.value] else None


def made_from(one: Mapping[str, Any]) -> str:
    """What a missing measure is made from and the input does not say."""
    if not one["made_from"]:
        return ""
    zh = "、".join(fact["zh"] + (f"（{fact['rows']:,}行）" if fact["rows"] else "") for fact in one["made_from"])
    en = "; ".join(fact["en"] + (f" (in {fact['rows']:,} rows)" if fact["rows"] else "") for fact in one["made_from"])
    label = words(Words(f"输入没有：{zh}", f"the input does not say: {en}"))
    return f'<br><small class="quiet">{label}</small>'
