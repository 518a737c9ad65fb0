"""A small world of six conditions, written for the tests: small enough to check by hand."""

from __future__ import annotations

from xinglin.clinical.diagnosis.matrix import Matrix, build_matrix
from xinglin.clinical.knowledge.conditions import ConditionKnowledge, read_conditions

FINDINGS = """\
code,kind,name_zh,name_en,parents,group,import,ask,base,question_zh,question_en,words_zh,words_en
cough,symptom,咳嗽,Cough,,,3,3,0.08,咳嗽吗？,Do you cough?,咳嗽|咳,cough|coughing
cough-dry,symptom,干咳,Dry cough,cough,,3,3,0.03,是干咳吗？,Is it dry?,干咳,dry cough
fever,symptom,发热,Fever,,,3,3,0.06,发烧吗？,Fever?,发热|发烧,fever
haemoptysis,symptom,咯血,Coughing blood,,,5,3,0.002,咳血吗？,Blood when coughing?,咯血|咳血,haemoptysis
itch-nose,symptom,鼻痒,Itchy nose,,nose,2,3,0.03,鼻子痒吗？,Itchy nose?,鼻痒,itchy nose
sneezing,symptom,打喷嚏,Sneezing,,nose,2,3,0.04,打喷嚏吗？,Sneezing?,打喷嚏,sneezing
missed-period,symptom,停经,Missed period,,,4,3,0.01,月经推迟了吗？,Period late?,停经,missed period
belly-pain,symptom,腹痛,Belly pain,,,3,3,0.08,肚子痛吗？,Belly pain?,腹痛,belly pain
crackles,sign,湿啰音,Crackles,,,3,0,0.02,,,湿啰音,crackles
pregnant,risk,怀孕,Pregnant,,,2,3,0.03,怀孕了吗？,Pregnant?,怀孕,pregnant
known-asthma,risk,哮喘史,Known asthma,,,2,3,0.05,有哮喘吗？,Asthma?,哮喘,asthma
family-asthma,risk,哮喘家族史,Asthma in the family,,,1,3,0.05,家人有哮喘吗？,In the family?,家族哮喘,family asthma
tired,symptom,乏力,Tired,,,1,3,0.1,乏力吗？,Tired?,乏力,tired
"""
CONDITIONS = """
[pneumonia]
icd10 = "J18.9"
name_zh = "肺炎"
name_en = "Pneumonia"
department = "03.01"
urgency = "urgent"
must_not_miss = true
per_100k = 700
age = "65-:3"
onset = "acute"
duration = "days"
source = "Harrison's Principles of Internal Medicine"
read = "memory"
links = '''
5 cough
4 fever crackles*
3 tired
2 cough-dry
1 haemoptysis belly-pain
0 itch-nose sneezing
risk known-asthma:1 family-asthma:1
'''

[cold]
icd10 = "J00"
name_zh = "感冒"
name_en = "Cold"
department = "02"
urgency = "self_care"
per_100k = 20000
onset = "acute"
duration = "days"
source = "Harrison's Principles of Internal Medicine"
read = "memory"
links = '''
4 sneezing
3 cough tired
2 fever cough-dry
1 itch-nose
0 haemoptysis crackles belly-pain missed-period
'''

[rhinitis]
icd10 = "J30.4"
name_zh = "过敏性鼻炎"
name_en = "Allergic rhinitis"
department = "11"
urgency = "routine"
per_100k = 3000
duration = "weeks months"
pattern = "recurrent"
source = "ARIA"
read = "memory"
links = '''
4 sneezing itch-nose*
2 cough
1 tired
0 fever haemoptysis crackles belly-pain
risk known-asthma:2 family-asthma:2
'''

[lung-cancer]
icd10 = "C34.9"
name_zh = "肺癌"
name_en = "Lung cancer"
department = "03.01"
urgency = "urgent"
must_not_miss = true
per_100k = 60
age = "0-40:0.02"
duration = "weeks months"
source = "NICE NG12"
read = "memory"
links = '''
4 cough
3 tired
2 haemoptysis** cough-dry
1 fever crackles
0 sneezing itch-nose
risk known-asthma:1 family-asthma:1
'''

[ectopic]
icd10 = "O00.9"
name_zh = "异位妊娠"
name_en = "Ectopic pregnancy"
department = "05.01"
urgency = "emergency"
must_not_miss = true
per_100k = 15
sex = "M:0"
age = "0-12:0 55-:0"
needs = ["pregnant", "missed-period"]
duration = "hours days"
source = "NICE NG126"
read = "memory"
links = '''
4 belly-pain* missed-period**
3 tired
0 cough fever sneezing itch-nose haemoptysis
risk pregnant:5
test crackles:0
'''

[gastroenteritis]
icd10 = "A09"
name_zh = "急性胃肠炎"
name_en = "Gastroenteritis"
department = "03.02"
urgency = "self_care"
per_100k = 5000
source = "Harrison's Principles of Internal Medicine"
read = "memory"
links = '''
4 belly-pain
3 tired
2 fever
1 cough
0 haemoptysis sneezing itch-nose crackles missed-period cough-dry
'''
"""
DEPARTMENTS = "code,name_zh,name_en,source\n" + "".join(
    f"{code},{zh},{en},x\n"
    for code, zh, en in (
        ("02", "全科医疗科", "General practice"),
        ("03.01", "呼吸内科", "Respiratory medicine"),
        ("03.02", "消化内科", "Gastroenterology"),
        ("05.01", "妇科", "Gynaecology"),
        ("05.02", "产科", "Obstetrics"),
        ("07", "儿科", "Paediatrics"),
        ("07.01", "新生儿", "Neonatology"),
        ("11", "耳鼻咽喉科", "Otorhinolaryngology"),
    )
)
QUANTITIES = """\
quantity,name_zh,name_en,words_zh,words_en,unit,units,plausible_low,plausible_high
temperature,体温,Temperature,体温,temperature,Cel,,30,45
"""
BANDS = """\
id,quantity,unit,age_from,age_until,sex,from,below,finding
temperature-fever,temperature,Cel,,,,38,,fever
"""


def documents(**changed: str) -> dict[str, bytes]:
    """The files of the small world, some of them replaced."""
    texts = {
        "findings/all.csv": FINDINGS,
        "conditions/all.toml": CONDITIONS,
        "departments.csv": DEPARTMENTS,
        "quantities.csv": QUANTITIES,
        "bands.csv": BANDS,
    }
    texts |= {
        name.replace("__", "/").replace("_csv", ".csv").replace("_toml", ".toml"): t for name, t in changed.items()
    }
    return {name: text.encode() for name, text in texts.items()}


def knowledge() -> ConditionKnowledge:
    """The small world, which has no fault."""
    found, faults = read_conditions(documents())
    assert not faults, faults
    return found


def table() -> Matrix:
    """Its arrays."""
    return build_matrix(knowledge())
