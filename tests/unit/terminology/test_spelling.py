"""Pinyin, initials, sort keys and the normal form of what people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinglin.hospital.terminology.spelling import compact, normal, pinyin, sort_key


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("高血压", "gaoxueya", "gxy"),
        ("二甲双胍", "erjiashuanggua", "ejsg"),
        ("2型糖尿病", "2xingtangniaobing", "2xtnb"),
        ("痤疮", "cuochuang", "cc"),
        ("党参", "dangshen", "ds"),
        ("枸橼酸钾", "juyuansuanjia", "jysj"),
        ("心律失常", "xinlvshichang", "xlsc"),
        ("Metformin", "", ""),
        ("", "", ""),
    ],
)
def test_pinyin_and_initials(name: str, full: str, initials: str) -> None:
    assert pinyin(name) == (full, initials)


def test_names_sort_by_sound() -> None:
    assert sorted(["左氧氟沙星", "阿莫西林", "厄贝沙坦", "二甲双胍"], key=sort_key) == [
        "阿莫西林",
        "厄贝沙坦",
        "二甲双胍",
        "左氧氟沙星",
    ]


def test_width_case_and_punctuation_do_not_matter() -> None:
    assert normal("Ｉ１０") == "i10"
    assert compact("E11.9") == "e119"
    assert normal("Type-2  Diabetes") == "type 2 diabetes"
    assert normal("高血压 (原发)") == "高血压原发"


@given(st.text(max_size=80))
def test_any_text_has_a_normal_form_that_is_its_own(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert pinyin(text)[0] == pinyin(text)[0].lower()
