"""A verdict: what a rule says about one subject, and the facts it said it on.

A verdict has a *core* and an *envelope*. The core is what the law says: rule, version, subject, outcome, certainty,
lines, excess, missing and evidence. It is hashed and must be equal at every moment at which the same facts are judged.
The envelope (moment, time, sentences) is added around it and is never hashed.

Outcomes follow from two columns of a rule by one table, the same in every engine::

    applies   violates   outcome
    false     anything   not applicable
    unknown   anything   cannot tell
    true      true       finding
    true      false      clear
    true      unknown    cannot tell
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Final, NamedTuple, Self

Plain = int | bool | str | date | datetime | Enum | None
"""What a fact may hold. No float, no Decimal: a rate may be approximate, a verdict may not."""

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


class Words(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in Chinese for any `zh…` language tag, in English otherwise."""
        return self.zh if language.lower().startswith("zh") else self.en


class Coded(StrEnum):
    """An enumeration whose members carry a stable code and a name in both languages."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> Coded:
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    @classmethod
    def of(cls, code: object) -> Self:
        """The member with this code. Raises ValueError for a code that is none."""
        for member in cls:
            if member.value == code:
                return member
        raise ValueError(f"{code!r} is no {cls.__name__}; use one of {', '.join(cls)}")

    @property
    def words(self) -> Words:
        """The member's name in both languages."""
        return Words(self.zh, self.en)


class Outcome(Coded):
    """What a rule says. There is no fifth answer and no silent pass."""

    NOT_APPLICABLE = ("not_applicable", "不适用", "not applicable")
    CLEAR = ("clear", "符合", "clear")
    FINDING = ("finding", "发现问题", "finding")
    CANNOT_TELL = ("cannot_tell", "无法判断", "cannot tell")


class Certainty(Coded):
    """Definite: a breach by the text of the rule. Suspicious: the provider must be heard first."""

    DEFINITE = ("definite", "明确违规", "definite")
    SUSPICIOUS = ("suspicious", "可疑", "suspicious")


class Kind(Coded):
    """How often the thing may happen at all."""

    NEVER = ("never", "不应发生", "should never happen")
    RARE = ("rare", "应当少见", "should be rare")
    INFORM = ("inform", "提示", "information")


class Moment(Coded):
    """When a case is judged. A rule never learns it."""

    REMIND = ("remind", "事前提醒", "before: reminder")
    CONTROL = ("control", "事中控制", "during: control")
    AUDIT = ("audit", "事后审计", "after: audit")


class Scope(Coded):
    """What one row of facts, and so one verdict, is about."""

    ENCOUNTER = ("encounter", "就诊", "encounter")
    PRESCRIPTION = ("prescription", "处方", "prescription")
    LINE = ("line", "处方明细", "prescription line")
    PACK = ("pack", "发药追溯码", "pack handed over")
    CLAIM = ("claim", "结算单", "claim")
    ITEM = ("item", "收费明细", "charged item")
    STAY = ("stay", "住院", "hospital stay")
    PRACTICE = ("practice", "执业统计", "statistic of a practice")
    RING = ("ring", "团组", "group of persons and providers")


class Concern(Coded):
    """What a rule is about, in the order in which one finding becomes the principal of a line's money."""

    FABRICATED = ("fabricated", "虚构", "fabricated")
    IDENTITY = ("identity", "身份与资格", "identity and right to practise")
    LEGAL = ("legal", "法定禁止", "forbidden by law")
    NEVER_PAYABLE = ("never_payable", "不予支付", "never payable")
    PAYMENT_LIMIT = ("payment_limit", "限定支付", "limit of payment")
    DUPLICATE = ("duplicate", "重复", "duplicate")
    EXCESS = ("excess", "超量超频", "too much or too often")
    RATIONAL = ("rational", "合理用药", "rational use")
    STATISTIC = ("statistic", "统计监测", "statistics and data quality")


EXCESS_UNITS: Final = ("count", "days", "fen", "seconds")


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much a limit is passed. None where the rule measures nothing of the kind or cannot measure it."""

    count: int | None = None
    days: int | None = None
    fen: int | None = None
    seconds: int | None = None

    def as_json(self) -> dict[str, Json]:
        """The units that have a value."""
        return {unit: value for unit in EXCESS_UNITS if (value := getattr(self, unit)) is not None}


def outcome_of(applies: bool | None, violates: bool | None) -> Outcome:
    """The one table from two columns to an outcome."""
    if applies is None:
        return Outcome.CANNOT_TELL
    if not applies:
        return Outcome.NOT_APPLICABLE
    if violates is None:
        return Outcome.CANNOT_TELL
    return Outcome.FINDING if violates else Outcome.CLEAR


def jsonable(value: Plain) -> Json:
    """A fact as JSON: enumerations by code, days and instants in ISO 8601 (instants in UTC, so that hashes agree)."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"a fact cannot be a {type(value).__name__}")


def canonical(value: Json) -> bytes:
    """The one byte form that is hashed: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class BreachLine(NamedTuple):
    """A line of a finding: how much of it is in breach. None where quantity or amount is not known."""

    line: str
    quantity: int | None
    fen: int | None


class Origin(NamedTuple):
    """Where and when the facts of a group come from: the id of the record, and the day or instant it speaks of."""

    source: str
    time: Json


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """What the law says of these facts. Equal facts give equal cores, whoever asks and whenever."""

    rule: str
    version: int
    scope: Scope
    subject: str
    outcome: Outcome
    certainty: Certainty
    lines: tuple[BreachLine, ...] = ()
    excess: Excess = field(default_factory=Excess)
    missing: tuple[str, ...] = ()
    evidence: tuple[tuple[str, Json], ...] = ()
    origins: tuple[tuple[str, Origin], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Core) and self.as_json() == other.as_json()

    def __hash__(self) -> int:
        return hash((self.rule, self.version, self.subject, self.outcome))

    def as_json(self) -> dict[str, Json]:
        """The core as it is hashed and stored."""
        return {
            "rule": self.rule,
            "version": self.version,
            "scope": self.scope.value,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "certainty": self.certainty.value,
            "lines": [[line.line, line.quantity, line.fen] for line in self.lines],
            "excess": self.excess.as_json(),
            "missing": list(self.missing),
            "evidence": dict(self.evidence),
            "origins": {group: [origin.source, origin.time] for group, origin in self.origins},
        }

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical core, 64 hexadecimal digits."""
        return hashlib.sha256(canonical(self.as_json())).hexdigest()


class Verdict(NamedTuple):
    """A core in its envelope: when it was said, and the sentences a person reads."""

    core: Core
    moment: Moment
    judged_at: datetime
    title: Words
    sentence: Words
    hint: Words

    @property
    def rule(self) -> str:
        """The rule's id, such as ``B03``."""
        return self.core.rule

    @property
    def outcome(self) -> Outcome:
        """What the rule says."""
        return self.core.outcome

    @property
    def is_finding(self) -> bool:
        """The rule applies and is broken."""
        return self.core.outcome is Outcome.FINDING

    @property
    def is_undecided(self) -> bool:
        """A fact was missing: the rule cannot tell."""
        return self.core.outcome is Outcome.CANNOT_TELL

    def as_json(self) -> dict[str, Json]:
        """Core, hash and envelope for storage and interfaces."""
        return {
            "core": self.core.as_json(),
            "hash": self.core.hash,
            "moment": self.moment.value,
            "judged_at": jsonable(self.judged_at),
            "title": self.title._asdict(),
            "sentence": self.sentence._asdict(),
            "hint": self.hint._asdict(),
        }

    def __str__(self) -> str:
        return f"{self.core.rule} v{self.core.version} {self.core.subject}: {self.core.outcome.en}; {self.sentence.en}"
