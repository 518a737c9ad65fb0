"""What the page of a prescription says: the signed content, with codes put into the words of the tables."""

from datetime import date
from typing import TYPE_CHECKING, Any

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import instructions, keyring
from xinglin.hospital.pharmacy.authentic.answers import when
from xinglin.hospital.pharmacy.content import age_words
from xinglin.hospital.pharmacy.models import Line, Prescription
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.errors import UnknownCode

if TYPE_CHECKING:
    from xinglin.hospital.pharmacy.authentic.layout import Page

SEXES = {"F": T(zh="女", en="female"), "M": T(zh="男", en="male")}
AGE_UNITS = {"岁": " y", "月": " months", "天": " days"}


def page_of(row: Prescription, content: dict[str, Any]) -> "Page":
    """The page of a stored prescription."""
    from xinglin.hospital.pharmacy.authentic import layout  # Typst takes its time to load

    patient, prescriber, house = content["patient"], content["prescriber"], content["institution"]
    born, day = date.fromisoformat(patient["birth_on"]), civil_day(row.issued_at)
    words = age_words(born, day)
    lines = list(row.lines.all())
    products = {line.id: terminology.product(line.product_code) for line in lines}
    profile = identity.practitioner_profile(practitioner_id=row.prescriber_id, at=row.issued_at)
    return layout.Page(
        number=str(row.id),
        paper=layout.paper_of(
            controls={product.special_class for product in products.values()},
            kind=row.kind,
            age_years=day.year - born.year - ((day.month, day.day) < (born.month, born.day)),
        ),
        institution=T(zh=house["name"], en=house["name_en"]),
        patient_name=patient["name"],
        sex=SEXES.get(patient["sex"], T(zh=patient["sex"], en=patient["sex"])),
        age=T(zh=words, en=words[:-1] + AGE_UNITS[words[-1]]),
        department=_department(house["department"]),
        visit=str(row.visit_id)[-12:],
        issued_at=when(row.issued_at),
        valid_until=when(row.valid_until_at),
        diagnoses=content["diagnoses"],
        reason=content["kind_reason"],
        total=f"¥{yuan(row.total_fen)}",
        prescriber={
            "name": prescriber["name"],
            "title": profile.title_name.zh,
            "register": prescriber["register_no"],
        },
        signed=f"电子签名 e-signed {when(row.signed.signed_at)}",
        verify_url=keyring.address(""),
        lines=[
            layout.PageLine(
                name=T(zh=line.name_zh, en=line.name_en),
                form=T(zh=products[line.id].form_zh, en=products[line.id].form_en),
                strength=line.strength_text,
                pack=line.pack_text,
                packs=line.packs,
                amount=f"¥{yuan(line.amount_fen)}",
                sig=instructions.directions(line, products[line.id]),
                reason="；".join(filter(None, (line.reason if line.dose_units else "", _twice(content, line)))),
            )
            for line in lines
        ],
    )


def _twice(content: dict[str, Any], line: Line) -> str:
    """What the physician signed a second time beside a line, as it stands in the signed text; "" where nothing."""
    mine = [one for one in content["answers"] if one.get("second_signature") and one["to"].endswith(f":{line.id}")]
    names = {one.code: one.name for one in terminology.override_reasons()}
    said = []
    for one in mine:
        name = names[one["reason_code"]].zh if one["reason_code"] in names else one["reason_code"]
        said.append(f"医师再次签名 signed a second time：{name}" + (f"，{one['text']}" if one["text"] else ""))
    return "；".join(dict.fromkeys(said))


def _department(code: str) -> T:
    try:
        return terminology.department(code).name
    except UnknownCode:
        return T(zh=code, en=code)
