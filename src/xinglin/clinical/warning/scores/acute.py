"""Acute deterioration in adults: NEWS2, qSOFA, the Glasgow Coma Scale; and the obstetric scale where NEWS2 refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from xinglin.clinical.warning.scores.result import Answer, BadInput, Item, Refused, Score, item, total, within
from xinglin.clinical.warning.scores.tables import Band, ScoreTable, score_tables
from xinglin.clinical.warning.words import Words

NEWS2_AGE_FROM: Final = 16
NEWS2_PREGNANCY_WEEKS: Final = 20
NEWS2_MEDIUM: Final = 5
ADULTS_ONLY: Final = Words(
    "没有给出年龄；NEWS2 只适用于 16 岁及以上。", "The age is not known; NEWS2 is valid from 16 years."
)
SCALE_2: Final = Words(
    "血氧量表 2 只用于经医师确认的高碳酸血症性呼吸衰竭。",
    "Saturation scale 2 is only for hypercapnic respiratory failure confirmed by a physician.",
)


@dataclass(frozen=True, slots=True)
class News2Input:
    """Vital signs: breaths and beats a minute, %, mmHg, °C; `spo2_scale` 2 only for confirmed hypercapnic failure."""

    respiratory_rate: float | None = None
    spo2: float | None = None
    on_oxygen: bool | None = None
    systolic_bp: float | None = None
    pulse: float | None = None
    consciousness: Literal["alert", "confusion-or-vpu"] | None = None
    temperature: float | None = None
    spo2_scale: Literal["1", "2"] = "1"
    age_years: float | None = None
    pregnant: bool | None = None
    pregnancy_weeks: float | None = None
    spinal_injury: bool | None = None


def news2(given: News2Input) -> Answer:
    """NEWS2 of the Royal College of Physicians; Refused under 16, from 20 weeks of pregnancy, in spinal injury."""
    table = score_tables()["news2"]
    _check_vitals(given)
    refused = _news2_refusal(given, table.source)
    if refused is not None:
        return refused
    items = [
        item(table, "respiratory_rate", given.respiratory_rate),
        _saturation(given, table),
        item(table, "on_oxygen", given.on_oxygen),
        item(table, "systolic_bp", given.systolic_bp),
        item(table, "pulse", given.pulse),
        item(table, "consciousness", given.consciousness),
        item(table, "temperature", given.temperature),
    ]
    provisos = [ADULTS_ONLY] if given.age_years is None else []
    if given.spo2_scale == "2":
        provisos.append(SCALE_2)

    def band_of(points: Sequence[float]) -> Band:
        """A single red 3 is low-medium; 3 or 4 points of small deviations are low."""
        plain = table.band(sum(points))
        if plain.least >= NEWS2_MEDIUM or plain.least == 0:
            return plain
        return table.band_called("low-medium" if 3 in points else "low")

    return total(table, items, provisos=provisos, band_of=band_of)


def _check_vitals(given: News2Input) -> None:
    within("respiratory_rate", given.respiratory_rate, 0, 90, "/min")
    within("spo2", given.spo2, 30, 100, "%")
    within("systolic_bp", given.systolic_bp, 20, 320, "mmHg")
    within("pulse", given.pulse, 0, 300, "/min")
    within("temperature", given.temperature, 20, 46, "°C")
    if given.spo2_scale not in {"1", "2"}:
        raise BadInput("spo2_scale", "1 or 2")


def _news2_refusal(given: News2Input, source: str) -> Refused | None:
    if given.age_years is not None and given.age_years < NEWS2_AGE_FROM:
        why = Words("NEWS2 不适用于 16 岁以下。", "NEWS2 is not valid under 16 years.")
        other = Words(
            "请用儿童评估（NICE NG143 红绿灯）。", "Use the assessment of children (NICE NG143 traffic light)."
        )
        return Refused("news2", "under-16", why, other, source)
    weeks = given.pregnancy_weeks
    if given.pregnant is not False and weeks is not None and weeks >= NEWS2_PREGNANCY_WEEKS:
        why = Words("NEWS2 不适用于妊娠满 20 周者。", "NEWS2 is not valid in pregnancy from 20 weeks.")
        return Refused("news2", "pregnancy", why, Words("请用产科早期预警评分。", "Use the obstetric scale."), source)
    if given.pregnant and weeks is None:
        why = Words("已怀孕但孕周不详，NEWS2 可能不适用。", "Pregnant, weeks not known: NEWS2 may not be valid.")
        return Refused("news2", "pregnancy", why, Words("请用产科早期预警评分。", "Use the obstetric scale."), source)
    if given.spinal_injury:
        why = Words("NEWS2 不适用于脊髓损伤者。", "NEWS2 is not valid in spinal cord injury.")
        return Refused(
            "news2", "spinal-injury", why, Words("请由医师当面评估。", "A physician assesses in person."), source
        )
    return None


def _saturation(given: News2Input, table: ScoreTable) -> Item:
    if given.spo2_scale == "1":
        return item(table, "spo2_scale_1", given.spo2, "spo2")
    if given.on_oxygen is None:
        readings = [item(table, f"spo2_scale_2_{how}", given.spo2, "spo2") for how in ("air", "oxygen")]
        possible = tuple(sorted({points for row in readings for points in row.possible}))
        absent = ("on_oxygen",) if given.spo2 is not None else ("spo2", "on_oxygen")
        return Item("spo2_scale_2", readings[0].name, possible, absent if len(possible) > 1 else ())
    return item(table, "spo2_scale_2_oxygen" if given.on_oxygen else "spo2_scale_2_air", given.spo2, "spo2")


@dataclass(frozen=True, slots=True)
class QsofaInput:
    """Breaths a minute, mmHg, and whether the mind is altered (GCS below 15)."""

    respiratory_rate: float | None = None
    systolic_bp: float | None = None
    altered_mentation: bool | None = None


def qsofa(given: QsofaInput) -> Score:
    """qSOFA of Sepsis-3; a prompt, not a screening test on its own."""
    table = score_tables()["qsofa"]
    within("respiratory_rate", given.respiratory_rate, 0, 90, "/min")
    within("systolic_bp", given.systolic_bp, 20, 320, "mmHg")
    names = ("respiratory_rate", "systolic_bp", "altered_mentation")
    return total(table, [item(table, name, getattr(given, name)) for name in names])


@dataclass(frozen=True, slots=True)
class GcsInput:
    """The best response of each kind; None where it cannot be tested (tube, swelling)."""

    eyes: Literal["none", "to-pressure", "to-sound", "spontaneous"] | None = None
    verbal: Literal["none", "sounds", "words", "confused", "orientated"] | None = None
    motor: Literal["none", "extension", "abnormal-flexion", "normal-flexion", "localising", "obeys"] | None = None


def gcs(given: GcsInput) -> Score:
    """The Glasgow Coma Scale; a response that could not be tested leaves a range. The gravest band comes last."""
    table = score_tables()["gcs"]
    score = total(table, [item(table, name, getattr(given, name)) for name in ("eyes", "verbal", "motor")])
    graver_last = tuple(reversed(score.bands))
    return Score(
        score.score,
        score.name,
        score.lowest,
        score.highest,
        graver_last,
        score.items,
        score.missing,
        score.provisos,
        score.source,
        score.read,
    )


@dataclass(frozen=True, slots=True)
class MeowsInput:
    """Vital signs of a pregnant or newly delivered woman; pain 0 to 3."""

    temperature: float | None = None
    systolic_bp: float | None = None
    diastolic_bp: float | None = None
    pulse: float | None = None
    respiratory_rate: float | None = None
    spo2: float | None = None
    pain: float | None = None
    response: Literal["alert", "voice", "pain", "unresponsive"] | None = None
    pregnant_or_within_six_weeks: bool | None = None


def meows(given: MeowsInput) -> Answer:
    """The obstetric warning system: one red trigger (counted 9) or two yellow ones (1 each) call the obstetrician."""
    table = score_tables()["meows"]
    if given.pregnant_or_within_six_weeks is False:
        why = Words("此表只用于孕期及产后 6 周内。", "This scale is for pregnancy and the six weeks after birth.")
        return Refused("meows", "not-obstetric", why, Words("请用 NEWS2。", "Use NEWS2."), table.source)
    within("temperature", given.temperature, 20, 46, "°C")
    within("spo2", given.spo2, 30, 100, "%")
    within("pain", given.pain, 0, 3, "(0 none to 3 severe)")
    return total(table, [item(table, name, getattr(given, name)) for name in table.parts])
