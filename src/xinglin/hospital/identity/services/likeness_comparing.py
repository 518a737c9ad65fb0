"""One face under two names: a new face of the staff is compared with the faces of the rest of the staff.

Patients are not compared with each other unless policy says so: to look through everybody's faces for each new patient
is more than their care needs (Personal Information Protection Law, articles 6, 28 and 29; from memory). Who practises
answers for being one person of the register, and the staff is few. Likenesses are opened in memory and never written.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from xinglin.biometrics.errors import BiometricError
from xinglin.hospital.identity import errors
from xinglin.hospital.identity import likeness_engines as engines
from xinglin.hospital.identity.likeness_policy import compared_sides
from xinglin.hospital.identity.likeness_words import LikenessKind, ReviewKind, ReviewReason
from xinglin.hospital.identity.locks import hold
from xinglin.hospital.identity.models import LikenessTemplate, Practitioner
from xinglin.hospital.identity.selectors.likeness import opened
from xinglin.hospital.identity.services.likeness_review import open_review
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import SYSTEM_ID, Actor, Role
from xinglin.hospital.kernel.errors import NotFound


def is_compared(person_id: UUID) -> bool:
    """Whether policy lets the face of this person be compared with those of others of the same side."""
    return _side(person_id) in compared_sides()


def compare_later(template_id: UUID) -> None:
    """After commit, by the worker: the person does not wait for it."""
    from xinglin.hospital.identity.tasks import compare_with_others  # tasks import services

    compare_with_others.configure(queueing_lock=f"identity.compare:{template_id}").defer(template_id=str(template_id))


def find_similar(*, actor: Actor, template_id: UUID, now: datetime) -> UUID | None:
    """Compare a new face with the others of its side, by the strict threshold; the most similar other person, if any,
    is put before the desk and returned, and stands in the facts until a person has decided. None as well where policy
    does not let this person's side be compared. For the system alone. Raises NotFound.
    """
    row = (
        LikenessTemplate.objects.filter(pk=template_id, kind=LikenessKind.FACE, erased_at__isnull=True)
        .select_related("person")
        .first()
    )
    if row is None or not actor.has(Role.SYSTEM):
        raise NotFound
    if not is_compared(row.person_id):
        return None
    nearest, best, unopened = _nearest(row)
    with transaction.atomic():
        hold(f"likeness:{row.person_id}")
        LikenessTemplate.objects.filter(pk=row.pk).update(compared_at=now)
        journal.write(
            actor=actor,
            institution_id=SYSTEM_ID,
            verb="find_similar",
            object_type="likeness_template",
            object_id=row.pk,
            now=now,
            outcome="similar" if nearest else "none",
            detail={"unopened": unopened, "similarity_permille": round(best * 1000) if nearest else None},
        )
        if nearest is None:
            return None
        open_review(
            actor, row.person, ReviewKind.SIMILAR, ReviewReason.RESEMBLES, now, template=row, other=nearest.person
        )
    return nearest.person_id


def _nearest(row: LikenessTemplate) -> tuple[LikenessTemplate | None, float, int]:
    """The most similar other face at or above the strict threshold, its cosine, and how many did not open."""
    mine = opened(row)
    best, nearest, unopened = engines.faces().engine.limit("match_strict"), None, 0
    for other in _others(row).iterator(chunk_size=500):
        try:
            similarity = mine.similarity(opened(other))
        except (errors.TemplateForeign, BiometricError):
            unopened += 1
            continue
        if similarity >= best:
            best, nearest = similarity, other
    return nearest, best, unopened


def _others(row: LikenessTemplate) -> QuerySet[LikenessTemplate]:
    """Live faces of the same engine and side."""
    same = LikenessTemplate.objects.filter(
        kind=LikenessKind.FACE, engine=row.engine, version=row.version, revoked_at__isnull=True
    ).exclude(person_id=row.person_id)
    practises = Exists(Practitioner.objects.filter(person_id=OuterRef("person_id")))
    return same.filter(practises) if _side(row.person_id) == "staff" else same.exclude(practises)


def _side(person_id: UUID) -> str:
    return "staff" if Practitioner.objects.filter(person_id=person_id).exists() else "patient"
