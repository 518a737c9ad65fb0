"""The prescription as a signed document: made when first asked for, signed on by the reviewer, handed to whom it may.

The physician signed the content itself, with a fresh proof of identity, at the moment of prescribing. The document sets
exactly that content on a page and repeats the signature in the form that PDF readers know; it is made only while the
first signature still holds. It costs a third of a second, so it is not made in the hot path of prescribing.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import journal
from xinglin.hospital.kernel.access import Actor, require
from xinglin.hospital.kernel.errors import NotFound
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import keyring
from xinglin.hospital.pharmacy.access import READ_PRESCRIPTION
from xinglin.hospital.pharmacy.authentic import names, token
from xinglin.hospital.pharmacy.authentic.answers import when
from xinglin.hospital.pharmacy.authentic.authority import LABELS, Purpose
from xinglin.hospital.pharmacy.authentic.models import AuthorityKey, SignedDocument
from xinglin.hospital.pharmacy.errors import NameNotCanonical, NoDocumentForEnded, NoTimestamp, SignatureBroken
from xinglin.hospital.pharmacy.gate import visible
from xinglin.hospital.pharmacy.models import Prescription, Review
from xinglin.hospital.pharmacy.services.moving import locked
from xinglin.hospital.pharmacy.services.page import page_of
from xinglin.hospital.pharmacy.signatures import check_signature
from xinglin.hospital.pharmacy.states import State

NOT_HANDED_OUT = {State.RETURNED, State.REFUSED, State.CANCELLED, State.EXPIRED}


@dataclass(frozen=True, slots=True)
class Document:
    """A signed prescription as it is handed out."""

    content: bytes
    name: str
    version: int
    reviewed: bool
    code: str


def signed_document(*, actor: Actor, prescription_id: UUID, now: datetime) -> Document:
    """The prescription as a signed PDF, for those who may read it; the handing out is journaled, the refused one too.

    Made or signed on when needed; made anew under a higher version when a key of the present one was revoked. Raises
    NotFound, SignatureBroken, NameNotCanonical, NoDocumentForEnded, NoTimestamp.
    """
    require(actor, READ_PRESCRIPTION)
    if not visible(actor).filter(id=prescription_id).exists():
        _refused(actor, prescription_id, now)
        raise NotFound
    with transaction.atomic():
        row = locked(actor, prescription_id)
        made = _current(actor, row, now)
        journal.write(
            actor=actor,
            institution_id=row.institution_id,
            verb="signed_document",
            object_type="prescription",
            object_id=row.id,
            now=now,
            detail={"version": made.version, "revision": made.revision, "sha256": made.sha256},
        )
    return Document(
        content=bytes(made.content),
        name=f"prescription-{str(row.id)[-12:]}-v{made.version}.pdf",
        version=made.version,
        reviewed=made.revision == 2,
        code=made.code,
    )


def _refused(actor: Actor, prescription_id: UUID, now: datetime) -> None:
    there = Prescription.objects.filter(id=prescription_id).first()
    if there is not None:
        journal.write(
            actor=actor,
            institution_id=there.institution_id,
            verb="signed_document",
            object_type="prescription",
            object_id=there.id,
            now=now,
            outcome="refused",
        )


def _current(actor: Actor, row: Prescription, now: datetime) -> SignedDocument:
    """The newest document, brought up to date. The prescription is locked."""
    last = SignedDocument.objects.filter(prescription=row).order_by("-version", "-revision").first()
    ended = State(row.state) in NOT_HANDED_OUT
    if last is None and ended:
        raise NoDocumentForEnded(state=State(row.state).label)
    revoked = last is not None and _leans_on_revoked(last)
    if last is None or (revoked and not ended):
        last = _make(actor, row, (last.version if last else 0) + 1, now)
    approval = row.reviews.filter(outcome="approve").first()
    if last.revision == 1 and approval is not None:
        last = _sign_on(actor, row, last, approval, now)
    return last


def _leans_on_revoked(last: SignedDocument) -> bool:
    """Whether a key of this version was revoked since. What was signed before stays good, but readers would wonder."""
    revisions = SignedDocument.objects.filter(prescription_id=last.prescription_id, version=last.version)
    return revisions.filter(Q(code_key__revoked_at__isnull=False) | Q(signer_key__revoked_at__isnull=False)).exists()


def _make(actor: Actor, row: Prescription, version: int, now: datetime) -> SignedDocument:
    if not check_signature(row).good:
        raise SignatureBroken
    content = json.loads(row.signed.content)
    _require_canonical(Purpose.PHYSICIAN, content["prescriber"]["name"])
    _require_canonical(None, content["patient"]["name"])
    code_key = keyring.open_key(Purpose.CODE, actor=actor, now=now)
    signer = _signer(Purpose.PHYSICIAN, row.prescriber_id, row.signed.key_id, actor, now)
    code = token.write(_token(row, content, version, code_key, now), keyring.private_code_key(code_key))
    pdf = _render(row, content, code, version)
    signed = _sign(actor, pdf, signer, "prescribe", now, first=True)
    return _store(row, version, 1, signed, code, code_key, signer, now)


def _require_canonical(who: Purpose | None, name: str) -> None:
    trouble = names.trouble_with(name)
    if trouble is not None:
        raise NameNotCanonical(who=LABELS[who] if who else T(zh="患者", en="patient"), what=trouble)


def _token(row: Prescription, content: dict[str, Any], version: int, key: AuthorityKey, now: datetime) -> token.Token:
    return token.Token(
        key_id=bytes.fromhex(key.serial),
        institution_id=row.institution_id,
        institution=content["institution"]["name"],
        prescription_id=row.id,
        version=version,
        content_sha256=bytes.fromhex(row.signed.sha256),
        masked_name=names.mask(content["patient"]["name"]),
        issued_at=row.issued_at,
        valid_until_at=row.valid_until_at,
        made_at=now,
    )


def _signer(part: Purpose, practitioner_id: UUID, key_id: UUID, actor: Actor, now: datetime) -> AuthorityKey:
    """The practitioner's certificate; the hospital's seal for one who may no longer sign, or who left since."""
    profile = identity.practitioner_profile(practitioner_id=practitioner_id, at=now)
    if profile.standing != "active" or not identity.signing_key(key_id=key_id).held_at(now):
        return keyring.open_key(Purpose.SEAL, actor=actor, now=now)
    _require_canonical(part, profile.name)
    return keyring.open_key(
        part, actor=actor, now=now, holder=practitioner_id, name=profile.name, house=profile.institution.zh
    )


def _render(row: Prescription, content: dict[str, Any], code: str, version: int) -> bytes:
    from xinglin.hospital.pharmacy.authentic import document, layout  # Typst and pyHanko take half a second to load

    data = {
        "form": document.FORM,
        "version": version,
        "content": row.signed.content,
        "signature": {
            "key_id": str(row.signed.key_id),
            "public_key": row.signed.public_key,
            "signature": row.signed.signature,
            "signed_at": row.signed.signed_at.isoformat(),
        },
        "code": code,
    }
    return layout.render(page_of(row, content), code=code, data=json.dumps(data, ensure_ascii=False))


def _sign_on(actor: Actor, row: Prescription, last: SignedDocument, review: Review, now: datetime) -> SignedDocument:
    from xinglin.hospital.pharmacy.authentic import layout  # as above

    said = json.loads(review.content)["reviewer"]
    signer = _signer(Purpose.PHARMACIST, review.reviewer_id, review.key_id, actor, now)
    stamp = layout.reviewer_stamp(name=said["name"], register=said["register_no"], at=when(review.at))
    signed = _sign(actor, bytes(last.content), signer, "review", now, first=False, appearance=stamp)
    return _store(row, last.version, 2, signed, last.code, last.code_key, signer, now)


REASONS = {
    "prescribe": T(zh="开具处方", en="prescribed"),
    "review": T(zh="审核通过", en="reviewed and approved"),
}


def _sign(
    actor: Actor,
    pdf: bytes,
    signer: AuthorityKey,
    deed: str,
    now: datetime,
    *,
    first: bool,
    appearance: bytes | None = None,
) -> bytes:
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    from xinglin.hospital.pharmacy.authentic import layout, signing, stamping  # as above

    root, *issuing = keyring.authorities(actor=actor, now=now)
    lists = [keyring.revocation_list(one, now=now) for one in (root, *issuing)]
    chain = signing.Chain(
        root=bytes(root.certificate or b""),
        issuing=tuple(bytes(one.certificate or b"") for one in issuing),
        revocation_lists=tuple(bytes(one.content) for one in lists),
        timestamp_roots=keyring.outside_roots(),
    )
    if settings.XINGLIN_TSA_URL:
        stamper: Any = stamping.OutsideTimeStamper(settings.XINGLIN_TSA_URL)
    else:
        stamps = keyring.open_key(Purpose.TIMESTAMP, actor=actor, now=now)
        stamper = stamping.HospitalTimeStamper(keyring.keyed(stamps), now)
    try:
        return signing.sign(
            pdf,
            field=signing.PRESCRIBER_FIELD if first else signing.REVIEWER_FIELD,
            keyed=keyring.keyed(signer),
            name=signer.name,
            reason=f"{REASONS[deed].zh} {REASONS[deed].en}",
            chain=chain,
            stamper=stamper,
            now=now,
            first=first,
            later_boxes=[(signing.REVIEWER_FIELD, signing.Box(0, layout.reviewer_box()))] if first else (),
            appearance=appearance,
        )
    except TimestampRequestError as error:
        raise NoTimestamp from error


def _store(
    row: Prescription,
    version: int,
    revision: int,
    pdf: bytes,
    code: str,
    code_key: AuthorityKey,
    signer: AuthorityKey,
    now: datetime,
) -> SignedDocument:
    made = SignedDocument(
        id=new_id(),
        prescription=row,
        version=version,
        revision=revision,
        content=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        code=code,
        code_key=code_key,
        signer_key=signer,
        made_at=now,
    )
    made.save(force_insert=True)
    return made
