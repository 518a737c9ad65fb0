"""The demonstration's population register: it answers by its own records and rules, never by looking into the hospital.

It knows a few people by name. Of anyone else it answers by the three digits before the check character, so that every
answer of a real register can be had on purpose:

    980–984  nobody has this number              → unknown
    985–989  the number belongs to another name  → mismatch
    990–994  out of reach in odd minutes, then match: a question that was asked again is answered
    995–999  out of reach, always
    others   match
"""

from dataclasses import dataclass
from datetime import date, datetime

from stdnum.cn import ric

from xinglin.hospital.identity.ports import Demonstration, OutOfReach
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the register, with the numbers of the parents."""

    number: str
    name: str
    mother: str = ""
    father: str = ""


MOTHER = Entry("370902199005200068", "演示·阿依古丽")
FATHER = Entry("370902198206250032", "演示乙")
ENTRIES = {
    entry.number: entry
    for entry in (
        Entry("370902197503120029", "演示甲"),
        FATHER,
        MOTHER,
        Entry("370902202009010047", "演示丙", mother=MOTHER.number, father=FATHER.number),
        Entry("370902202401100055", "演示丁", mother=MOTHER.number, father=FATHER.number),
    )
}
DOTS = "·•∙⋅・･‧．.●"

NOTES = {
    MOTHER.number: T(zh="丙、丁的母亲", en="mother of the two children"),
    FATHER.number: T(zh="丙、丁的父亲", en="father of the two children"),
}
RULES: tuple[tuple[str, T, str], ...] = (
    ("980–984", T(zh="查无此人", en="not in the register"), "37090219880808982"),
    ("985–989", T(zh="姓名与号码不一致", en="the name does not fit"), "37090219880808986"),
    (
        "990–994",
        T(zh="奇数分钟连不上，偶数分钟一致", en="out of reach in odd minutes"),
        "37090219880808992",
    ),
    ("995–999", T(zh="一直连不上", en="out of reach, always"), "37090219880808996"),
)
"""Digits, answer, and the first 17 digits of a number to try."""


class DemoRegistry:
    """Implements PopulationRegistry."""

    source = "demo population register"

    def demonstration(self) -> Demonstration:
        """Everything that a visitor of the demonstration may try."""
        nobody = T(zh="", en="")
        return Demonstration(
            people=tuple((one.name, one.number, _note(one, nobody)) for one in ENTRIES.values()),
            rules=tuple((digits, says, body + ric.calc_check_digit(body + "0")) for digits, says, body in RULES),
        )

    def check(self, *, name: str, number: str, at: datetime) -> str:
        """Match, mismatch or unknown. Raises OutOfReach."""
        known = ENTRIES.get(number)
        if known is not None:
            return "match" if _bare(known.name) == _bare(name) else "mismatch"
        return _by_serial(number, at)

    def kinship(self, *, ward_number: str, guardian_number: str, relation: str, born_on: date, at: datetime) -> str:
        """Whether the register shows this parent. For people it does not know by name: same place, fitting ages."""
        known = ENTRIES.get(ward_number)
        if known is not None:
            parent = {"mother": known.mother, "father": known.father}.get(relation, "")
            return "match" if parent == guardian_number else "mismatch"
        _by_serial(ward_number, at)
        years = born_on.year - int(guardian_number[6:10])
        is_male = int(guardian_number[16]) % 2 == 1
        fits = 16 <= years <= 55 and is_male == (relation == "father") and ward_number[:6] == guardian_number[:6]
        return "match" if fits else "unknown"


def _note(entry: Entry, nobody: T) -> T:
    if entry.mother:
        return T(zh="孩子，母亲和父亲见本表", en="a child; mother and father are in this table")
    return NOTES.get(entry.number, nobody)


def _by_serial(number: str, at: datetime) -> str:
    serial = int(number[14:17])
    if serial >= 995 or (serial >= 990 and at.minute % 2 == 1):
        raise OutOfReach("the demonstration's register does not answer for this number")
    if 980 <= serial <= 984:
        return "unknown"
    return "mismatch" if 985 <= serial <= 989 else "match"


def _bare(name: str) -> str:
    return "".join(c for c in name if c not in DOTS and not c.isspace())
