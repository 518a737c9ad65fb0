"""Who the patient of a message is: its writer, or the relative that it is written about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from xinglin.clinical.language.reading import Sex
from xinglin.clinical.language.tables import rows, words

ENOUGH: Final = 1.5
"""Points from which a relative is taken for the patient."""
_AGE: Final = r"(?:\d{1,3}|[一二两三四五六七八九十]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_AGE_WORDS: Final = (
    rf"{_AGE}[\s-]*(?:year|yr|month|mo|week|wk|day)s?[\s-]*old|{_AGE}[\s-]*(?:yo|y/o|m/o|mo)\b"
    rf"|{_AGE}\s*(?:周?岁|个多?月|\d{{2}}多岁)"
)
_AFTER_AGE: Final = re.compile(
    rf"\s*[,，(]?\s*(?:is\s|今年|现在|快|已经|aged\s|age\s)?\s*(?:{_AGE_WORDS}|\d{{1,3}}\s*[,，)]|\d{{1,3}}(?=\s))"
)
_BEFORE_AGE: Final = re.compile(rf"(?:{_AGE_WORDS})[\s,的]*(?:\w+\s)?$")
_NOT_HIS_NOW: Final = re.compile(
    r"\s*(?:had\b|died|passed|was diagnosed|also\b|has the same|had the same|both|and i\b|who had|'s (?:house"
    r"|family|side))"
    r"|[,，]?\s*(?:也|都)?(?:有(?!点|些|时|一|个|轻|明)|患|得过|曾|因|死|去世|以前|年轻时|做过|查出|确诊|遗传"
    r"|说|让|叫|不在|帮)"
    r"|(?:也|都)(?:发|咳|感|这样|一样|有|得|是)"
)
_DISEASE: Final = re.compile(
    r"\s*(?:has|have|is)\s+(?:\w+\s){0,2}?(?:diabet|hypertens|high blood pressure|cancer|disease|stroke|heart attack"
    r"|thyroid|asthma|migraines|arthritis|epilep|schizo|bipolar|dementia|alzheimer|gout|psoriasis|eczema|lupus)"
)
_VERB: Final = re.compile(
    r"\s*(?:has|is|'s|keeps|started|woke|won't|can't|cannot|isn't|hasn't|complain|vomit|fell|feels|got|just|suddenly"
    r"|developed|refus|hit|swallow|ate|drank|collapsed|fainted|looks|seems|been|coughing|crying|who is|who has|with|-)"
)
_WITH: Final = re.compile(
    r"(?:\bwith|\bfrom|\bby|\bfor|\band|\bmet|\blive with|\btold|\bof) (?:my|our|his|her|the|a)?\s*$|(?:和|跟|与"
    r"|被|给|同|照顾|带着)(?:我|我的|我家)?$"
)
_ANOTHERS: Final = re.compile(r"\b(?:her|his|their|whose)\s*$|(?:孩子|宝宝|患儿|她|他)的?$")
_SPEAKS: Final = re.compile(
    r"[\s,)]*(?:is |was |has |who |also |herself |himself )*(?:worried|concerned|says|said|reports|reported|states"
    r"|stated|brought|brings|noticed|noted|describes|described|thinks|tells|told|called|asks|gives|gave"
    r"|of (?:a|an|the|this)\b)"
)
"""A relative who only tells of the patient, or is named by way of the patient."""
_SELF_EN: Final = re.compile(
    r"\bi (?:have (?!a \d|a (?:baby|son|daughter|child|kid|toddler|newborn|boy|girl)|been giv|given|noticed"
    r"|taken (?:him|her)|tried|to |not slept)"
    r"|feel|felt|can't (?!get|tell|see|wake|calm)|cannot (?!get|tell|wake)|get |got |am having|vomited|cough"
    r"|fainted|woke|keep |started |hurt"
    r"|had |suffer|ache|threw)|\bi've (?:had|been (?!giv|try)|got)|\bi'm (?:having|coughing|getting|feeling"
    r"|in pain|pregnant|a \d|\d)|\bi am (?:having|coughing|getting|feeling|in pain|pregnant|a \d|\d)"
    r"|\bmy (?:head|stomach|belly|chest|throat|back|knee|leg|foot|ankle|eye|ear|skin|arm|hand|neck|nose|tummy"
    r"|period|left|right|heart|face|hip|shoulder|tooth|joints|urine|pee|vagina|penis|testicle|symptoms)"
)
_SELF_ZH: Final = re.compile(
    r"(?:我|本人)(?!家|妈|爸|爷|奶|外公|外婆|外孙|姥|岳|哥|姐|弟|妹|儿|女|孙|公|婆|老公|老婆|老爸|老妈|媳|丈"
    r"|妻|爱人|先生|太太|男"
    r"|孩|娃|宝|小孩|父|母|对象|朋友|同事|室友"
    r"|的(?:孩|宝|儿|女|妈|爸|老|父|母)|们|想|说|看|带|给|不知|应该|该|要|问|担心|怕|很担心|就|用|让|发现"
    r"|觉得(?:他|她|孩|宝)|现在很担心|摸|喂|也不知)"
)
_PATIENT: Final = re.compile(r"患者|病人|\bthe patient\b|\bpt\b|\bpatient\b")


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient of a message. `words` are what the text calls a relative who is the patient; empty for the writer."""

    words: frozenset[str] = frozenset()
    sex: Sex | None = None
    child: bool = False


@dataclass(frozen=True, slots=True)
class _Relative:
    group: str
    sex: Sex | None
    child: bool


@lru_cache(maxsize=1)
def _relatives() -> dict[str, _Relative]:
    found = {}
    for row in rows("relatives"):
        one = _Relative(row["group"], cast("Sex | None", row["sex"] or None), row["child"] == "1")
        for word in words(f"{row['words_zh']}|{row['words_en']}"):
            found[word] = one
    return found


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted(_relatives(), key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in names if name.isascii())
    chinese = "|".join(re.escape(name) for name in names if not name.isascii())
    return re.compile(
        rf"\b(?:{latin})\b(?!s\b)|{chinese}|\bmy {_AGE}[\s-]+(?:year|month|week|day)s?[\s-]+old\b(?! \w+ (?:ago|back))"
    )


def subject_of(text: str) -> Subject:
    """The patient of a normalised text, judged from ages, positions and verbs beside its relatives."""
    points: dict[str, float] = {}
    names: dict[str, set[str]] = {}
    for match in list(_pattern().finditer(text))[:60]:
        one = _relatives().get(match.group()) or _Relative("child", None, child=True)
        names.setdefault(one.group, set()).add(match.group())
        points[one.group] = max(points.get(one.group, -9.0), _points(text, match.start(), match.end(), one))
    if not points:
        return Subject()
    against = 2.0 if _SELF_EN.search(text) or _SELF_ZH.search(text) else 0.0
    against += 2.0 if _PATIENT.search(text) else 0.0
    group = max(points, key=lambda name: (points[name], name))
    if points[group] - against < ENOUGH:
        return Subject()
    same = _together(group, names)
    sexes = {_relatives()[word].sex for name in same for word in names[name] if word in _relatives()} - {None}
    child = any(_relatives()[word].child for word in names[group] if word in _relatives()) or group == "child"
    sex = next(iter(sexes)) if len(sexes) == 1 else None
    return Subject(frozenset(word for name in same for word in names[name]), sex, child)


def _together(group: str, names: dict[str, set[str]]) -> list[str]:
    """A baby that is also called a daughter is one patient."""
    children = [name for name in names if name in {"child", "son", "daughter"}]
    if group in children and not {"son", "daughter"} <= set(children):
        return children
    return [group]


def _points(text: str, start: int, end: int, one: _Relative) -> float:
    before, after = text[max(0, start - 30) : start], text[end : end + 40]
    points = 1.0 if one.child else 0.0
    if _AFTER_AGE.match(after) or _BEFORE_AGE.search(before) or text[start:end].endswith("old"):
        points += 3.0
    if start < 45:
        points += 1.5
    age = _AFTER_AGE.match(after)
    after = after[age.end() :] if age else after
    if _NOT_HIS_NOW.match(after) or _DISEASE.match(after):
        points -= 2.5
    elif one.child and _VERB.match(after):
        points += 1.0
    if _WITH.search(before):
        points -= 2.0 if not one.child else 1.0
    if not one.child and (_ANOTHERS.search(before) or _SPEAKS.match(after)):
        points -= 4.0
    if one.group == "friend":
        points -= 1.0
    return points
