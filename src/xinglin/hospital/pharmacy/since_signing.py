"""What has become known of the patient since a prescription was signed: told where the check is asked again. Pure.

Two questions of the check are compared, the one kept as evidence at the signature and the one of now. While they are
the same, findings have the same tickets; where they differ, the pharmacist reads what is new before the findings.
"""

from collections.abc import Mapping
from typing import Any

from xinglin.hospital.decision_support.selectors import fact_name
from xinglin.hospital.kernel.texts import T

PLAIN = ("weight_kg", "height_cm", "pregnant", "pregnancy_weeks", "lactating", "dialysis")
UNKNOWN = T(zh="未记录", en="not recorded")
YES, NO = T(zh="是", en="yes"), T(zh="否", en="no")
NEVER_ASKED = T(zh="没有问过", en="never asked")
NONE = T(zh="已问，无", en="asked: none")


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[T]:
    """Every fact that differs between two questions about the same prescription, in words; empty where none does."""
    before, after = then["patient"], now["patient"]
    found = _results(before, after)
    for name in PLAIN:
        if before[name] != after[name]:
            found.append(_differs(fact_name(f"patient.{name}"), _said(before[name]), _said(after[name])))
    if _allergies(before) != _allergies(after):
        found.append(_differs(fact_name("patient.allergies"), _allergies(before), _allergies(after)))
    for code in after["diagnoses"]:
        if code not in before["diagnoses"]:
            found.append(T(zh="新的诊断：{code}", en="A new diagnosis: {code}").with_(code=code))
    for code in before["diagnoses"]:
        if code not in after["diagnoses"]:
            found.append(
                T(zh="不再成立的诊断：{code}", en="A diagnosis that no longer stands: {code}").with_(code=code)
            )
    return found + _medicines(then, now)


def _differs(name: T, before: T, after: T) -> T:
    return T(zh="{name}：签发时{before}，现在{after}", en="{name}: {before} at the signature, {after} now").with_(
        name=name, before=before, after=after
    )


def _said(value: Any) -> T:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return YES if value else NO
    return T(zh=str(value), en=str(value))


# LABORATORY RESULTS, ALLERGIES


def _results(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[T]:
    old = {one["code"]: one for one in before["labs"]}
    new = {one["code"]: one for one in after["labs"]}
    return [
        _differs(fact_name(f"patient.labs.{code}"), _result(old.get(code)), _result(new.get(code)))
        for code in sorted(old.keys() | new.keys())
        if old.get(code) != new.get(code)
    ]


def _result(one: Mapping[str, Any] | None) -> T:
    if one is None:
        return UNKNOWN
    text = " ".join(part for part in (one["value"], one["unit"]) if part)
    return T(zh="{text}（{on}）", en="{text} ({on})").with_(text=text, on=one["on"])


def _allergies(patient: Mapping[str, Any]) -> T:
    """Who has never been asked is not somebody who bears everything."""
    if "allergies" not in patient:
        return NEVER_ASKED
    named = [one["substance"] for one in patient["allergies"]]
    return T(zh="、".join(named), en=", ".join(named)) if named else NONE


# MEDICINES TAKEN ALREADY


def _medicines(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[T]:
    old = {one["line"]: one for one in then["current"]}
    new = {one["line"]: one for one in now["current"]}
    found = []
    for line in [*new, *(line for line in old if line not in new)]:
        if line not in old:
            found.append(T(zh="正在用的药多了{x}", en="Now also taken: {x}").with_(x=_medicine(new[line])))
        elif line not in new:
            found.append(T(zh="不再使用{x}", en="No longer taken: {x}").with_(x=_medicine(old[line])))
        elif old[line] != new[line]:
            text = T(zh="正在用的{x}，用法变了", en="{x}, taken already, is taken otherwise now")
            found.append(text.with_(x=_medicine(new[line])))
    return found


def _medicine(one: Mapping[str, Any]) -> T:
    if "words" not in one:
        return T(zh=one["name_zh"], en=one["name_en"])
    words = " ".join(part for part in (one["words"]["drug"], one["words"]["sig"]) if part)
    if one["words"]["held"]:
        return T(zh="{words}（暂停）", en="{words} (on hold)").with_(words=words)
    return T(zh=words, en=words)
