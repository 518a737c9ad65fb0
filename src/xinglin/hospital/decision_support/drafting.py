"""A draft of history (S) and objective findings (O) from what was understood, for the physician to take and change.

Sentences are put together from findings, how long they have lasted, and what was denied. Nothing is added that nobody
said; nothing is written into a record by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinglin.clinical.knowledge.conditions import load_conditions
from xinglin.hospital.decision_support.diagnosing import Diagnosis
from xinglin.hospital.decision_support.understanding import Understood, understood
from xinglin.hospital.kernel.texts import T

MADE_BY: Final = T(
    zh="（AI 按对话整理，由医师修改后签名）",
    en="(Assembled by AI from the conversation; the physician edits and signs)",
)
UNITS: Final[Mapping[str, str]] = {"C": "°C"}
PRESSURE: Final = T(zh="血压", en="blood pressure")
NOT_EXAMINED: Final = T(zh="线上问诊，未做体格检查。", en="Online visit; no physical examination was done.")
SEVERITY: Final[Mapping[str, T]] = {
    "mild": T(zh="轻", en="mild"),
    "moderate": T(zh="中等", en="moderate"),
    "severe": T(zh="重", en="severe"),
}
SIDES: Final[Mapping[str, T]] = {
    "left": T(zh="左侧", en="left"),
    "right": T(zh="右侧", en="right"),
    "both": T(zh="双侧", en="both sides"),
    "bilateral": T(zh="双侧", en="both sides"),
}
ONSETS: Final[Mapping[str, T]] = {
    "sudden": T(zh="突发", en="sudden"),
    "gradual": T(zh="逐渐出现", en="gradual"),
}
PATTERNS: Final[Mapping[str, T]] = {
    "episodic": T(zh="阵发", en="in episodes"),
    "recurrent": T(zh="反复", en="recurrent"),
    "progressive": T(zh="逐渐加重", en="getting worse"),
    "constant": T(zh="持续", en="constant"),
}
SPANS: Final = ((24 * 365, "年", "year"), (24 * 30, "个月", "month"), (24 * 7, "周", "week"), (24, "天", "day"))
LONG_DAYS: Final = 14
MEASURED: Final = frozenset({"vital", "lab", "test"})
Part = tuple[T, list[str]]


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """Texts offered for two parts of the record; empty where nothing was said."""

    subjective: str
    objective: str


def draft_record(diagnosis: Diagnosis, language: str) -> RecordDraft:
    """The draft in `zh` or `en`."""
    rows = [one for one in understood(diagnosis) if one.state != "removed"]
    symptoms = [one for one in rows if one.counts and _kind(one) in {"symptom", "sign", "named"}]
    risks = [one for one in rows if one.counts and _kind(one) == "risk"]
    told: list[Part] = [
        (T(zh="患者自述：", en="Reports: "), [_phrase(one, language) for one in symptoms if one.state == "yes"]),
        (T(zh="否认：", en="Denies: "), _names((one for one in symptoms if one.state == "no"), language)),
        (T(zh="不确定：", en="Not sure about: "), _names((one for one in rows if one.state == "unsure"), language)),
        (T(zh="既往和相关情况：", en="History: "), _history(rows, risks, language)),
        (T(zh="否认既往：", en="No history of: "), _names((one for one in risks if one.state == "no"), language)),
        (T(zh="家族史：", en="Family: "), _names((one for one in rows if one.about == "family"), language)),
    ]
    return RecordDraft(_written(told, language), _objective(diagnosis, rows, language))


def _history(rows: list[Understood], risks: list[Understood], language: str) -> list[str]:
    past = [one for one in rows if one.about == "past" and one.state == "yes"]
    return _names([*past, *(one for one in risks if one.state == "yes")], language)


def _written(parts: list[Part], language: str) -> str:
    comma, stop = ("、", "。") if language == "zh" else (", ", ".")
    lines = [_in(label, language) + comma.join(dict.fromkeys(words)) + stop for label, words in parts if words]
    return "\n".join([*lines, _in(MADE_BY, language)]) if lines else ""


def _objective(diagnosis: Diagnosis, rows: list[Understood], language: str) -> str:
    """Numbers that were said or measured, and results that were named; and that nobody examined the patient."""
    values = dict(_numbers(diagnosis, language))
    results = [one for one in rows if one.counts and one.state == "yes" and _kind(one) in MEASURED]
    named = [_in(one.name, language) for one in results if one.mention.get("quantity") is None]
    parts: list[Part] = [
        (
            T(zh="测量（患者自述或已有记录）：", en="Measured (told by the patient or on record): "),
            list(values.values()),
        )
    ]
    parts.append((T(zh="检查结果（患者提供）：", en="Results (told by the patient): "), named))
    text = _written(parts, language)
    return _in(NOT_EXAMINED, language) + "\n" + text if text else ""


def _numbers(diagnosis: Diagnosis, language: str) -> Iterable[tuple[str, str]]:
    known = load_conditions().quantities
    told = dict(diagnosis.given["vitals"])
    for one in diagnosis.answer["findings"]:
        if one.get("quantity") in known and one["time"] == "now" and one["experiencer"] == "patient":
            told[one["quantity"]] = one["value"]
    if "sbp" in told and "dbp" in told:
        yield "bp", f"{_in(PRESSURE, language)} {told.pop('sbp'):g}/{told.pop('dbp'):g} mmHg"
    for name, value in told.items():
        row = known[name]
        yield (
            name,
            f"{_in(T(zh=row.name_zh, en=row.name_en), language)} {value:g} {UNITS.get(row.unit, row.unit)}".strip(),
        )


def _kind(one: Understood) -> str:
    row = load_conditions().findings.get(one.code)
    return "named" if row is None else row.kind


def _names(rows: Iterable[Understood], language: str) -> list[str]:
    return [_in(one.name, language) for one in rows]


def _phrase(one: Understood, language: str) -> str:
    """A finding with what was said of it: side, how bad, how it came, how long."""
    told = one.mention
    words = [
        _in(table[told[name]], language)
        for name, table in (("side", SIDES), ("severity", SEVERITY), ("onset", ONSETS), ("pattern", PATTERNS))
        if told.get(name) in table
    ]
    if told.get("duration_hours"):
        words.append(lasting(float(told["duration_hours"]), language))
    name = _in(one.name, language)
    if not words:
        return name
    return f"{name}（{'，'.join(words)}）" if language == "zh" else f"{name} ({', '.join(words)})"


def lasting(hours: float, language: str) -> str:
    """How long, as people say it: 3 天, 2 weeks. Weeks only when they are whole."""
    for size, zh, en in SPANS:
        count = hours / size
        whole = abs(count - round(count)) < 0.05
        if count >= 1 and (whole or size == 24 or hours > size * LONG_DAYS):
            number = round(count)
            return f"{number} {zh}" if language == "zh" else f"{number} {en}{'' if number == 1 else 's'}"
    number = max(1, round(hours))
    return f"{number} 小时" if language == "zh" else f"{number} hour{'' if number == 1 else 's'}"


def _in(text: T, language: str) -> str:
    return text.in_(language)


def language_of(*texts: Any) -> str | None:
    """The language in which something is written: Chinese as soon as it has Chinese letters; None when all is empty."""
    joined = "".join(str(text) for text in texts).strip()
    if not joined:
        return None
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in joined) else "en"
