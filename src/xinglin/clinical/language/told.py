"""What a text tells of the patient: age, sex, pregnancy and its weeks, breastfeeding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xinglin.clinical.language.cues import Contexts
from xinglin.clinical.language.reading import Sex, Told
from xinglin.clinical.language.subject import Subject
from xinglin.clinical.language.times import number_en, number_zh

OLDEST: Final = 120
OLDEST_LETTERED: Final = 94
"""From here on `98 F` is a temperature rather than a woman's age."""
_NUMBER: Final = (
    r"\d{1,3}(?:\.\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
)
_YEARS: Final = {"y": 1.0, "m": 1 / 12, "w": 7 / 365, "d": 1 / 365}
_AGES_EN: Final = (
    re.compile(
        rf"\b(?P<n>{_NUMBER})(?:[\s-]*(?:and a half|1/2|½))?[\s-]*(?P<u>year|yr|month|mo|week|wk|day|y|m"
        rf"|d)s?[\s.-]*(?:old|o\b|of age)"
    ),
    re.compile(r"\b(?P<n>\d{1,3})\s*(?P<u>y)[./]?\s?o\b"),
    re.compile(r"\b(?P<n>\d{1,2})\s*(?P<u>m)[./]o\b"),
    re.compile(r"\b(?:aged?|age is|age of)\s*[:=]?\s*(?P<n>\d{1,3})\b(?!\s*(?:week|month|day|%|kg))(?P<u>)"),
    re.compile(
        r"\b(?:i'm|i am|im|he is|he's|she is|she's|is|who is|turned|turning) (?P<n>\d{1,3})(?P<u>)(?=\s*(?:$"
        r"|[,.;)]|and |years|f\b|m\b|with\b|male|female|but\b))"
    ),
    re.compile(r"(?<![\w.])(?P<n>\d{1,3})\s?(?P<u>)(?P<s>[mf])\b(?![\w/'.]|\s?\d)"),
    re.compile(r"(?<![\w'])(?P<s>[mf])\s?/?\s?(?P<n>\d{1,3})(?P<u>)\b(?!\s?[%/.\d])"),
    re.compile(
        r"\b(?:newborn|neonate|baby|infant)\W{0,3}(?:is |of |born )?(?P<n>\d{1,2})\s(?P<u>day|week|month)s?\b(?! ago)"
    ),
    re.compile(r"\bnow (?:aged )?(?P<n>[1-9]\d)(?P<u>)(?=\s*(?:,|with|and|\.|$))"),
    re.compile(r"\bborn (?P<n>\d{1,2}) (?P<u>day|week|month)s? ago"),
    re.compile(
        r"\b(?:husband|wife|father|dad|mother|mom|mum|son|daughter|brother|sister|grandmother|grandfather"
        r"|grandma|grandpa|man|woman|patient|male|female|partner|girl|boy|child|teenager|lady|gentleman|student)\s*[,(]\s*(?P<n>\d{1,3})(?P<u>)\s*[,).]"
    ),
    re.compile(r"\bin (?:his|her|my|their) (?:early |mid |late )?(?P<n>[2-9]0)'?s(?P<u>)"),
    re.compile(r"\b(?P<s>male|female|man|woman)\s*[,/]\s*(?P<n>\d{1,3})(?P<u>)\b"),
    re.compile(r"\b(?P<n>\d{1,3})(?P<u>)[\s,/]+(?P<s>male|female|man|woman)\b"),
)
_ZH_NUMBER: Final = r"\d{1,3}(?:\.\d)?|[一二两三四五六七八九十]{1,4}"
_AGES_ZH: Final = (
    re.compile(
        rf"(?P<n>{_ZH_NUMBER})多?(?:周岁|岁)(?P<half>半)?(?:零?(?P<m>\d{{1,2}}|[一二两三四五六七八九十]{{1,2}})个?月)?"
    ),
    re.compile(
        rf"(?:宝宝|孩子|婴儿|儿子|女儿|男宝|女宝|宝贝|娃|小孩|小儿|患儿|宝)(?:现在|今天|刚|才|刚刚|快|刚满|目前"
        rf"|,|，|是|有|今年|已经|大概"
        rf"|\s)*(?P<n>{_ZH_NUMBER})个?(?P<half>半|多)?(?P<u>月|个月)(?!前|内|没)"
    ),
    re.compile(
        rf"(?P<n>{_ZH_NUMBER})个?(?P<half>半|多)?(?P<u>月)(?:龄|大|的?(?:宝宝|婴儿|孩子|男宝|女宝|儿子|女儿"
        rf"|小孩|娃|小宝宝|女婴|男婴|小孩子))"
    ),
    re.compile(
        rf"(?:出生|生后|新生儿|出生后|刚出生|生下来|宝宝|婴儿)(?:第|才|刚|现在|有|,|，|已经|刚满"
        rf"|\s)*(?P<n>{_ZH_NUMBER})(?P<u>天|日)(?!没|前|不|未)"
    ),
    re.compile(rf"(?:出生|生后|新生儿|出生后)(?:才|刚|,|\s)*(?P<n>{_ZH_NUMBER})(?P<u>周|个月)"),
    re.compile(r"(?:^|[,，。\s:：])[男女](?:性)?[,，\s]{1,2}(?P<n>\d{1,2})(?P<u>)(?=[,，。\s]|$)"),
    re.compile(r"(?:今年|年龄|年纪)\s*[:：是]?\s*(?P<n>\d{1,3})(?P<u>)(?![\d.]*(?:年|月|周|天|斤|公))"),
)
_WORDS_OF_AGE: Final = ((re.compile(r"\bnewborn\b|\bneonate\b|新生儿"), 0.02), (re.compile(r"满月(?:宝|了|的)"), 0.085))
_BARE_AGE: Final = re.compile(r"[a-z]\s*[,(]\s*(?P<n>[2-9]\d)\s*[,)](?!\d)")
_NOT_AN_AGE: Final = re.compile(
    r"(?:died|dead|passed away|death|diagnosed|since|until|when|started|onset|menarche|menopause"
    r"|smok\w+)[^.,;]{0,20}$|(?:去世|发病|绝经|初潮|结婚|时|从)[^,。]{0,6}$"
)
_PARENT: Final = r"(?P<who>mother|father|mom|mum|mummy|dad|daddy|grandmother|grandfather|妈妈|爸爸|母亲|父亲)"
_PARENT_BEFORE: Final = re.compile(
    rf"(?:\b(?:his|her|the|their|whose|a)\s+|(?:孩子|宝宝|患儿)的?){_PARENT}(?:'s age)?"
    r"[\s,(]*(?:is|was|aged|年龄|今年)?\s*$"
)
_PARENT_AFTER: Final = re.compile(rf"\d+[\s-]*(?:years?|yrs?|yo|y/o|y)?[\s-]*(?:old)?[\s-]*{_PARENT}\b")
_MOTHER: Final = re.compile(r"\b(?:mother|mom|mum)\b|妈|母亲")
_YOUNG: Final = re.compile(
    r"\b(?:newborn|neonate|infant|baby|her (?:son|daughter|child|toddler)|his (?:son|daughter))\b"
)
_THEN: Final = re.compile(r"^\s*(?:时|的时候|左右?(?:开始|发病|绝经)|绝经|初潮|去世|结婚|开始|起)")
_FEMALE: Final = re.compile(
    r"\b(?:female|woman|girl|lady|gravida|g\dp\d|primigravida|primiparous)\b|女性|女[,，、:/ ]"
    r"|(?<![男儿孙外侄子幼妇])女(?![儿朋友婿孙的士]|主)|女士|女孩|女婴|女宝|孕妇|产妇|妇女|女童"
)
_MALE: Final = re.compile(
    r"\b(?:male|man|boy|gentleman)\b|男性|男[,，、:/ ]|(?<![女])男(?!朋友|友|科|的|人说)|男士|男孩|男婴|男宝|男童"
)
_SELF_FEMALE: Final = re.compile(
    r"\bmy (?:last )?(?:period|periods|vagina|vulva|menstrual|ovar|uterus|pregnancy|cervix|lmp)"
    r"|\bi'?m (?:a )?(?:mum|mom|mother)\b|\bbreastfeeding\b|我(?:的)?(?:月经|例假|大姨妈|白带|阴道|怀孕|乳房)"
    r"|(?:月经|例假"
    r"|大姨妈)(?:推迟|没来|不调|量|还没来|迟|来了|期|不规律|周期)|末次月经|白带"
)
_SELF_MALE: Final = re.compile(
    r"\bmy (?:penis|testicle|testicles|balls|prostate|foreskin|scrotum|erection)|睾丸|阴茎|龟头|包皮|前列腺"
    r"|勃起|早泄|遗精|阴囊"
)
_PREGNANT: Final = re.compile(
    r"\bpregnan(?:t|cy)\b|\bgestation\b|\bexpecting a baby\b|\bantenatal\b|\bg\d\s?p\d\b|怀孕|孕妇|妊娠"
    r"|(?<![已未不避备])孕(?=\d|早|中|晚|期|[一二三四五六七八九])|有喜|宫内孕"
)
_WEEKS: Final = (
    re.compile(
        r"\b(?P<n>\d{1,2})(?:\s?\+\s?\d)?\s*(?:-| )?(?:weeks?|wks?|w)'?(?:\s?\d\s?(?:days?|d))?[\s-]*(?:of )?"
        r"(?:pregnan|gestation|gest|gravid|into (?:my|the) pregnancy|along|ga\b)"
    ),
    re.compile(
        r"\bpregnan\w*(?:\s?[,(]?\s?(?:at|with|for|about|around|of|is|i'm"
        r"|now))*\s?(?P<n>\d{1,2})(?:\s?\+\s?\d)?\s*(?:weeks?|wks?|w)\b"
    ),
    re.compile(
        r"\b(?:g\d\s?p\d\w*|primigravida|gravida \d para \d)\W{0,3}(?:is "
        r"|now )?(?:at )?(?P<n>\d{1,2})(?:\s?\+\s?\d)?[\s-]*(?:weeks?|wks?|w)\b"
    ),
    re.compile(
        r"(?<!born )(?<!delivered )(?<!deliver )\bat (?P<n>1[2-9]|2\d|3\d|4[0-2])(?:\s?\+\s?\d)?[\s-]*(?:weeks?|wks?)\b"
        r"(?! (?:old|of age|ago|after|post|follow|later|into))"
    ),
    re.compile(
        r"\b(?P<n>\d{1,2})(?:\s?\+\s?\d)?[\s-]*(?:weeks?|wks?|w)\b[\s,;(]{0,3}(?:a )?(?:g\d\s?p\d|primi|gravida)"
    ),
    re.compile(
        r"(?:怀孕|孕|妊娠|宫内孕|孕周)(?:了|已经|现在|:|：|\s|期|第|大概|约|才"
        r"|刚)*(?P<n>\d{1,2})(?:\s?\+\s?\d)?\s*(?:周|w|W|多周)"
    ),
    re.compile(r"(?P<n>\d{1,2})(?:\+\d)?周(?:孕|的?孕妇|妊娠)"),
)
_MONTHS: Final = (
    re.compile(r"\b(?P<n>\d|one|two|three|four|five|six|seven|eight|nine)[\s-]*months? pregnant"),
    re.compile(r"(?:怀孕|孕|妊娠)(?:了|已经|现在|大概|约|快|才|\s)*(?P<n>\d|[一二两三四五六七八九])个?多?月"),
)
_LACTATING: Final = re.compile(
    r"\bbreast[\s-]?feeding\b|\bnursing (?:mother|my)|\blactating\b|哺乳期|(?:在|正在|还在|给孩子"
    r"|给宝宝)(?:喂奶|喂母乳|哺乳|母乳喂养)|喂奶期|(?<!不)喂奶(?!粉|瓶)(?=[,，。]|$)"
)


def told(text: str, contexts: Contexts, subject: Subject) -> Told:
    """Age in years, sex, pregnancy with its weeks, and breastfeeding of the patient, as far as the text says them."""
    age, sex = _age(text, contexts, subject)
    weeks = _weeks(text)
    pregnant = True if weeks is not None else _said(_PREGNANT, text, contexts)
    if subject.words and (subject.child or subject.sex == "male"):
        pregnant, weeks = None, None
    if has_delivered(text):
        pregnant, weeks = None, None
    lactating = None if subject.words and subject.sex != "female" else _said(_LACTATING, text, contexts)
    child = subject.child or (age is not None and age < 10)
    if child:
        pregnant, weeks, lactating = None, None, None
    found = sex or subject.sex or _sex(text, contexts, subject)
    if found is None and (pregnant is not None or lactating or (not child and _asks_of_pregnancy(text, contexts))):
        found = "female"
    return Told(age, found, pregnant, weeks if pregnant else None, lactating)


def _age(text: str, contexts: Contexts, subject: Subject) -> tuple[float | None, Sex | None]:
    best: tuple[int, float, Sex | None] | None = None
    for place, years, sex in (*_english(text), *_chinese(text)):
        if years > OLDEST or contexts.of(place, place + 1).experiencer != "patient":
            continue
        if _NOT_AN_AGE.search(text, max(0, place - 40), place) or _a_parents(text, place, subject):
            continue
        if best is None or place < best[0]:
            best = (place, years, sex)
    if best is not None:
        return best[1], best[2]
    for pattern, years in _WORDS_OF_AGE:
        if pattern.search(text):
            return years, None
    bare = next((one for one in _BARE_AGE.finditer(text) if not _a_parents(text, one.start("n"), subject)), None)
    return (float(bare["n"]), None) if bare else (None, None)


def _a_parents(text: str, place: int, subject: Subject) -> bool:
    """Whether an age is that of a parent who only brings or worries about the patient."""
    before = _PARENT_BEFORE.search(text, max(0, place - 30), place)
    after = _PARENT_AFTER.match(text, place) if _YOUNG.search(text) else None
    parent = (before and before["who"]) or (after and after["who"]) or ""
    return bool(parent) and (parent not in subject.words or bool(after))


def _english(text: str) -> Iterator[tuple[int, float, Sex | None]]:
    for pattern in _AGES_EN:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            unit = (groups.get("u") or "y")[0]
            years = number_en(groups["n"]) * _YEARS[unit]
            years += 0.5 if "half" in match.group() and unit == "y" else 5 if "'s" in match.group() else 0
            sex = (groups.get("s") or "")[:1]
            named: Sex | None = "male" if sex == "m" else "female" if sex in {"f", "w"} else None
            if not (sex and years > OLDEST_LETTERED):
                yield match.start("n"), years, named


def _chinese(text: str) -> Iterator[tuple[int, float, Sex | None]]:
    for pattern in _AGES_ZH:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            if _THEN.match(text[match.end() : match.end() + 8]):
                continue
            unit = {"月": "m", "个月": "m", "天": "d", "日": "d", "周": "w"}.get(groups.get("u") or "", "y")
            years = (number_zh(groups["n"]) + (0.5 if groups.get("half") == "半" else 0)) * _YEARS[unit]
            years += number_zh(groups["m"]) / 12 if groups.get("m") else 0
            yield match.start("n"), years, None


def _weeks(text: str) -> int | None:
    for pattern in _WEEKS:
        if match := pattern.search(text):
            weeks = int(match["n"])
            if 1 <= weeks <= 43:
                return weeks
    for pattern in _MONTHS:
        if match := pattern.search(text):
            number = match["n"]
            months = number_en(number) if number.isascii() else number_zh(number)
            return min(41, round(months * 4.35))
    return None


_DELIVERED: Final = re.compile(
    r"\bpost[\s-]?partum\b|\bpostnatal\b|\bafter (?:delivering|giving birth|childbirth|delivery)\b|\bgave birth\b"
    r"|\bdelivered (?:a|an|her|my|at|vaginally|by)\b|产后|生完孩子|刚生完|分娩后|剖腹产后|剖宫产后|坐月子"
)


def has_delivered(text: str) -> bool:
    """Whether the pregnancy that a text speaks of has ended with a birth."""
    return bool(_DELIVERED.search(text))


def _asks_of_pregnancy(text: str, contexts: Contexts) -> bool:
    """Whether the patient's pregnancy is spoken of at all, be it denied or feared."""
    return any(contexts.of(one.start(), one.end()).experiencer == "patient" for one in _PREGNANT.finditer(text))


def _said(pattern: re.Pattern[str], text: str, contexts: Contexts) -> bool | None:
    """Whether the first clear statement of the patient affirms (True) or denies (False)."""
    for match in pattern.finditer(text):
        how = contexts.of(match.start(), match.end())
        if how.experiencer != "patient" or how.time != "now" or how.certainty == "possible":
            continue
        if how.polarity == "unsure" or re.match(r"\s*(?:test|试|检)", text[match.end() : match.end() + 6]):
            continue
        return how.polarity == "present"
    return False if pattern is _PREGNANT and _NOT_PREGNANT.search(text) else None


_NOT_PREGNANT: Final = re.compile(r"未孕|非孕期|未避孕未孕")


def _sex(text: str, contexts: Contexts, subject: Subject) -> Sex | None:
    places: list[tuple[int, Sex]] = []
    for pattern, sex in ((_FEMALE, "female"), (_MALE, "male")):
        for match in pattern.finditer(text):
            if contexts.of(match.start(), match.end()).experiencer == "patient":
                places.append((match.start(), sex))  # type: ignore[arg-type]
                break
    if places:
        return min(places)[1]
    if not subject.words:
        if _SELF_FEMALE.search(text):
            return "female"
        if _SELF_MALE.search(text):
            return "male"
    return _pronoun(text, subject)


def _pronoun(text: str, subject: Subject) -> Sex | None:
    """He or she, when the text is a note of a third person or speaks of a relative."""
    he, she = (len(re.findall(pattern, text)) for pattern in (r"\b(?:he|his|him)\b|他", r"\b(?:she|her|hers)\b|她"))
    if _YOUNG.search(text) and _MOTHER.search(text):
        she = len(re.findall(r"\bshe\b|\bhers\b|她", text))
    third = bool(subject.words) or not re.search(r"\b(?:i|i'm|i've|my|me)\b|我", text)
    if not third or he == she:
        return None
    return "male" if he > she else "female"
