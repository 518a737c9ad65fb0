"""The prescription panel's fields: from what was typed to a draft and back, keeping what was typed wrongly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.http import QueryDict

from xinglin.hospital.kernel.errors import DomainError, InvalidForm, InvalidInput
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy.selectors import DaysAllowed
from xinglin.hospital.pharmacy.services import Answer, Draft, DraftLine, Previewed
from xinglin.hospital.terminology import selectors as terminology
from xinglin.hospital.terminology.selectors import Frequency, ProductInfo, Route
from xinglin.hospital.web.shared.page import uuid_or_none

LINES_MAX = 30
USUAL = ("qd", "bid", "tid", "qid", "qn", "q8h", "q12h", "qod", "qw", "prn", "st")
DAYS = (7, 14, 28)


@dataclass(frozen=True, slots=True)
class LineForm:
    """One line as typed, with what is wrong at its fields ('dose', 'frequency', 'route', 'days', 'packs')."""

    id: UUID
    product: ProductInfo
    dose: str
    frequency: str
    route: str
    days: str
    packs: str
    reason: str
    errors: Mapping[str, T]
    line: DraftLine

    @property
    def routes(self) -> list[Route]:
        """The routes that this medicine allows."""
        return [route for route in terminology.routes() if route.code in self.product.routes]


@dataclass(frozen=True, slots=True)
class PanelForm:
    """The whole panel as typed."""

    draft: Draft
    lines: tuple[LineForm, ...] = ()
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    errors: Mapping[str, T] = field(default_factory=dict)

    @property
    def frequencies(self) -> list[Frequency]:
        """Frequencies, the usual ones first."""
        known = {row.code: row for row in terminology.frequencies()}
        return [known[code] for code in USUAL if code in known] + [r for r in known.values() if r.code not in USUAL]

    @property
    def given_answers(self) -> list[Answer]:
        """The answers to reminders."""
        return [Answer(key, code, text) for key, (code, text) in self.answers.items() if code]

    @property
    def typed_wrong(self) -> list[InvalidInput]:
        """Values that could not even be read."""
        return [
            InvalidInput(field=f"line-{position}-{name}", reason=reason)
            for position, line in enumerate(self.lines, start=1)
            for name, reason in line.errors.items()
        ]


def read(post: QueryDict, visit_id: UUID) -> PanelForm:
    """What the browser sent. A foreign or broken line id, or an unknown medicine, is left out."""
    lines = []
    for raw in post.getlist("line")[:LINES_MAX]:
        line_id = uuid_or_none(raw)
        read_line = _read_line(post, line_id) if line_id else None
        if read_line is not None:
            lines.append(read_line)
    valid_days = post.get("valid_days", "3")
    draft = Draft(
        id=uuid_or_none(post.get("draft_id", "")) or new_id(),
        visit_id=visit_id,
        lines=tuple(line.line for line in lines),
        kind=post.get("kind", "ordinary"),
        kind_reason=post.get("kind_reason", "").strip(),
        assessed=post.get("assessed") == "1",
        patient_agreed=post.get("patient_agreed") == "1",
        urgent=post.get("urgent") == "1",
        valid_days=int(valid_days) if valid_days in {"1", "2", "3"} else 3,
        replaces_id=uuid_or_none(post.get("replaces", "")),
    )
    answers = {
        name.removeprefix("answer:"): (post.get(name, ""), post.get(f"words:{name.removeprefix('answer:')}", ""))
        for name in post
        if name.startswith("answer:")
    }
    return PanelForm(draft, tuple(lines), answers)


def _read_line(post: QueryDict, line_id: UUID) -> LineForm | None:
    def typed(name: str) -> str:
        return post.get(f"{name}-{line_id}", "").strip()

    try:
        product = terminology.product(typed("product"))
    except DomainError:
        return None
    errors: dict[str, T] = {}
    dose = None
    if typed("dose"):
        try:
            dose = terminology.dose_units(product, typed("dose"))
        except InvalidInput as error:
            errors["dose"] = error.sentence
    line = DraftLine(
        id=line_id,
        product_code=product.code,
        dose_units=dose,
        frequency=typed("frequency"),
        route=typed("route"),
        days=_whole(typed("days"), "days", errors),
        packs=_whole(typed("packs"), "packs", errors),
        reason=typed("reason")[:300],
    )
    return _form(line, product, errors, typed("dose"), typed("days"), typed("packs"))


def _whole(text: str, name: str, errors: dict[str, T]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        errors[name] = T(zh="请填整数。", en="Give a whole number.")
        return None
    return int(text)


def _form(line: DraftLine, product: ProductInfo, errors: dict[str, T], dose: str, days: str, packs: str) -> LineForm:
    return LineForm(
        id=line.id,
        product=product,
        dose=dose,
        frequency=line.frequency,
        route=line.route,
        days=days,
        packs=packs,
        reason=line.reason,
        errors=errors,
        line=line,
    )


def written(product: ProductInfo, units: int | None) -> str:
    """A dose as it stands in the field: the number in the writing unit."""
    return terminology.dose_text(product, units).zh.removesuffix(product.write_unit_zh) if units else ""


def of_draft(draft: Draft) -> PanelForm:
    """The panel for a stored draft; lines whose medicine is no longer in the catalogue are left out."""
    lines = []
    for line in draft.lines:
        try:
            product = terminology.product(line.product_code)
        except DomainError:
            continue
        days, packs = str(line.days or ""), str(line.packs or "")
        lines.append(_form(line, product, {}, written(product, line.dose_units), days, packs))
    return PanelForm(replace(draft, lines=tuple(form.line for form in lines)), tuple(lines))


def with_product(form: PanelForm, code: str, allowed: DaysAllowed) -> PanelForm:
    """The panel with one more medicine at its usual directions, for no more days than allowed. Raises UnknownCode."""
    product = terminology.product(code)
    rhythm = terminology.frequency(product.default_frequency)
    counted = not product.no_days and (rhythm is None or rhythm.gives_days_supply)
    line = DraftLine(
        id=new_id(),
        product_code=product.code,
        dose_units=product.default_dose or None,
        frequency=product.default_frequency,
        route=product.routes[0] if product.routes else "",
        days=min(product.default_days, allowed.usual(form.draft.kind)) if counted else None,
        packs=None if counted else 1,
    )
    days, packs = str(line.days or ""), str(line.packs or "")
    fresh = _form(line, product, {}, written(product, line.dose_units), days, packs)
    return _with_lines(form, [*form.lines, fresh])


def with_draft(form: PanelForm, draft: Draft) -> PanelForm:
    """The panel for a draft that was changed elsewhere; the answers that were chosen stay."""
    return replace(of_draft(draft), answers=form.answers)


def without_line(form: PanelForm, line_id: UUID | None) -> PanelForm:
    """The panel without a line."""
    return _with_lines(form, [line for line in form.lines if line.id != line_id])


def _with_lines(form: PanelForm, lines: Sequence[LineForm]) -> PanelForm:
    draft = replace(form.draft, lines=tuple(line.line for line in lines))
    return replace(form, draft=draft, lines=tuple(lines))


def with_errors(form: PanelForm, refusal: DomainError) -> PanelForm:
    """The panel with the refusal's sentences at their fields."""
    found = refusal.errors if isinstance(refusal, InvalidForm) else [refusal]
    return replace(form, errors={error.field: error.sentence for error in found if error.field})


def line_errors(form: LineForm, position: int, seen: Previewed | None, panel: PanelForm) -> dict[str, T]:
    """What is wrong at each field of a line: what could not be read, then what does not fit."""
    found: dict[str, T] = {}
    prefix = f"line-{position}-"
    for name, text in panel.errors.items():
        if name.startswith(prefix):
            found[name.removeprefix(prefix)] = text
    if seen is not None:
        for error in seen.lines[position - 1].errors:
            found.setdefault(error.field.removeprefix(prefix), error.sentence)
    return found | dict(form.errors)
