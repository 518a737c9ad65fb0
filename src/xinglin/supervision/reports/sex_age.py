"""How much was judged by sex and by age: medicines, procedures and diagnoses, how many were not, and why.

A rule that found nothing says little until one knows how much of the input it could look at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

from xinglin.supervision.facts.words import ItemKind
from xinglin.supervision.reports.markup import both, card, table, words
from xinglin.supervision.reports.reasons import Held
from xinglin.supervision.verdicts import Outcome, Words
from xinglin.supervision.vocabulary.papers import Rule

MEDICINE: Final = Words("药品", "medicines")
SERVICE: Final = Words("诊疗项目", "procedures")
DIAGNOSIS: Final = Words("就诊诊断", "diagnoses of visits")
SEX, AGE, BOTH = Words("性别", "sex"), Words("年龄", "age"), Words("性别和年龄", "sex and age")
ASKED: Final = {
    "D03": (MEDICINE, SEX),
    "D01": (MEDICINE, AGE),
    "D02": (MEDICINE, AGE),
    "E10": (SERVICE, SEX),
    "E09": (SERVICE, AGE),
    "G05": (DIAGNOSIS, BOTH),
}
"""The rules that judge by sex or age, of what, and by which."""
SERVICES: Final = frozenset({ItemKind.SERVICE.words, ItemKind.OPERATION.words, ItemKind.VISIT_FEE.words})


def sex_and_age(rules: Sequence[Rule], tallies: Mapping[str, Mapping[str, Any]], held: Held) -> list[dict[str, Any]]:
    """One row for each of these rules that was asked: of how many, how many judged, found, without limit, not told.

    Procedures stand among the charged items; what is no procedure is not counted with them.
    """
    others = sum(count for value, count in held.values("item.kind") if value not in SERVICES)
    found = []
    for rule in rules:
        if rule.id not in ASKED:
            continue
        of, by = ASKED[rule.id]
        outcomes = tallies[rule.id]["outcomes"]
        counts = {outcome: int(outcomes[outcome.value]) for outcome in Outcome}
        beside = min(others, counts[Outcome.NOT_APPLICABLE]) if of is SERVICE else 0
        found.append(
            {
                "rule": rule.id,
                "of_zh": of.zh,
                "of_en": of.en,
                "by_zh": by.zh,
                "by_en": by.en,
                "all": sum(counts.values()) - beside,
                "judged": counts[Outcome.CLEAR] + counts[Outcome.FINDING],
                "found": counts[Outcome.FINDING],
                "no_limit": counts[Outcome.NOT_APPLICABLE] - beside,
                "cannot_tell": counts[Outcome.CANNOT_TELL],
            }
        )
    return sorted(found, key=lambda row: list(ASKED).index(row["rule"]))


def section(manifest: Mapping[str, Any], count: Callable[[int], str]) -> str:
    """The card of the report; nothing where no such rule was asked."""
    rows = manifest["sex_and_age"]
    if not rows:
        return ""
    missing = {rule["rule"]: rule["missing"] for rule in manifest["rules"]}
    drawn = [
        (
            f"{both(row['of_zh'], row['of_en'])} · {both(row['by_zh'], row['by_en'])} <b>{escape(row['rule'])}</b>",
            count(row["all"]),
            count(row["judged"]),
            count(row["found"]),
            count(row["no_limit"]),
            count(row["cannot_tell"]),
            _missing(missing[row["rule"]]) if row["cannot_tell"] else "",
        )
        for row in rows
    ]
    head = (
        (both("对象与依据", "What, and by what"), False),
        (both("总数", "All"), True),
        (both("已判断", "Judged"), True),
        (both("发现", "Found"), True),
        (both("没有限制", "No limit"), True),
        (both("未能判断", "Cannot tell"), True),
        (both("原因", "Why"), False),
    )
    note = Words(
        "“没有限制”指表中没有这种药品、项目或诊断的性别或年龄限制，或没有向基金申请支付；名称未能对应的，不能判断。",
        "“No limit”: no table limits this medicine, procedure or diagnosis by sex or age, or the fund was not asked. "
        "Where a name did not map it cannot be told.",
    )
    body = f'<p class="small quiet">{words(note)}</p>{table(head, drawn, "wide")}{_names(manifest, count)}'
    return card(both("性别和年龄限制判断了多少", "How much was judged by sex and age"), body, anchor="sex-and-age")


def _missing(facts: Sequence[Mapping[str, Any]]) -> str:
    zh, en = "、".join(one["zh"] for one in facts), "; ".join(one["en"] for one in facts)
    return f'<small class="quiet">{both(f"缺少：{zh}", f"missing: {en}")}</small>'


KINDS: Final = {
    "medicine": MEDICINE,
    "procedure": SERVICE,
    "condition": Words("疾病和问题", "problems"),
    "allergy": Words("过敏原", "allergens"),
}
"""The kinds of names that an export has."""


def _names(manifest: Mapping[str, Any], count: Callable[[int], str]) -> str:
    """Of each kind of names, how many mapped."""
    given = manifest["input"]
    told = []
    for kind, named in KINDS.items():
        known, unknown = given["mapped"].get(kind, 0), sum(given["unmapped"].get(kind, {}).values())
        if known or unknown:
            told.append(f"{words(named)} {count(known)} / {count(known + unknown)}")
    if not told:
        return ""
    return f'<p class="small quiet">{both("已对应的名称", "Names that mapped")}: {" · ".join(told)}</p>'
