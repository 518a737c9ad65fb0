"""What leaves the house names nobody: identifiers in the writings people really use, and the medicine left readable."""

import pytest

from xinglin.clinical.assessment.masking import Leak, mask, refuse_leak

IDENTIFYING = [
    ("我电话13800138000，胸口疼", "13800138000", "[PHONE]"),
    ("打 138 0013 8000 找我", "138 0013 8000", "[PHONE]"),
    ("手机138-0013-8000", "138-0013-8000", "[PHONE]"),
    ("座机 010-62345678", "010-62345678", "[PHONE]"),
    ("call +86 138 0013 8000 please", "138 0013 8000", "[PHONE]"),
    ("call (415) 555-0134", "555-0134", "[PHONE]"),
    ("身份证11010519491231002X", "11010519491231002X", "[NUMBER]"),
    ("身份证 110105 19491231 0021 号", "19491231", "[NUMBER]"),
    ("卡号6222 0000 1111 2222 333", "6222 0000", "[NUMBER]"),
    ("passport E12345678", "E12345678", "[NUMBER]"),
    ("幺三八零零一三八零零零", "三八零零", "[NUMBER]"),
    ("病历号 20260001234", "20260001234", "[NUMBER]"),
    ("微信号 xiaoming_88", "xiaoming_88", "[CONTACT]"),
    ("write to li.ming@example.com", "li.ming@example.com", "[CONTACT]"),
    ("看 https://example.com/u/1", "example.com", "[CONTACT]"),
    ("家住杏林市东河区春风路12号3单元402室", "春风路12号", "[ADDRESS]"),
    ("I live at 12 Baker Street", "12 Baker Street", "[ADDRESS]"),
    ("我叫李晓明，今年50岁", "李晓明", "[NAME]"),
    ("姓名：欧阳小红 头疼", "欧阳小红", "[NAME]"),
    ("我爸叫王建国，他咳嗽", "王建国", "[NAME]"),
    ("My name is Wei Zhang and I cough", "Wei Zhang", "[NAME]"),
    ("Mrs. Chen has a cough", "Chen", "[NAME]"),
    ("出生日期：1949年12月31日", "1949年", "[BIRTH]"),
    ("born on 31 December 1949", "31 December 1949", "[BIRTH]"),
]
MEDICAL = [
    "血压150/95，心率 88，血糖7.8mmol/L",
    "烧到39度三天了，没有胸痛",
    "我叫了救护车，胸口很闷",
    "吃了二甲双胍500mg一天两次，八月15号开始的",
    "BP 180/110 since Monday, took 2 tablets of aspirin 100 mg",
    "孩子叫不醒，抽搐了",
    "I cough at night and my chest hurts when I walk up the road",
]


@pytest.mark.parametrize(("text", "identifier", "mark"), IDENTIFYING)
def test_identifiers_are_masked(text: str, identifier: str, mark: str) -> None:
    masked = mask(text)
    assert identifier not in masked.text
    assert mark in masked.text
    assert masked.places >= 1


@pytest.mark.parametrize("text", MEDICAL)
def test_what_the_model_is_asked_about_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    "written", ["赵明月", "赵 明 月", "zhao mingyue", "Zhao Ming-Yue", "ZHAOMINGYUE", "mingyue zhao"]
)
def test_a_known_name_is_masked_in_any_writing(written: str) -> None:
    masked = mask(f"{written} 说她头疼", ("赵明月", "zhao mingyue", "mingyue zhao"))
    assert masked.text == "[NAME] 说她头疼"


def test_a_latin_name_is_masked_as_a_word_only() -> None:
    assert mask("Ann has had planned annual checks", ("Ann",)).text == "[NAME] has had planned annual checks"


def test_a_name_that_is_left_is_refused_without_being_told() -> None:
    refuse_leak("[NAME] 头疼", ("赵明月",))
    with pytest.raises(Leak) as caught:
        refuse_leak("赵明月头疼", ("赵明月",))
    assert "赵" not in repr(caught.value)
    refuse_leak("我", ("我",))  # one character identifies nobody
