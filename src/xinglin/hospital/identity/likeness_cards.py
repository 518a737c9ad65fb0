"""What a card says beside what was typed: pure comparison, no tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from xinglin.biometrics.cards import CardReading
from xinglin.hospital.identity.numbers import same_name

SEXES = {"男": "M", "女": "F"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What the person's entry says; dates are ISO, the number is empty where there is none."""

    name: str
    sex: str
    birth_on: str
    number: str


def disagreements(read: Mapping[str, str], typed: Typed) -> list[str]:
    """Names of the fields in which a card says something else than the entry; what was not read disagrees with nothing.

    Spaces, dots and forms of one character make no other name. A birth date or sex that only repeats another number is
    not told twice.
    """
    found = []
    if read.get("name") and not same_name(read["name"], typed.name):
        found.append("name")
    if read.get("number") and typed.number and read["number"] != typed.number:
        found.append("number")
    if "number" not in found:
        if read.get("sex") and SEXES.get(read["sex"], "") != typed.sex:
            found.append("sex")
        if read.get("birth_on") and read["birth_on"] != typed.birth_on:
            found.append("birth_on")
    return found


def values(reading: CardReading) -> dict[str, str]:
    """The fields as text."""
    return {name: field.value for name, field in reading.fields.items()}


def confidences(reading: CardReading) -> dict[str, int]:
    """How sure each field is, in thousandths."""
    return {name: round(field.confidence * 1000) for name, field in reading.fields.items()}
