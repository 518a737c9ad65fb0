"""Which names are in their proper form, and what is said of the others."""

import pytest

from xinglin.hospital.pharmacy.authentic import names


@pytest.mark.parametrize(
    "name", ["测试人3", "演示患者 00001", "阿依古丽·买买提", "Anna O'Neil-Smith", "José", "欧阳测试"]
)
def test_proper(name: str) -> None:
    assert names.trouble_with(name) is None
    assert names.trouble_with(names.mask(name), masked=True) is None


@pytest.mark.parametrize(
    "name", ["", " 张三", "Wаng", "Ｗang", "张\u200b三", "⼈三", "张Wang", "张三１", "王\u2022三", "Αnna", "张\u0301"]
)
def test_not_proper(name: str) -> None:
    assert names.trouble_with(name) is not None
