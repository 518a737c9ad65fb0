"""Facts and sources of a finding in the words that people read."""

from xinglin.clinical.knowledge import load_knowledge, rows
from xinglin.hospital.kernel.texts import T

FACTS = {
    "patient.age_years": T(zh="年龄", en="age"),
    "patient.sex": T(zh="性别", en="sex"),
    "patient.weight_kg": T(zh="体重", en="weight"),
    "patient.height_cm": T(zh="身高", en="height"),
    "patient.pregnant": T(zh="是否怀孕", en="pregnancy"),
    "patient.pregnancy_weeks": T(zh="孕周", en="week of pregnancy"),
    "patient.lactating": T(zh="是否哺乳", en="breastfeeding"),
    "patient.egfr": T(zh="eGFR（肾功能）", en="eGFR (kidneys)"),
    "patient.crcl": T(zh="肌酐清除率", en="creatinine clearance"),
    "patient.child_pugh": T(zh="肝功能分级", en="Child-Pugh class"),
    "patient.dialysis": T(zh="透析", en="dialysis"),
    "patient.diagnoses": T(zh="诊断", en="diagnoses"),
    "patient.allergies": T(zh="过敏史", en="allergies"),
}
MOST_SOURCES = 2


def fact_name(fact: str) -> T:
    """A fact of the case (`patient.labs.K`) as people call it; the code itself where it has no name."""
    if fact in FACTS:
        return FACTS[fact]
    code = fact.removeprefix("patient.labs.").removesuffix(".on")
    for row in load_knowledge().rows(rows.Lab):
        if row.code == code:
            name = T(zh=row.name_zh, en=row.name_en)
            return T(zh=f"{name.zh}的日期", en=f"day of {name.en}") if fact.endswith(".on") else name
    return T(zh=fact, en=fact)


def source_names(cited: str) -> T:
    """`label-cn warfarin; label-us warfarin` with the titles of the papers; the first two, then how many more."""
    known = load_knowledge().names.sources
    zh, en = [], []
    parts = [part.strip() for part in cited.split(";") if part.strip()]
    for part in parts[:MOST_SOURCES]:
        name, _, rest = part.partition(" ")
        row = known.get(name.removesuffix(":"))
        tail = f" {rest}" if rest else ""
        zh.append(f"{row['title_zh'] if row else name}{tail}")
        en.append(f"{row['title_en'] if row else name}{tail}")
    more = len(parts) - MOST_SOURCES
    if more > 0:
        zh.append(f"另 {more} 处")
        en.append(f"{more} more")
    return T(zh="；".join(zh), en="; ".join(en))
