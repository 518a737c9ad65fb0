"""The medical affairs officer decides on an application, with the papers in view."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xinglin.hospital.identity import errors
from xinglin.hospital.identity.access import DECIDE_APPLICATIONS
from xinglin.hospital.identity.events import PractitionerAdmitted
from xinglin.hospital.identity.models import CredentialApplication, Practitioner, PractitionerFiling
from xinglin.hospital.identity.selectors.admission import hindrances
from xinglin.hospital.identity.services.signing import make_key
from xinglin.hospital.identity.words import ApplicationState
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import InvalidInput, NotFound
from xinglin.hospital.kernel.events import publish
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.live import announce
from xinglin.hospital.kernel.texts import T


@transaction.atomic
def decide_application(*, actor: Actor, application_id: UUID, decision: str, reason: str, now: datetime) -> UUID | None:
    """Approve, return or refuse an application; returns the new credential record's id when approved.

    Approval needs the papers, a verified real name, a registration that covers today and, for physicians, the years of
    independent practice that the place asks. Raises NotFound, AlreadyDecided, InvalidInput, PapersMissing,
    ApplicantNotVerified, OutsideRegistration, TooFewYears, RegisterNumberTaken.
    """
    require(actor, DECIDE_APPLICATIONS)
    row = (
        CredentialApplication.objects.select_for_update(of=("self",))
        .select_related("institution")
        .filter(pk=application_id, institution_id__in=actor.institution_ids)
        .first()
    )
    if row is None:
        raise NotFound
    if row.state != ApplicationState.APPLIED:
        raise errors.AlreadyDecided
    if decision not in {ApplicationState.APPROVED, ApplicationState.RETURNED, ApplicationState.REFUSED}:
        raise InvalidInput(field="decision", reason=T(zh="请选择审核结论。", en="Choose a decision."))
    if decision != ApplicationState.APPROVED and not reason.strip():
        raise InvalidInput(
            field="reason", reason=T(zh="请写明原因，申请人会看到。", en="Say why; the applicant will read it.")
        )
    if decision == ApplicationState.APPROVED:
        hindrance = hindrances(row, now)
        if hindrance:
            raise hindrance[0]
        row.practitioner = _admit(actor, row, now)
    row.state = decision
    row.decided_by, row.decided_at, row.decision_reason = actor.id, now, reason.strip()[:300]
    row.save()
    journal.write(
        actor=actor,
        institution_id=row.institution_id,
        verb="decide_application",
        object_type="application",
        object_id=row.pk,
        now=now,
        outcome=decision,
        detail={"reason": row.decision_reason, "practitioner_id": str(row.practitioner_id or "")},
    )
    announce("desk:affairs", "application", row.pk)
    return row.practitioner_id


def _admit(actor: Actor, row: CredentialApplication, now: datetime) -> Practitioner:
    """Make the credential record, or renew the one that ended, with its filing and a signing key."""
    before = Practitioner.objects.filter(person_id=row.person_id, kind=row.kind, register_no=row.register_no).first()
    record = Practitioner(
        id=before.pk if before else new_id(),
        person_id=row.person_id,
        account_id=row.account_id,
        institution_id=row.institution_id,
        kind=row.kind,
        register_no=row.register_no,
        title=row.title,
        department=row.department,
        scope=row.scope or [row.department.split(".")[0]] * bool(row.department),
        independent_from_on=row.independent_from_on,
        languages=row.languages,
        intro_zh=row.intro_zh,
        intro_en=row.intro_en,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        admitted_at=now,
        primary_site=row.primary_site,
    )
    record.save(force_insert=before is None)
    if row.primary_site and row.filed_from_on:
        PractitionerFiling.objects.update_or_create(
            practitioner=record,
            institution_id=row.institution_id,
            from_on=row.filed_from_on,
            defaults={"until_on": row.filed_until_on},
        )
    if not record.signing_keys.filter(revoked_at__isnull=True).exists():
        make_key(practitioner=record, actor=actor, now=now)
    publish(PractitionerAdmitted(practitioner_id=record.pk, institution_id=row.institution_id, at=now))
    return record
