"""The remark beside each rule of the coverage manifest: why it judged nothing, or what its lists lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from xinglin.supervision.reports.markup import both, words
from xinglin.supervision.verdicts import Outcome, Words

Count = Callable[[int], str]
NAMED: Final = 3
WHY_NOT: Final = {
    "no_subject": Words("输入中没有这类对象", "the input holds no subject of its kind"),
    "not_in_force": Words("当日当地尚未施行", "not in force on those days or in that place"),
}
LOAD: Final = Words(
    "可用 xinglin knowledge import 载入公布的记录", "xinglin knowledge import loads the published records"
)


def remark(rule: Mapping[str, Any], count: Count) -> str:
    """Why a rule judged nothing: no subject, nothing that it is about, or what is missing; and lists without a row."""
    if rule["why_not"]:
        return words(WHY_NOT[rule["why_not"]])
    told = [_because(one, count) for one in rule["because"]]
    settled = rule["outcomes"][Outcome.CLEAR.value] + rule["outcomes"][Outcome.FINDING.value]
    if rule["because"]:
        none = rule["outcomes"][Outcome.NOT_APPLICABLE.value]
        told.insert(0, both(f"{count(none)}次不适用：", f"not applicable to {count(none)}:"))
    if rule["missing"] and not settled:
        told.append(_missing(rule))
    if rule["empty_lists"]:
        names = rule["empty_lists"]
        zh, en = "、".join(one["zh"] for one in names), "; ".join(one["en"] for one in names)
        told.append(both(f"名单为空（{zh}），{LOAD.zh}。", f"without any row: {en}; {LOAD.en}."))
    return f'<small class="quiet">{" ".join(told)}</small>' if told else ""


def _missing(rule: Mapping[str, Any]) -> str:
    every = rule["missing"]
    more = ("……", " …") if len(every) > NAMED else ("", "")
    zh, en = "、".join(one["zh"] for one in every[:NAMED]), "; ".join(one["en"] for one in every[:NAMED])
    return both(f"缺少：{zh}{more[0]}", f"missing: {en}{more[1]}")


def _because(one: Mapping[str, Any], count: Count) -> str:
    """A list with its rows and how many of the input's rows stand on it, or a fact with the values that are there."""
    if "list" in one:
        here = one["here"]
        if here is None:
            return both(f"{one['zh']}（{one['rows']:,}行）；", f"{one['en']} ({one['rows']:,} rows);")
        return both(
            f"{one['zh']}（名单{one['rows']:,}行，输入中{here:,}条在列）；",
            f"{one['en']} (a list of {one['rows']:,} rows, on which {here:,} of the input stand);",
        )
    held = ", ".join(f"{both(value['zh'], value['en'])} {count(value['rows'])}" for value in one["held"])
    name = both(one["zh"], one["en"])
    return f"{name}: {held};" if held else f"{name};"


def made_from(one: Mapping[str, Any]) -> str:
    """What a missing measure is made from and the input does not say."""
    if not one["made_from"]:
        return ""
    zh = "、".join(fact["zh"] + (f"（{fact['rows']:,}行）" if fact["rows"] else "") for fact in one["made_from"])
    en = "; ".join(fact["en"] + (f" (in {fact['rows']:,} rows)" if fact["rows"] else "") for fact in one["made_from"])
    label = both(f"输入没有：{zh}", f"the input does not say: {en}")
    return f'<br><small class="quiet">{label}</small>'
