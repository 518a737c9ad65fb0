"""What is read mechanically in published texts, trap by trap; the texts are made up in the published manner."""

import pytest

from xinglin.supervision.tables.official import text as read
from xinglin.supervision.tables.official.text import Course, Level


def test_signs_of_both_widths_are_one_text() -> None:
    assert read.normal("需经筛查，不能使用“示例剂”的患者。") == read.normal('需经筛查,不能使用"示例剂"的患者.')
    assert read.normal("３－１２ 岁（儿童）；⼉童") == "3-12岁(儿童);儿童"


@pytest.mark.parametrize(
    ("texts", "sex"),
    [
        (("用于妇女经期腹痛。",), "female"),
        (("用于良性前列腺增生。",), "male"),
        (("用于男子更年期。",), "male"),
        (("用于男性不育及女性月经不调。",), None),
        (("用于神经衰弱。",), None),
        (("用于气血不足。", "女宝示例丸"), "female"),
        (("用于肝肾不足。", "女贞示例丸"), None),
        (("用于前列腺炎。", "妇炎示例丸"), "male"),
    ],
)
def test_sex(texts: tuple[str, ...], sex: str | None) -> None:
    assert read.sex_of(*texts) == sex


@pytest.mark.parametrize(
    ("text", "below", "start"),
    [
        ("限儿童。", 18, None),
        ("限3-12岁患者。", 13, 3),
        ("限2岁至11岁儿童便秘。", 12, 2),
        ("限5至12岁以下儿童。", 12, 5),
        ("限：1.1岁至14岁儿童哮喘；2.2岁至14岁儿童鼻炎。", 15, 1),
        ("限3岁及3岁以上儿童患者。", 18, 3),
        ("限6～17岁儿童和青少年。", 18, 6),
        ("限12岁及以下儿童。", 13, None),
        ("限成人。", None, None),
    ],
)
def test_ages(text: str, below: int | None, start: int | None) -> None:
    assert read.child_years(text) == below
    assert read.youngest_years(text) == start


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("限二级及以上医疗机构。", Level(2, first_only=False, specialist=False)),
        ("首次处方时需由二级及以上医疗机构专科医师开具。", Level(2, first_only=True, specialist=False)),
        (
            "1.需三级医院眼科或二级及以上眼科专科医院医师处方；2.首次处方时视力0.05-0.5；3.事前审查后方可用。",
            Level(3, first_only=False, specialist=True),
        ),
        ("需三级医院或二级及以上肿瘤专科医院使用。", Level(2, first_only=False, specialist=True)),
        ("限医院使用。", None),
    ],
)
def test_level(text: str, level: Level | None) -> None:
    assert read.level_of(text) == level


@pytest.mark.parametrize(
    ("text", "modes"),
    [
        ("限急诊或住院患者。", "emergency inpatient"),
        ("住院方可支付，单次最多支付14天。", "inpatient"),
        ("补充足够营养的住院患者方予支付。", "inpatient"),
        ("限门诊使用。", "outpatient"),
        ("限癌症患者。", None),
    ],
)
def test_modes(text: str, modes: str | None) -> None:
    assert read.modes_of(text) == modes


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("支付不超过14天。", Course(14, per_stay=False, span=False)),
        ("住院方可支付，单次最多支付14天。", Course(14, per_stay=True, span=False)),
        ("住院方可支付。单次支付不超过3天。", Course(3, per_stay=True, span=False)),
        ("单次住院支付不超过3天。", Course(3, per_stay=True, span=False)),
        ("支付不超过12个月。", Course(360, per_stay=False, span=True)),
        ("支付不超过一年，每周最多支付一次。", Course(365, per_stay=False, span=True)),
        ("支付不超过半年。", None),
        ("限二级及以上医疗机构。", None),
    ],
)
def test_course(text: str, course: Course | None) -> None:
    assert read.course_of(text) == course


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("评定间隔时间不短于14天。", 14),
        ("每周最多支付一次。", 7),
        ("每3天最多支付一次。", 3),
        ("反映近2-3个月的平均水平。", None),
    ],
)
def test_cycle(text: str, days: int | None) -> None:
    assert read.cycle_days(text) == days


def test_further_conditions_are_named_not_judged() -> None:
    assert read.further_conditions("限二级及以上医疗机构。") == ()
    text = "限脑梗死患者在发作48小时内开始使用；事前审查后方可用；每眼累计最多5支；需经营养风险筛查。"
    assert read.further_conditions(text) == ("disease", "screening", "onset", "earlier_review", "each_eye")
