"""Questions turned into SQL once: the same answers as the ORM's, and no stand-in is left behind unnoticed."""

import pytest

from xinglin.hospital.kernel.compiled import Compiled
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.models import JournalWaiting

pytestmark = pytest.mark.django_db


def test_it_answers_as_the_query_does_for_other_values() -> None:
    ours, theirs = new_id(), new_id()
    entries = [new_id(), new_id()]
    JournalWaiting.objects.bulk_create(JournalWaiting(entry_id=one, institution_id=ours) for one in entries)
    waiting = Compiled(
        lambda key: JournalWaiting.objects.filter(institution_id=key).order_by("entry_id").values_list("entry_id"),
        "key",
    )
    assert waiting.rows(key=ours) == [(one,) for one in entries]
    assert waiting.rows(key=theirs) == []


def test_a_stand_in_that_is_not_named_is_an_error() -> None:
    waiting = Compiled(lambda key, other: JournalWaiting.objects.filter(institution_id=key, entry_id=other), "key")
    with pytest.raises(ValueError, match="key"):
        waiting.rows(key=new_id())
