"""Making likenesses unreadable: a revoked template and its key go at once, pictures when their time is over."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xinglin.hospital.identity import likeness_vault as vault
from xinglin.hospital.identity.access import REVIEW_LIKENESS
from xinglin.hospital.identity.likeness_words import LikenessKind, ReviewState
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import (
    AlternativeCheck,
    DocumentPhoto,
    LikenessEvidence,
    LikenessPicture,
    LikenessTemplate,
)
from xinglin.hospital.identity.parameters import CARD_PICTURE_LIFE
from xinglin.hospital.identity.services.proofs import PLATFORM_CHAIN
from xinglin.hospital.identity.words import CheckMethod, CheckResult, IdType, PhotoKind
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound

BATCH = 500
EVIDENCE, STILL = "challenge", "challenge_still"
"""Kinds under which the vault seals what a challenge has seen so far."""


def drop_evidence(
    now: datetime, *, account_id: UUID | None = None, person_id: UUID | None = None, challenge_id: UUID | None = None
) -> int:
    """Destroy what challenges have seen: of an account, a person, one challenge, else whatever is past its time."""
    rows = LikenessEvidence.objects.all()
    if challenge_id is not None:
        rows = rows.filter(pk=challenge_id)
    elif account_id is not None:
        rows = rows.filter(challenge__account_id=account_id)
    elif person_id is not None:
        rows = rows.filter(challenge__person_id=person_id)
    else:
        rows = rows.filter(delete_after__lte=now).select_for_update(skip_locked=True)
    ids = list(rows.values_list("pk", flat=True)[:BATCH])
    LikenessEvidence.objects.filter(pk__in=ids).delete()
    _forget_when_committed(ids)
    return len(ids)


@transaction.atomic
def drop_abandoned(*, actor: Actor, now: datetime) -> int:
    """Destroy what challenges that nobody finished have seen; how many."""
    require(actor, REVIEW_LIKENESS)
    return drop_evidence(now)


def revoke_all(
    person_id: UUID, kind: LikenessKind, actor: Actor, now: datetime, *, reason: str, only: UUID | None = None
) -> list[UUID]:
    """Revoke and erase the live templates of a person; their ids. The caller holds the person's lock."""
    rows = LikenessTemplate.objects.select_for_update().filter(person_id=person_id, kind=kind, erased_at__isnull=True)
    ids = list((rows.filter(pk=only) if only else rows).values_list("pk", flat=True))
    live = LikenessTemplate.objects.filter(pk__in=ids, revoked_at__isnull=True)
    live.update(revoked_at=now, revoked_by=actor.id, revoked_reason=reason[:200])
    LikenessTemplate.objects.filter(pk__in=ids).update(sealed=None, erased_at=now)
    _forget_when_committed(ids)
    if kind == LikenessKind.FACE:
        drop_evidence(now, person_id=person_id)
    AlternativeCheck.objects.filter(template_id__in=ids, state=ReviewState.ASKED).update(
        state=ReviewState.WITHDRAWN, decided_at=now, decided_by=actor.id, decision_reason=reason[:300]
    )
    return ids


def _forget_when_committed(ids: Iterable[UUID]) -> None:
    """Keys go after the commit: a transaction that is undone must leave what it would have erased readable."""
    for one in ids:
        transaction.on_commit(partial(vault.forget, one))


@transaction.atomic
def revoke_template(*, actor: Actor, template_id: UUID, reason: str, now: datetime) -> None:
    """Take a template out of use and erase it: the person, or medical affairs for a cause. Raises NotFound."""
    row = LikenessTemplate.objects.filter(pk=template_id, revoked_at__isnull=True).first()
    own = row is not None and row.person_id == actor.person_id
    if row is None or not (own or REVIEW_LIKENESS.held_by(actor)):
        raise NotFound
    hold(f"likeness:{row.person_id}")
    revoke_all(row.person_id, LikenessKind(row.kind), actor, now, reason=reason, only=row.pk)
    journal.write(
        actor=actor,
        institution_id=PLATFORM_CHAIN,
        verb="revoke_template",
        object_type="likeness_template",
        object_id=row.pk,
        now=now,
        detail={"person_id": str(row.person_id), "kind": row.kind, "reason": reason[:200]},
    )


def erase_pictures(person_id: UUID, now: datetime) -> int:
    """Erase the stills of a person's attempts; how many."""
    ids = list(LikenessPicture.objects.filter(person_id=person_id, erased_at__isnull=True).values_list("pk", flat=True))
    LikenessPicture.objects.filter(pk__in=ids).update(sealed=None, erased_at=now)
    _forget_when_committed(ids)
    return len(ids)


@transaction.atomic
def erase_expired(*, actor: Actor, now: datetime) -> dict[str, int]:
    """Erase what policy no longer lets us keep, and destroy keys that an interrupted erasure left; counts by kind."""
    require(actor, REVIEW_LIKENESS)
    due = list(
        LikenessPicture.objects.select_for_update(skip_locked=True)
        .filter(erased_at__isnull=True, delete_after__lte=now)
        .values_list("pk", flat=True)[:BATCH]
    )
    LikenessPicture.objects.filter(pk__in=due).update(sealed=None, erased_at=now)
    _forget_when_committed(due)
    cards = list(_cards_due(now).values_list("pk", flat=True)[:BATCH])
    DocumentPhoto.objects.filter(pk__in=cards).update(content=b"", erased_at=now)
    left = [one for one in _erased_lately() if vault.has_key(one)]
    _forget_when_committed(left)
    counts = {"stills": len(due), "cards": len(cards), "keys": len(left)}
    if any(counts.values()):
        journal.write(
            actor=actor,
            institution_id=PLATFORM_CHAIN,
            verb="erase_expired",
            object_type="likeness_picture",
            object_id=None,
            now=now,
            detail=counts,
        )
    return counts


def _cards_due(now: datetime) -> QuerySet[DocumentPhoto]:
    """Pictures of identity cards whose person is verified by the register and for whom no review is open."""
    waiting = AlternativeCheck.objects.filter(state=ReviewState.ASKED).values("person_id")
    return (
        DocumentPhoto.objects.filter(
            kind__in=[PhotoKind.IDENTITY_FRONT, PhotoKind.IDENTITY_BACK],
            erased_at__isnull=True,
            at__lte=now - CARD_PICTURE_LIFE,
            person__id_type=IdType.RESIDENT,
            person__verifications__method=CheckMethod.REGISTRY,
            person__verifications__result=CheckResult.MATCH,
        )
        .exclude(person_id__in=waiting)
        .distinct()
    )


def _erased_lately() -> list[UUID]:
    """The newest erased rows, whose keys should be gone."""
    erased = Q(erased_at__isnull=False)
    found: list[UUID] = []
    for table in (LikenessTemplate, LikenessPicture):
        found += table.objects.filter(erased).order_by("-erased_at").values_list("pk", flat=True)[:BATCH]
    return found
