"""Whether what a card says can be true: the fields against each other, against a day, against the law.

Terms of validity (Law on Resident Identity Cards, article 5; from memory): 5 years below the age of 16, 10 years from
16 to 25, 20 years from 26 to 45, for good from 46.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xinglin.biometrics import numbers
from xinglin.biometrics.card_fields import LONG_TERM, Field
from xinglin.biometrics.errors import Sentence

TERMS: Final = ((16, 5), (26, 10), (46, 20))
"""Below this age, so many years; from the last on, for good."""
FIRST_ISSUED: Final = date(2004, 1, 1)
"""The cards of today's form began in 2004 (from memory); one issued before has been misread or is no card."""
AGE_LEEWAY: Final = timedelta(days=120)
"""Between asking for a card and its first day a birthday may pass."""
DAY_LEEWAY: Final = timedelta(days=1)
"""A card of 29 February ends on the day before or after in other years."""

SENTENCES: Final[Mapping[str, Sentence]] = {
    "number_wrong": Sentence(
        "识别到的身份证号校验不通过，请重新拍摄清晰的照片。",
        "The number that was read does not check: take a sharper picture.",
    ),
    "birth_differs": Sentence(
        "出生日期与身份证号不一致，请核对证件并重新拍摄。",
        "The birth date differs from the number: compare with the card and take the picture again.",
    ),
    "sex_differs": Sentence(
        "性别与身份证号不一致，请核对证件并重新拍摄。",
        "The sex differs from the number: compare with the card and take the picture again.",
    ),
    "expired": Sentence("身份证已过有效期，请使用有效的证件。", "The card has expired: use a valid one."),
    "not_yet_valid": Sentence(
        "身份证的有效期尚未开始，请核对。", "The card is not valid yet: compare the first day of validity."
    ),
    "term_unknown": Sentence(
        "有效期限不是法律规定的5年、10年、20年或长期，请重新拍摄。",
        "The term is none that the law knows (5, 10 or 20 years, or for good): take the picture again.",
    ),
    "term_not_of_age": Sentence(
        "有效期限与领证时的年龄不符，需要人工核对。",
        "The term does not fit the age at which the card was issued: a person has to look.",
    ),
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """One contradiction: a stable code, the fields it lies between, a sentence that says what to do."""

    code: str
    fields: tuple[str, ...]

    @property
    def sentence(self) -> Sentence:
        """In both languages."""
        return SENTENCES[self.code]


def consistent(fields: Mapping[str, Field], *, on: date) -> tuple[Doubt, ...]:
    """Every contradiction among the fields of a card (front, back, or both together) on a day. Empty: none was found.

    Fields that were not read contradict nothing: what is missing is the reading's own problem.
    """
    doubts: list[Doubt] = []
    born = _date(fields, "birth_on")
    if number := fields.get("number"):
        try:
            says = numbers.read(number.value, on=on)
        except numbers.WrongNumber:
            doubts.append(Doubt("number_wrong", ("number",)))
        else:
            if born and born != says.birth_on:
                doubts.append(Doubt("birth_differs", ("birth_on", "number")))
            if "sex" in fields and fields["sex"].value != ("男" if says.sex == "M" else "女"):
                doubts.append(Doubt("sex_differs", ("sex", "number")))
            born = says.birth_on
    return (*doubts, *_validity(fields, born, on))


def _validity(fields: Mapping[str, Field], born: date | None, on: date) -> list[Doubt]:
    start, end = _date(fields, "valid_from"), _date(fields, "valid_to")
    lasting = "valid_to" in fields and fields["valid_to"].value == LONG_TERM
    if start is None:
        return [Doubt("expired", ("valid_to",))] if end and end < on else []
    doubts = []
    if start > on:
        doubts.append(Doubt("not_yet_valid", ("valid_from",)))
    if end and end < on:
        doubts.append(Doubt("expired", ("valid_to",)))
    if end or lasting:
        years = _term(start, end)
        if years is None or start < FIRST_ISSUED:
            doubts.append(Doubt("term_unknown", ("valid_from", "valid_to")))
        elif born and years not in _terms_of(born, start):
            doubts.append(Doubt("term_not_of_age", ("valid_from", "valid_to", "birth_on")))
    return doubts


def _term(start: date, end: date | None) -> int | None:
    """The years of a term: 0 for good, None for none that the law knows."""
    if end is None:
        return 0
    for _, years in TERMS:
        leap = (start.month, start.day) == (2, 29)
        meant = date(start.year + years, 2, 28) if leap else start.replace(year=start.year + years)
        if abs(end - meant) <= DAY_LEEWAY:
            return years
    return None


def _terms_of(born: date, start: date) -> set[int]:
    """The terms that a card of that first day may have; two of them around a birthday."""
    return {_term_at(born, start), _term_at(born, start - AGE_LEEWAY)}


def _term_at(born: date, on: date) -> int:
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((years for below, years in TERMS if age < below), 0)


def _date(fields: Mapping[str, Field], name: str) -> date | None:
    field = fields.get(name)
    return date.fromisoformat(field.value) if field and field.value != LONG_TERM else None
