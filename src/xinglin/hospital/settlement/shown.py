"""A bill as people read it: the same shape for a quote before and a receipt after paying."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xinglin.benefits.explain import Sentence, explain_bill, explain_line
from xinglin.benefits.settle import Outcome
from xinglin.hospital.insurance import selectors as insurance
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.settlement.models import ClaimLine, ClaimPart
from xinglin.hospital.settlement.rows import figures_of_part
from xinglin.hospital.settlement.sums import Figures, figures_of
from xinglin.hospital.settlement.words import SCHEME_NAMES


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and the amount that it explains, in fen."""

    code: str
    says: T
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line with the reasons for its figures. `own_fen` is what is left to the person of it."""

    name: T
    quantity: int
    amount_fen: int
    fund_fen: int
    own_fen: int
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class ShownPart:
    """What one scheme pays, with the steps that lead to it."""

    scheme: T
    figures: Figures
    lines: tuple[ShownLine, ...]
    told: tuple[Told, ...]


def scheme_name(care_type: str, disease: str) -> T:
    """The scheme in words, with its disease."""
    scheme = SCHEME_NAMES.get(care_type, T(zh="其他", en="Other"))
    if not disease:
        return scheme
    found = insurance.policy_book().diseases.get(disease)
    name = T(zh=found.name_zh, en=found.name_en) if found else T(zh=disease, en=disease)
    return T(zh="{scheme}（{disease}）", en="{scheme} ({disease})").with_(scheme=scheme, disease=name)


def part_of_outcome(outcome: Outcome) -> ShownPart:
    """A part that was worked out for a quote."""
    return ShownPart(
        scheme=scheme_name(outcome.key.care_type, outcome.key.disease),
        figures=figures_of(outcome),
        lines=tuple(
            ShownLine(
                name=T(zh=split.line.name_zh, en=split.line.name_en),
                quantity=split.line.quantity,
                amount_fen=split.amount_fen,
                fund_fen=share.fund_fen,
                own_fen=split.amount_fen - share.fund_fen - split.hospital_fen,
                told=_said(explain_line(split)),
            )
            for split, share in zip(outcome.lines, outcome.shares, strict=True)
        ),
        told=_said(explain_bill(outcome)),
    )


def part_of_row(part: ClaimPart) -> ShownPart:
    """A part as it was settled, in the words of that day."""
    return ShownPart(
        scheme=scheme_name(part.care_type, part.disease),
        figures=figures_of_part(part),
        lines=tuple(_line(row) for row in part.lines.all()),
        told=_stored(part.told),
    )


def _line(row: ClaimLine) -> ShownLine:
    return ShownLine(
        name=T(zh=row.name_zh, en=row.name_en),
        quantity=row.quantity,
        amount_fen=row.amount_fen,
        fund_fen=row.fund_share_fen,
        own_fen=row.amount_fen - row.fund_share_fen - row.hospital_fen,
        told=_stored(row.told),
    )


def _said(sentences: Iterable[Sentence]) -> tuple[Told, ...]:
    return tuple(Told(s.code, T(zh=s.zh, en=s.en), s.amount_fen) for s in sentences)


def _stored(rows: Sequence[dict[str, object]]) -> tuple[Told, ...]:
    return tuple(Told(str(r["code"]), T(zh=str(r["zh"]), en=str(r["en"])), int(str(r["amount_fen"]))) for r in rows)
