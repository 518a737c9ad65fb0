"""The filter form of the worklist: from the address to the selector's filters, with a sentence at each wrong field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.selectors import Filters
from xinglin.hospital.web.auditor.words import CERTAINTIES, DECISIONS, MOMENTS, OUTCOMES, STATES
from xinglin.hospital.web.shared.page import uuid_or_none
from xinglin.supervision.catalogue import RULES

PER_PAGE = 20
TOLD = ("finding", "cannot_tell")
NAMES = ("rule", "institution", "certainty", "state", "decision", "moment", "outcome", "from", "until")


@dataclass(frozen=True, slots=True)
class Form:
    """What was asked: values as typed, what is wrong with them, and the filters that could be made of them."""

    values: dict[str, str]
    errors: dict[str, T]
    filters: Filters
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Whether anything but the default is chosen."""
        return any(self.values[name] for name in NAMES if name != "state") or self.values["state"] not in {"", "open"}

    def address(self, **changes: object) -> str:
        """The query string with some values changed, for links to pages and rules."""
        kept = {name: value for name, value in self.values.items() if value}
        merged = {name: str(value) for name, value in (kept | changes).items() if value}
        return "?" + urlencode(merged)


def read(given: Mapping[str, str], now: datetime) -> Form:
    """Read the form. A wrong value is named and not used; the state is `open` unless another is asked for."""
    values = {name: given.get(name, "").strip()[:64] for name in NAMES}
    errors: dict[str, T] = {}
    known = {
        "rule": {rule.id for rule in RULES},
        "certainty": set(CERTAINTIES),
        "state": set(STATES),
        "decision": set(DECISIONS),
        "moment": set(MOMENTS),
        "outcome": set(OUTCOMES) & set(TOLD),
    }
    chosen = {name: _choice(name, values[name], codes, errors) for name, codes in known.items()}
    institution = uuid_or_none(values["institution"]) if values["institution"] else None
    if values["institution"] and institution is None:
        errors["institution"] = T(zh="请从列表中选择机构。", en="Choose an institution from the list.")
    first, last = _day("from", values["from"], errors), _day("until", values["until"], errors)
    if first and last and last < first:
        errors["until"] = T(zh="结束日不能早于开始日。", en="The last day cannot be before the first.")
        last = None
    state = chosen["state"] or "open"
    page = _page(given.get("page", ""))
    filters = Filters(
        rule=chosen["rule"],
        outcome=chosen["outcome"],
        moment=chosen["moment"],
        certainty=chosen["certainty"],
        state="" if state in {"all", "late"} else state,
        decision=chosen["decision"],
        late_at=now if state == "late" else None,
        institution_id=institution,
        from_on=first,
        until_on=last,
        once=True,
        offset=(page - 1) * PER_PAGE,
        limit=PER_PAGE,
    )
    return Form(values, errors, filters, page)


def _choice(name: str, value: str, codes: set[str], errors: dict[str, T]) -> str:
    if value and value not in codes:
        errors[name] = T(zh="请从列表中选择。", en="Choose one from the list.")
        return ""
    return value


def _day(name: str, value: str, errors: dict[str, T]) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        errors[name] = T(zh="请按 2026-05-20 的格式填写日期。", en="Write the day as 2026-05-20.")
        return None


def _page(value: str) -> int:
    return min(max(int(value), 1), 100_000) if value.isascii() and value.isdigit() else 1
