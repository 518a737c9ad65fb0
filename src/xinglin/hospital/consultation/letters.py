"""The letter that goes with a patient who is sent to a hospital because of a red flag. Drafted from facts; pure.

It is a draft: the physician reads, changes and sends it. Sent by the clock, it says that nobody has read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.texts import T

REASONS_MOST = 6
SEXES = {"F": T(zh="女", en="female"), "M": T(zh="男", en="male")}


@dataclass(frozen=True, slots=True)
class Flagged:
    """A red flag with what it rests on, as an alarm keeps it."""

    name: T
    do: T
    because: Sequence[Mapping[str, Any]]
    at: datetime


@dataclass(frozen=True, slots=True)
class Who:
    """Of whom the letter speaks, who writes, and from where."""

    name: str
    sex: str
    age: str
    physician: str
    hospital: T


def draft(who: Who, flags: Sequence[Flagged], now: datetime) -> T:
    """The letter in both languages. With several flags, the first is the gravest."""
    return T(zh=_chinese(who, flags, now), en=_english(who, flags, now))


def both(letter: T) -> str:
    """Both languages under each other, for a house that has not been chosen yet."""
    return f"{letter.zh}\n\n{letter.en}"


def _when(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _said(one: Mapping[str, Any], name: str) -> str:
    words = "”“".join(str(word) for word in one.get("words", ())[:3])
    return f"{name}（“{words}”）" if words else name


def _chinese(who: Who, flags: Sequence[Flagged], now: datetime) -> str:
    lines = [
        f"转诊信（{who.hospital.zh}，{_when(now)}）",
        f"患者：{who.name}，{SEXES.get(who.sex, T(zh='', en='')).zh}，{who.age} 岁",
    ]
    for flag in flags:
        told = "；".join(_said(one, str(one["name_zh"])) for one in flag.because[:REASONS_MOST])
        lines.append(f"{_when(flag.at)} 线上对话中出现：{flag.name.zh}。" + (f"患者所述：{told}。" if told else ""))
    lines.append(f"已告知患者：{flags[0].do.zh}" if flags else "")
    lines.append("线上未做体格检查，以上为患者自述，未经证实。请按急诊评估。")
    lines.append(f"接诊医师：{who.physician}")
    return "\n".join(filter(None, lines))


def _english(who: Who, flags: Sequence[Flagged], now: datetime) -> str:
    lines = [
        f"Letter of referral ({who.hospital.en}, {_when(now)})",
        f"Patient: {who.name}, {SEXES.get(who.sex, T(zh='', en='')).en}, {who.age} years",
    ]
    for flag in flags:
        told = "; ".join(
            str(one["name_en"]) + "".join(f" (“{word}”)" for word in one.get("words", ())[:3])
            for one in flag.because[:REASONS_MOST]
        )
        lines.append(
            f"{_when(flag.at)}, online: {flag.name.en}." + (f" In the patient's words: {told}." if told else "")
        )
    lines.append(f"The patient was told: {flags[0].do.en}" if flags else "")
    lines.append(
        "No examination was possible online; the above is what the patient said. Please assess as an emergency."
    )
    lines.append(f"Physician: {who.physician}")
    return "\n".join(filter(None, lines))
