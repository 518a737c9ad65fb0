"""Edges of every score, ranges where parts are missing, refusals: nothing here needs data from outside."""

from dataclasses import fields, replace
from typing import Any

import pytest

from xinglin.clinical.warning.scores import acute, belly_throat, chest, mind
from xinglin.clinical.warning.scores.result import BadInput, Refused, Score
from xinglin.clinical.warning.scores.tables import BadTable, read_tables, score_tables

WELL = acute.News2Input(
    respiratory_rate=16,
    spo2=98,
    on_oxygen=False,
    systolic_bp=120,
    pulse=70,
    consciousness="alert",
    temperature=37.0,
    age_years=50,
)


def news2(**changes: Any) -> Score:
    answer = acute.news2(replace(WELL, **changes))
    assert isinstance(answer, Score)
    return answer


@pytest.mark.parametrize(
    ("field", "value", "points"),
    [
        ("respiratory_rate", 8, 3), ("respiratory_rate", 9, 1), ("respiratory_rate", 11, 1),
        ("respiratory_rate", 12, 0), ("respiratory_rate", 20, 0), ("respiratory_rate", 21, 2),
        ("respiratory_rate", 24, 2),
        ("respiratory_rate", 25, 3),
        ("spo2", 91, 3), ("spo2", 92, 2), ("spo2", 93, 2), ("spo2", 94, 1), ("spo2", 95, 1), ("spo2", 96, 0),
        ("on_oxygen", True, 2), ("consciousness", "confusion-or-vpu", 3),
        ("systolic_bp", 90, 3), ("systolic_bp", 91, 2), ("systolic_bp", 100, 2), ("systolic_bp", 101, 1),
        ("systolic_bp", 110, 1), ("systolic_bp", 111, 0), ("systolic_bp", 219, 0), ("systolic_bp", 220, 3),
        ("pulse", 40, 3), ("pulse", 41, 1), ("pulse", 50, 1), ("pulse", 51, 0), ("pulse", 90, 0), ("pulse", 91, 1),
        ("pulse", 110, 1), ("pulse", 111, 2), ("pulse", 130, 2), ("pulse", 131, 3),
        ("temperature", 35.0, 3), ("temperature", 35.1, 1), ("temperature", 36.0, 1), ("temperature", 36.1, 0),
        ("temperature", 38.0, 0), ("temperature", 38.1, 1), ("temperature", 39.0, 1), ("temperature", 39.1, 2),
    ],
)  # fmt: skip
def test_every_edge_of_news2(field: str, value: Any, points: int) -> None:
    assert news2(**{field: value}).points == points


@pytest.mark.parametrize(
    ("spo2", "oxygen", "points"),
    [(83, False, 3), (84, False, 2), (85, False, 2), (86, False, 1), (87, False, 1), (88, False, 0), (99, False, 0),
     (92, True, 0), (93, True, 1), (94, True, 1), (95, True, 2), (96, True, 2), (97, True, 3)],
)  # fmt: skip
def test_saturation_scale_2(spo2: int, oxygen: bool, points: int) -> None:
    score = news2(spo2=spo2, on_oxygen=oxygen, spo2_scale="2")
    assert score.points == points + (2 if oxygen else 0)
    assert any("2" in words.en for words in score.provisos)


@pytest.mark.parametrize(
    ("changes", "band"),
    [
        ({}, "zero"),
        ({"pulse": 91}, "low"),
        ({"pulse": 91, "temperature": 38.5, "systolic_bp": 105}, "low"),
        ({"temperature": 34.9}, "low-medium"),
        ({"temperature": 34.9, "pulse": 91}, "low-medium"),
        ({"temperature": 34.9, "pulse": 111}, "medium"),
        ({"respiratory_rate": 25, "pulse": 131}, "medium"),
        ({"respiratory_rate": 25, "pulse": 131, "temperature": 38.5}, "high"),
    ],
)
def test_bands_of_news2(changes: dict[str, Any], band: str) -> None:
    found = news2(**changes).band
    assert found is not None
    assert found.id == band


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"age_years": 15.9}, "under-16"),
        ({"pregnant": True, "pregnancy_weeks": 20}, "pregnancy"),
        ({"pregnant": True}, "pregnancy"),
        ({"spinal_injury": True}, "spinal-injury"),
    ],
)
def test_news2_refuses_with_a_reason(changes: dict[str, Any], code: str) -> None:
    answer = acute.news2(replace(WELL, **changes))
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert answer.why.zh
    assert answer.instead.en


def test_news2_answers_just_outside_its_refusals() -> None:
    assert news2(age_years=16).points == 0
    assert news2(pregnant=True, pregnancy_weeks=19.9).points == 0
    assert "16" in news2(age_years=None).provisos[0].en


def test_a_missing_part_gives_a_range_and_is_named() -> None:
    score = news2(spo2=None, temperature=None)
    assert (score.lowest, score.highest, score.points) == (0, 6, None)
    assert score.missing == ("spo2", "temperature")
    assert score.band is None
    assert [band.id for band in score.bands] == ["zero", "low", "low-medium", "medium"]
    assert "体温" in score.sentence.zh
    assert "temperature" in score.sentence.en
    assert score.do == score_tables()["news2"].band_called("medium").do


def test_scale_2_without_knowing_of_oxygen_keeps_both_readings() -> None:
    score = news2(spo2=96, on_oxygen=None, spo2_scale="2")
    assert (score.lowest, score.highest) == (0, 4)
    assert score.missing == ("on_oxygen",)


@pytest.mark.parametrize("field", ["respiratory_rate", "spo2", "systolic_bp", "pulse", "temperature"])
def test_what_no_person_can_have_is_refused(field: str) -> None:
    for value in (-1, 1000, float("nan")):
        with pytest.raises(BadInput) as refused:
            news2(**{field: value})
        assert refused.value.field == field


def test_nothing_known_gives_the_whole_range_of_every_score() -> None:
    asked: list[tuple[str, Any]] = [
        ("news2", acute.news2(acute.News2Input())),
        ("qsofa", acute.qsofa(acute.QsofaInput())),
        ("gcs", acute.gcs(acute.GcsInput())),
        ("curb65", chest.curb65(chest.Curb65Input())),
        ("crb65", chest.crb65(chest.Curb65Input())),
        ("heart", chest.heart(chest.HeartInput())),
        ("wells_pe", chest.wells_pe(chest.WellsPeInput())),
        ("wells_dvt", chest.wells_dvt(chest.WellsDvtInput())),
        ("perc", chest.perc(chest.PercInput(low_pretest_likelihood=True))),
        ("abcd2", chest.abcd2(chest.Abcd2Input())),
        ("glasgow_blatchford", belly_throat.glasgow_blatchford(belly_throat.BlatchfordInput())),
        ("alvarado", belly_throat.alvarado(belly_throat.AlvaradoInput())),
        ("mcisaac", belly_throat.mcisaac(belly_throat.McIsaacInput())),
        ("feverpain", belly_throat.feverpain(belly_throat.FeverPainInput())),
        ("phq9", mind.phq9(mind.Responses([None] * 9))),
        ("gad7", mind.gad7(mind.Responses([None] * 7))),
    ]
    for name, answer in asked:
        table = score_tables()[name]
        assert (answer.lowest, answer.highest) == (table.least, table.most), name
        assert answer.missing, name
        assert answer.band is None, name


@pytest.mark.parametrize(
    ("rate", "pressure", "mind_altered", "points"),
    [(21, 101, False, 0), (22, 101, False, 1), (21, 100, False, 1), (22, 100, True, 3)],
)
def test_edges_of_qsofa(rate: int, pressure: int, mind_altered: bool, points: int) -> None:
    assert acute.qsofa(acute.QsofaInput(rate, pressure, mind_altered)).points == points


def test_edges_of_curb65() -> None:
    low = chest.Curb65Input(False, 7.0, 29, 90, 61, 64)
    assert chest.curb65(low).points == 0
    for changes in (
        {"urea_mmol_l": 7.1},
        {"respiratory_rate": 30},
        {"systolic_bp": 89},
        {"diastolic_bp": 60},
        {"age": 65},
    ):
        assert chest.curb65(replace(low, **changes)).points == 1
    assert chest.crb65(replace(low, urea_mmol_l=30)).points == 0
    assert chest.curb65(replace(low, diastolic_bp=None)).highest == 1
    assert chest.curb65(replace(low, systolic_bp=85, diastolic_bp=None)).points == 1, "one low value is enough"


def test_edges_of_heart_and_abcd2() -> None:
    heart = chest.HeartInput("slightly_suspicious", "normal", 44, "none", "normal")
    assert [chest.heart(replace(heart, age=age)).points for age in (44, 45, 64, 65)] == [0, 1, 1, 2]
    abcd2 = chest.Abcd2Input(59, 139, 89, "other", "under-10min", False)
    assert chest.abcd2(abcd2).points == 0
    for changes in ({"age": 60}, {"systolic_bp": 140}, {"diastolic_bp": 90}, {"diabetes": True}):
        assert chest.abcd2(replace(abcd2, **changes)).points == 1
    assert "24" in chest.abcd2(abcd2).do.en, "a low score is no reason to wait"


def test_wells_bands_turn_at_their_limits() -> None:
    nothing = {field.name: False for field in fields(chest.WellsPeInput)}
    four = chest.wells_pe(chest.WellsPeInput(**{**nothing, "clinical_signs_of_dvt": True, "haemoptysis": True}))
    more = chest.wells_pe(chest.WellsPeInput(**{**nothing, "clinical_signs_of_dvt": True, "heart_rate_over_100": True}))
    assert (four.points, four.worst.id, more.points, more.worst.id) == (4, "unlikely", 4.5, "likely")
    leg = {field.name: False for field in fields(chest.WellsDvtInput)}
    one = chest.wells_dvt(chest.WellsDvtInput(**{**leg, "pitting_oedema": True}))
    two = chest.wells_dvt(chest.WellsDvtInput(**{**leg, "pitting_oedema": True, "active_cancer": True}))
    other = chest.wells_dvt(chest.WellsDvtInput(**{**leg, "alternative_diagnosis_as_likely": True}))
    assert (one.worst.id, two.worst.id, other.points) == ("unlikely", "likely", -2)


def test_perc_needs_a_low_likelihood_beforehand() -> None:
    answer = chest.perc(chest.PercInput(age=30))
    assert isinstance(answer, Refused)
    none = chest.PercInput(49, 99, 95, False, False, False, False, False, True)
    for changes, points in (({}, 0), ({"age": 50}, 1), ({"heart_rate": 100}, 1), ({"spo2_on_air": 94}, 1)):
        score = chest.perc(replace(none, **changes))
        assert isinstance(score, Score)
        assert score.points == points


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 0), ({"urea_mmol_l": 6.5}, 2), ({"urea_mmol_l": 8}, 3), ({"urea_mmol_l": 10}, 4), ({"urea_mmol_l": 25}, 6),
        ({"haemoglobin_g_l": 129}, 1), ({"haemoglobin_g_l": 119}, 3), ({"haemoglobin_g_l": 99}, 6),
        ({"sex": "female", "haemoglobin_g_l": 119}, 1), ({"sex": "female", "haemoglobin_g_l": 120}, 0),
        ({"systolic_bp": 109}, 1), ({"systolic_bp": 99}, 2), ({"systolic_bp": 89}, 3), ({"heart_rate": 100}, 1),
        ({"melaena": True}, 1), ({"syncope": True}, 2), ({"hepatic_disease": True}, 2), ({"cardiac_failure": True}, 2),
    ],
)  # fmt: skip
def test_edges_of_blatchford(changes: dict[str, Any], points: int) -> None:
    well = belly_throat.BlatchfordInput("male", 6.4, 130, 110, 99, False, False, False, False, 40)
    score = belly_throat.glasgow_blatchford(replace(well, **changes))
    assert isinstance(score, Score)
    assert score.points == points


def test_blatchford_without_sex_keeps_both_limits() -> None:
    row = belly_throat.BlatchfordInput(None, 6.4, 110, 110, 99, False, False, False, False, 40)
    score = belly_throat.glasgow_blatchford(row)
    assert isinstance(score, Score)
    assert (score.lowest, score.highest, score.missing) == (1, 3, ("sex",))
    assert isinstance(belly_throat.glasgow_blatchford(replace(row, age_years=15)), Refused)


def test_age_in_sore_throat() -> None:
    throat = belly_throat.McIsaacInput(True, True, False, False)
    found = {}
    for age in (3, 14, 15, 44, 45):
        score = belly_throat.mcisaac(replace(throat, age=age))
        assert isinstance(score, Score)
        found[age] = score.points
    assert found == {3: 3, 14: 3, 15: 2, 44: 2, 45: 1}
    assert isinstance(belly_throat.mcisaac(replace(throat, age=2)), Refused)
    assert isinstance(belly_throat.centor(replace(throat, age=14)), Refused)


def test_alvarado_and_feverpain_bands() -> None:
    names = [field.name for field in fields(belly_throat.AlvaradoInput)]
    none = dict.fromkeys(names, False)
    seven = {**none, **dict.fromkeys(["rlq_tenderness", "leukocytosis", "fever", "anorexia", "left_shift"], True)}
    assert belly_throat.alvarado(belly_throat.AlvaradoInput(**seven)).worst.id == "probable"
    assert belly_throat.alvarado(belly_throat.AlvaradoInput(**none)).worst.id == "less-likely"
    assert belly_throat.feverpain(belly_throat.FeverPainInput(True, True, True, True, False)).worst.id == "high"


@pytest.mark.parametrize(
    ("total", "band"),
    [(4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "moderately-severe"),
     (19, "moderately-severe"), (20, "severe")],
)  # fmt: skip
def test_bands_of_phq9(total: int, band: str) -> None:
    answers = [min(3, max(0, total - 3 * place)) for place in range(8)] + [0]
    score = mind.phq9(mind.Responses(answers))
    assert (score.points, score.worst.id, score.provisos) == (total, band, ())


def test_item_nine_speaks_whatever_the_total() -> None:
    alone = mind.phq9(mind.Responses([0] * 8 + [1]))
    assert alone.worst.id == "minimal"
    assert alone.provisos == (mind.SELF_HARM,)
    left_out = mind.phq9(mind.Responses([0] * 8 + [None]))
    assert left_out.provisos == (mind.SELF_HARM_UNKNOWN,)


@pytest.mark.parametrize("answers", [[0] * 8, [0] * 10, [0] * 8 + [4], [-1] + [0] * 8])
def test_a_form_that_is_none_is_refused(answers: list[int]) -> None:
    with pytest.raises(BadInput):
        mind.phq9(mind.Responses(answers))


def test_gad7_cut_points() -> None:
    for total, band in ((4, "minimal"), (5, "mild"), (9, "mild"), (10, "moderate"), (14, "moderate"), (15, "severe")):
        answers = [min(3, max(0, total - 3 * place)) for place in range(7)]
        assert mind.gad7(mind.Responses(answers)).worst.id == band


def test_gcs() -> None:
    full = acute.gcs(acute.GcsInput("spontaneous", "orientated", "obeys"))
    assert (full.points, full.worst.id) == (15, "full")
    coma = acute.gcs(acute.GcsInput("none", "none", "none"))
    assert (coma.points, coma.worst.id) == (3, "coma")
    tube = acute.gcs(acute.GcsInput("to-sound", None, "localising"))
    assert (tube.lowest, tube.highest, tube.missing) == (9, 13, ("verbal",))
    assert tube.worst.id == "moderate"
    with pytest.raises(BadInput):
        acute.gcs(acute.GcsInput(eyes="open"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "band"),
    [
        ({}, "no-trigger"), ({"pulse": 100}, "no-trigger"), ({"pulse": 100, "respiratory_rate": 21}, "trigger"),
        ({"pulse": 121}, "red"), ({"systolic_bp": 161}, "red"), ({"systolic_bp": 89}, "red"),
        ({"diastolic_bp": 101}, "red"),
        ({"systolic_bp": 160}, "no-trigger"), ({"temperature": 38.1}, "red"), ({"temperature": 34.9}, "red"),
        ({"spo2": 94}, "red"), ({"respiratory_rate": 31}, "red"), ({"respiratory_rate": 9}, "red"),
        ({"response": "pain"}, "red"), ({"pain": 2, "response": "voice"}, "trigger"),
    ],
)  # fmt: skip
def test_obstetric_triggers(changes: dict[str, Any], band: str) -> None:
    well = acute.MeowsInput(37, 120, 70, 80, 16, 98, 0, "alert", True)
    score = acute.meows(replace(well, **changes))
    assert isinstance(score, Score)
    assert score.worst.id == band


def test_the_obstetric_scale_refuses_others() -> None:
    assert isinstance(acute.meows(acute.MeowsInput(pregnant_or_within_six_weeks=False)), Refused)


def test_tables_have_words_sources_and_no_unknown_field() -> None:
    for table in score_tables().values():
        assert table.source
        assert table.read in {"yes", "memory"}
        for band in table.bands:
            assert band.do.zh
            assert band.do.en


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('points = "<=100:1 else:0"', 'points = "<=100:1"'),
        ('points = "<22:0 else:1"', 'points = "22"'),
        ("from = 2", "from = -1"),
    ],
)
def test_a_broken_table_is_refused(old: str, new: str) -> None:
    table = """
[q]
name_zh = "甲"
name_en = "A"
source = "B"
read = "memory"
least = 0
most = 2
[q.part.rate]
zh = "甲"
en = "a"
points = "<22:0 else:1"
[q.part.pressure]
zh = "甲"
en = "a"
points = "<=100:1 else:0"
[[q.band]]
id = "low"
from = 0
name_zh = "低"
name_en = "low"
sentence_zh = "低"
sentence_en = "low"
do_zh = "等"
do_en = "wait"
[[q.band]]
id = "high"
from = 2
name_zh = "高"
name_en = "high"
sentence_zh = "高"
sentence_en = "high"
do_zh = "来"
do_en = "come"
"""
    assert read_tables(table)["q"].band(1).id == "low"
    assert old in table
    with pytest.raises(BadTable, match="q: "):
        read_tables(table.replace(old, new))
