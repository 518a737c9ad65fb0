"""The generated reference pages say what the code says."""

from xinglin.hospital.config import reference


def test_reference_pages_are_current() -> None:
    assert reference.stale() == [], "run `xinglin reference`"


def test_every_setting_has_a_meaning() -> None:
    page = reference.settings_page()
    assert "|  |" not in page
    assert "`DATABASE_URL`" in page


def test_every_event_says_what_happened() -> None:
    for kind in reference.all_events():
        doc = kind.__doc__ or ""
        assert doc, kind
        assert not doc.startswith(kind.__name__ + "("), kind


def test_permission_codes_are_unique_and_named_after_their_module() -> None:
    codes = [permission.code for permission in reference.all_permissions()]
    assert codes == sorted(set(codes))
    assert all(code.count(".") == 1 for code in codes)
