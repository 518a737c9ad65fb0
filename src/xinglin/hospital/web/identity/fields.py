"""Form fields: what is asked, what was typed, and what is wrong with it, for one template that draws them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict

from xinglin.hospital.kernel.errors import DomainError, InvalidForm
from xinglin.hospital.kernel.texts import T


@dataclass
class Field:
    """One field. Kinds: text, tel, date, password, number, file, textarea, select, checks."""

    name: str
    label: T
    kind: str = "text"
    help: T | None = None
    options: Sequence[tuple[str, T]] = ()
    optional: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    max_length: int = 0
    value: str = ""
    values: list[str] = field(default_factory=list)
    error: str = ""


def fill(fields: Iterable[Field], data: QueryDict) -> None:
    """Put what was typed into the fields; passwords and files are never repeated."""
    for one in fields:
        if one.kind == "checks":
            one.values = data.getlist(one.name)
        elif one.kind not in {"password", "file"}:
            one.value = data.get(one.name, "")


def mark(fields: Iterable[Field], refusal: DomainError) -> DomainError | None:
    """Write a refusal beside the fields it names; returns it when some of it belongs to no field here."""
    by_name = {one.name: one for one in fields}
    parts = refusal.errors if isinstance(refusal, InvalidForm) else [refusal]
    left: DomainError | None = None
    for part in parts:
        target = by_name.get(part.field)
        if target is None:
            left = refusal
        else:
            advice = part.advice
            target.error = f"{part.sentence} {advice}" if advice else str(part.sentence)
    return left


def day(text: str) -> date | None:
    """A day as a date field sends it, or None."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return None


def uploaded(request: HttpRequest, name: str) -> bytes:
    """The bytes of an uploaded file, read no further than a picture may be long; empty when there is none."""
    file = request.FILES.get(name)
    if not isinstance(file, UploadedFile) or file.size is None or file.size > 12 * 1024 * 1024:
        return b"" if file is None else b"too long"
    return bytes(file.read())
