"""Mentions that follow from others: numbers in bands, a relative's disease as family history, a bare yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from xinglin.clinical.knowledge.condition_rows import Band
from xinglin.clinical.language.answers import polarity_of, says_normal
from xinglin.clinical.language.cues import Contexts
from xinglin.clinical.language.lexicon import Lexicon
from xinglin.clinical.language.normals import normal_findings
from xinglin.clinical.language.numbers import Number, in_age, in_band
from xinglin.clinical.language.reading import Measured, Mention, Polarity, Told
from xinglin.clinical.language.tables import rows, words

_NOT: Final = re.compile(r"(?:\bnot|n't|\bnever|没|不)\s*(?:been\s+)?$")
"""A negation right before what is called well: not sleeping well."""


def measured(found: Iterable[Number], contexts: Contexts) -> tuple[Measured, ...]:
    """The patient's own numbers, each with its time."""
    kept = []
    for one in found:
        how = contexts.of(one.start, one.end)
        if one.value is not None and how.experiencer == "patient":
            kept.append(Measured(one.quantity, one.value, one.unit, one.start, one.end, 0, how.time))
    return tuple(kept)


def measured_mentions(
    found: Iterable[Number], shown: str, contexts: Contexts, person: Told, lexicon: Lexicon
) -> list[Mention]:
    """The finding of the band in which each number lies; of a normal one the absence of the abnormal findings.

    A number of a quantity without any band gives the code `measured-<quantity>`.
    """
    numbers_found = list(found)
    special = {(one.quantity.rpartition("_")[0], one.start) for one in numbers_found}
    mentions: list[Mention] = []
    for one in numbers_found:
        if (one.quantity, one.start) not in special:
            codes = _codes(one, person, lexicon)
            mentions += [_of_number(code, polarity, one, shown, contexts) for code, polarity in codes.items()]
    there = {one.code for one in mentions if one.polarity == "present"}
    return [one for one in mentions if one.polarity == "present" or one.code not in there]


def _codes(one: Number, person: Told, lexicon: Lexicon) -> dict[str, Polarity]:
    """The findings that a number affirms and denies."""
    bands = [band for band in lexicon.bands if band.quantity == one.quantity]
    value = one.value
    if one.beyond:
        return dict.fromkeys(_first_beyond(bands, one.beyond, person), "present")
    codes: dict[str, Polarity] = dict.fromkeys(_hits(bands, value, person), "present")
    abnormal = dict.fromkeys(band.finding for band in bands if not _is_normal(band.finding) and in_age(band, person))
    if value is None or not any(in_band(band, value, person) for band in bands if band.finding in abnormal):
        shared = _shared_parents(abnormal, lexicon)
        alone = [code for code in abnormal if not set(lexicon.parents.get(code, ())) & set(shared)]
        codes |= dict.fromkeys((*alone, *shared), "absent")
    if value is None:
        codes |= {code: "present" for band in bands if _is_normal(code := band.finding)}
    if not bands and value is not None:
        codes[f"measured-{one.quantity}"] = "present"
    return codes


def _first_beyond(bands: Sequence[Band], beyond: str, person: Told) -> list[str]:
    """The finding of the band that begins first on the high or the low side."""
    fit = [band for band in bands if in_age(band, person) and not _is_normal(band.finding)]
    if beyond == "high":
        return [band.finding for band in sorted(fit, key=lambda one: one.start or 0.0) if band.start is not None][:1]
    return [band.finding for band in sorted(fit, key=lambda one: -(one.below or 0.0)) if band.start is None][:1]


def _hits(bands: Sequence[Band], value: float | None, person: Told) -> list[str]:
    """Findings of the bands that hold the value; without a known sex, only where the bands of both sexes do."""
    found = []
    for band in bands if value is not None else ():
        same = [other for other in bands if other.finding == band.finding and other.sex and in_age(other, person)]
        both = band.sex == "" or person.sex is not None or all(in_band(other, value or 0.0, person) for other in same)
        if in_band(band, value or 0.0, person) and both:
            found.append(band.finding)
    return found


def not_pregnant_now(mentions: Iterable[Mention], person: Told, delivered: bool) -> list[Mention]:
    """The mentions, a child's or a delivered woman's pregnancy told as another's or as past."""
    child = person.age_years is not None and person.age_years < 10
    kept = []
    for one in mentions:
        if one.code.startswith(("pregnant", "pregnancy-")) and child:
            kept.append(replace(one, experiencer="family"))
        elif one.code == "pregnant" and delivered:
            kept.append(replace(one, time="past"))
        else:
            kept.append(one)
    return kept


def denied_by_normal(plain: str, shown: str, contexts: Contexts, lexicon: Lexicon) -> list[Mention]:
    """Findings that are absent because the text calls normal what they disturb (hearing, appetite, bowels)."""
    found = []
    for codes, start, end in normal_findings(plain):
        one = Number("", None, "", start, end)
        for code in codes:
            if code in lexicon.kinds:
                made = _of_number(code, "absent", one, shown, contexts)
                turned = _NOT.search(plain, max(0, start - 16), start) is not None
                found.append(replace(made, quantity=None, unit=None, polarity="present" if turned else "absent"))
    for row in _denials():
        for match in row[1].finditer(plain):
            near = plain[max(0, match.start() - 80) : match.end() + 30]
            if row[2].search(near) and row[0] in lexicon.kinds:
                made = _of_number(row[0], "absent", Number("", None, "", match.start(), match.end()), shown, contexts)
                found.append(replace(made, quantity=None, unit=None))
    return found


@lru_cache(maxsize=1)
def _denials() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """Words that deny a finding by themselves (nondistended), and what has to stand near."""
    found = []
    for row in rows("denials"):
        names = "|".join(map(re.escape, words(row["words"])))
        found.append((row["findings"], re.compile(rf"\b(?:{names})\b"), re.compile(row["near"])))
    return tuple(found)


def _is_normal(finding: str) -> bool:
    return finding.endswith(("-normal", "-known")) or finding.startswith("afebrile")


def _shared_parents(codes: Iterable[str], lexicon: Lexicon) -> list[str]:
    """Parents of which all but one of the abnormal findings are kinds: fever of the grades of fever."""
    times: dict[str, int] = {}
    for code in codes:
        for parent in lexicon.parents.get(code, ()):
            times[parent] = times.get(parent, 0) + 1
    return [parent for parent, number in times.items() if number >= 2]


def _of_number(code: str, polarity: Polarity, one: Number, shown: str, contexts: Contexts) -> Mention:
    how = contexts.of(one.start, one.end)
    return Mention(
        code,
        polarity,
        how.experiencer,
        how.time,
        how.certainty,
        None,
        None,
        None,
        None,
        None,
        None,
        one.quantity,
        one.value,
        one.unit,
        one.start,
        one.end,
        shown[one.start : one.end],
    )


@lru_cache(maxsize=1)
def _handed_on() -> dict[tuple[str, str], tuple[str, ...]]:
    """Findings that another person's disease means for the patient, by who has it and by the disease."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows("handed_on"):
        for code in row["of"].split():
            found[row["who"], code] = (*found.get((row["who"], code), ()), row["finding"])
    return found


def relatives(mentions: Sequence[Mention], lexicon: Lexicon) -> list[Mention]:
    """The mentions, with family history and contact as findings of the patient's own.

    A finding whose code itself speaks of the family or of a contact is always the patient's.
    """
    kept: list[Mention] = []
    for one in mentions:
        if one.code.startswith(("family-", "contact-", "sick-contact")):
            kept.append(replace(one, experiencer="patient", time="now"))
            continue
        kept.append(one)
        if one.experiencer == "patient" or one.polarity != "present":
            continue
        ways = ("family", "contact") if one.experiencer == "family" else ("contact",)
        for way in ways:
            for code in _handed_on().get((way, one.code), ()):
                if code in lexicon.kinds:
                    kept.append(replace(one, code=code, experiencer="patient", time="now"))
    seen: dict[tuple[str, int, int], Mention] = {}
    for one in kept:
        seen.setdefault((one.code, one.start, one.end), one)
    return list(seen.values())


def answered(plain: str, shown: str, asked: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The finding that was asked for, when the text is a bare answer and does not name it itself."""
    polarity = polarity_of(plain) or ("absent" if says_normal(plain) else None)
    if polarity is None or any(one.code == asked for one in mentions):
        return []
    end = len(shown)
    certainty = "possible" if polarity == "unsure" else "certain"
    none = (None,) * 9
    return [Mention(asked, polarity, "patient", "now", certainty, *none, 0, end, shown)]  # type: ignore[arg-type]
