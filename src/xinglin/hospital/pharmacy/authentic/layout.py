"""The prescription as a page: A5 after 处方标准 (卫医发〔2007〕53号 附件1; from memory), set by Typst, fonts embedded.

Colours and marks of the kinds are those of that standard's third part: ordinary white; emergency pale yellow, 急诊;
paediatric pale green, 儿科; narcotic and psychotropic I pale red, 麻、精一; psychotropic II white, 精二.
"""

import json
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst

from xinglin.hospital.kernel.texts import T

MM = 72 / 25.4
PAGE_HEIGHT, MARGIN, CODE_WIDTH, GAP, HEAD_MM = 210.0, 10.0, 34.0, 3.0, 46.0
BOX_HEIGHT, BOX_GAP = 15.0, 1.5


@dataclass(frozen=True, slots=True)
class Paper:
    """Kind of prescription form: its mark at the upper right and the colour of its paper."""

    code: str
    mark: T
    colour: str


PAPERS = {
    paper.code: paper
    for paper in (
        Paper("ordinary", T(zh="", en=""), "#ffffff"),
        Paper("emergency", T(zh="急诊", en="Emergency"), "#fff8d6"),
        Paper("paediatric", T(zh="儿科", en="Paediatric"), "#e6f6e3"),
        Paper("narcotic", T(zh="麻、精一", en="Narcotic, psychotropic I"), "#fde4e4"),
        Paper("psychotropic2", T(zh="精二", en="Psychotropic II"), "#ffffff"),
    )
}
CHILD_BELOW_YEARS = 14
NARCOTIC = {"narcotic", "psychotropic_1"}
SECOND_CLASS = {"psychotropic_2"}


def paper_of(*, controls: set[str], kind: str, age_years: int) -> Paper:
    """The form that a prescription is printed on. Control of the medicine goes before urgency, urgency before age."""
    if controls & NARCOTIC:
        return PAPERS["narcotic"]
    if controls & SECOND_CLASS:
        return PAPERS["psychotropic2"]
    if kind == "emergency":
        return PAPERS["emergency"]
    if age_years < CHILD_BELOW_YEARS:
        return PAPERS["paediatric"]
    return PAPERS["ordinary"]


@dataclass(frozen=True, slots=True)
class PageLine:
    """One medicine on the page."""

    name: T
    form: T
    strength: str
    pack: str
    packs: int
    amount: str
    sig: T
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page says."""

    number: str
    paper: Paper
    institution: T
    patient_name: str
    sex: T
    age: T
    department: T
    visit: str
    issued_at: str
    valid_until: str
    diagnoses: list[dict[str, str]]
    reason: str
    total: str
    prescriber: dict[str, str]
    signed: str
    verify_url: str
    lines: list[PageLine] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As the Typst file reads it."""
        narcotic = self.paper.code == "narcotic"
        identity = [
            {"zh": "患者身份证明编号", "en": "Patient's document no."},
            {"zh": "代办人姓名、身份证明编号", "en": "Fetched by, document no."},
        ]
        return {
            "title": f"处方 Prescription {self.number}",
            "number": self.number,
            "mark": self.paper.mark.as_json(),
            "colour": self.paper.colour,
            "top": HEAD_MM + 5 * (2 if narcotic else 0) + 5 * _extra(self.diagnoses, self.reason),
            "identity": identity if narcotic else [],
            "institution": self.institution.as_json(),
            "patient": {"name": self.patient_name, "sex": self.sex.as_json(), "age": self.age.as_json()},
            "department": self.department.as_json(),
            "visit": self.visit,
            "issued_at": self.issued_at,
            "valid_until": self.valid_until,
            "diagnoses": self.diagnoses,
            "reason": self.reason,
            "total": self.total,
            "prescriber": self.prescriber,
            "signed": self.signed,
            "verify_url": self.verify_url,
            "lines": [asdict(line) for line in self.lines],
        }


def _extra(diagnoses: list[dict[str, str]], reason: str) -> int:
    """Lines that the head needs beyond its usual ones; about 85 half-width columns fit on a line."""
    said = "；".join(f"{one['zh']}（{one['code']}） {one['en']}" for one in diagnoses)
    rows = max(0, -(-_columns(said) // 85) - 1)
    return rows + (-(-(_columns(reason) + 24) // 85) if reason else 0)


def _columns(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


@cache
def _source(name: str) -> bytes:
    return resources.files("xinglin.hospital.pharmacy.authentic").joinpath(name).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC (SIL OFL 1.1) out of their package; nothing of the machine is used."""
    import pylopdf_fonts_zh_cn as package

    folder = Path(package.sans_path()).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def code_picture(text: str) -> str:
    """The QR code as SVG: error correction M, as dense as it needs to be."""
    out = BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(
        out, kind="svg", border=3, light="#fff", xmldecl=False
    )
    return out.getvalue().decode()


def render(page: Page, *, code: str, data: str) -> bytes:
    """The PDF of a page with its code, and with `data` attached for programs."""
    inputs = {"page": json.dumps(page.plain(), ensure_ascii=False), "code": code_picture(code), "data": data}
    made = typst.compile(
        _source("prescription.typ"), format="pdf", font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs
    )
    assert isinstance(made, bytes)  # one format in, one file out
    return made


def reviewer_box() -> tuple[float, float, float, float]:
    """Where the reviewer signs, in points from the lower left corner of the first page."""
    width = (148 - 2 * MARGIN - CODE_WIDTH - GAP - BOX_GAP) / 2
    left = MARGIN + CODE_WIDTH + GAP + width + BOX_GAP
    top = 51.0
    return (left * MM, (top - BOX_HEIGHT) * MM, (left + width) * MM, top * MM)


def reviewer_stamp(*, name: str, register: str, at: str) -> bytes:
    """What is drawn into that box."""
    left, bottom, right, top = reviewer_box()
    page = {
        "width": right - left,
        "height": top - bottom,
        "name": name,
        "register": register,
        "zh": "电子签名",
        "en": "e-signed",
        "at": at,
    }
    made = typst.compile(
        _source("stamp.typ"),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)  # as above
    return made
