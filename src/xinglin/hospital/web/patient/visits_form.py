"""From what a patient typed to papers of an earlier diagnosis, and from a refusal to the sentences at the fields."""

from datetime import date
from uuid import UUID

from xinglin.hospital.consultation.selectors import EvidenceKind
from xinglin.hospital.consultation.services import EvidenceOffer
from xinglin.hospital.kernel.errors import DomainError, InvalidForm, InvalidInput
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.web.shared.page import Request, uuid_or_none

KINDS = [(kind.value, kind.label) for kind in EvidenceKind if kind is not EvidenceKind.IN_HOUSE]
UPLOAD_FIELDS = ("kind", "institution_name", "diagnosed_on", "diagnosis_code")


def offers(request: Request) -> list[EvidenceOffer]:
    """The papers that the form holds: a chosen record of the house, an upload, or both. Raises InvalidInput."""
    found = []
    earlier = request.POST.get("earlier", "")
    if earlier and earlier != "upload":
        record_id, _, code = earlier.partition(":")
        found.append(
            EvidenceOffer(
                kind=EvidenceKind.IN_HOUSE.value,
                diagnosis_code=code,
                record_visit_id=uuid_or_none(record_id) or UUID(int=0),
            )
        )
    upload = request.FILES.get("picture")
    typed = any(request.POST.get(name) for name in ("institution_name", "diagnosed_on", "diagnosis_code"))
    if upload is not None or typed or earlier == "upload":
        if upload is None:
            reason = T(zh="请拍照或选择材料的图片。", en="Take or choose a picture of the paper.")
            raise InvalidInput(field="picture", reason=reason)
        found.append(
            EvidenceOffer(
                kind=request.POST.get("kind", ""),
                diagnosis_code=(request.POST.get("diagnosis_code", "").split() or [""])[0],
                diagnosed_on=_day(request.POST.get("diagnosed_on", "")),
                institution_name=request.POST.get("institution_name", ""),
                picture=upload.read(),
            )
        )
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def errors_of(refusal: DomainError) -> dict[str, T]:
    """The sentences of a refusal by field; empty when it names none."""
    found = refusal.errors if isinstance(refusal, InvalidForm) else [refusal]
    return {error.field: error.sentence for error in found if error.field}
