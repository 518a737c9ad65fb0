"""Small tables for the tests of the checks: a few rows whose every cell the test knows."""

from __future__ import annotations

import csv
import io
from typing import Any

from xinglin.clinical.knowledge import Knowledge
from xinglin.clinical.knowledge.loading import read_knowledge

PAPERS = {"source": "label-cn", "read": "memory", "second": "2026-11-22", "since": "2026-11-22"}
TEXTS = {"text_zh": "说明", "text_en": "says"}
SOURCES = "id,kind,title_zh,title_en,edition\nlabel-cn,label,说明书,label,now\n"
INGREDIENTS = """code,name_zh,name_en,atc,all_atc,special_class,antimicrobial_grade,online_policy,flags
warfarin,华法林,warfarin,B01AA03,,none,none,conditional,narrow_index
ibuprofen,布洛芬,ibuprofen,M01AE01,,none,none,allowed,
diclofenac,双氯芬酸,diclofenac,M01AB05,,none,none,allowed,
paracetamol,对乙酰氨基酚,paracetamol,N02BE01,,none,none,allowed,
metformin,二甲双胍,metformin,A10BA02,,none,none,allowed,
omeprazole,奥美拉唑,omeprazole,A02BC01,,none,none,allowed,
morphine,吗啡,morphine,N02AA01,,narcotic,none,never,
amoxicillin,阿莫西林,amoxicillin,J01CA04,,none,unrestricted,allowed,
cefalexin,头孢氨苄,cefalexin,J01DB01,,none,unrestricted,allowed,
isotretinoin,异维A酸,isotretinoin,D10BA01,,none,none,conditional,teratogen
meropenem,美罗培南,meropenem,J01DH02,,none,special,never,
diazepam,地西泮,diazepam,N05BA01,,psychotropic_2,none,never,
"""
CLASSES = """class,name_zh,name_en,member,source,read,second,since
NSAID,非甾体抗炎药,NSAID,ibuprofen,label-cn,memory,,2026-11-22
NSAID,非甾体抗炎药,NSAID,diclofenac,label-cn,memory,,2026-11-22
PPI,质子泵抑制剂,PPI,atc:A02BC,label-cn,memory,,2026-11-22
PENICILLINS,青霉素类,penicillins,amoxicillin,label-cn,memory,,2026-11-22
"""
PRODUCTS = """code,ingredients,routes
P1,warfarin:3000:ug,po
P2,ibuprofen:200000:ug,po
P3,diclofenac:50000:ug,po;top
"""
LABS = """code,name_zh,name_en,aliases,unit,units,low,high,valid_days,plausible_low,plausible_high,source
K,血钾,potassium,,mmol/L,mEq/L*1,3.5,5.3,30,1,12,label-cn
INR,国际标准化比值,INR,,1,,,,14,0.5,20,label-cn
CR,肌酐,creatinine,Cr,umol/L,mg/dL*88.4,,,90,10,3000,label-cn
QTC,QTc间期,QTc,,ms,,,,365,200,800,label-cn
"""


def document(text: str) -> list[dict[str, str]]:
    """Rows of a table in writing."""
    return list(csv.DictReader(io.StringIO(text)))


def row(**cells: str) -> dict[str, str]:
    """A row with its papers."""
    return {**PAPERS, **cells}


def interaction(**cells: str) -> dict[str, str]:
    """A row of interactions; `a`, `b`, `tier` and `context` are the test's."""
    usual = {"mechanism": "additive", "effect": "bleeding", "problem": "bleeding", "onset": "days"}
    words = {"effect_zh": "出血", "effect_en": "bleeding", "action_zh": "避免", "action_en": "avoid"}
    return row(**{"id": "I1", **usual, **words, "evidence": "established", **cells})


def tables(**rows: list[dict[str, str]]) -> Knowledge:
    """Knowledge of the small ingredients with the given tables; a fault in the rows of a test fails the test."""
    documents: dict[str, Any] = {
        "sources/a": document(SOURCES),
        "ingredients": document(INGREDIENTS),
        "classes/a": document(CLASSES),
        "products": document(PRODUCTS),
        "labs": document(LABS),
        "icd_groups/a": [{"group": "ULCER", "prefixes": "K25|K26|K27"}],
        **rows,
    }
    content = "".join(sorted(str(one) for one in documents.values()))
    knowledge, faults = read_knowledge(documents, content)
    assert not faults, faults
    return knowledge
