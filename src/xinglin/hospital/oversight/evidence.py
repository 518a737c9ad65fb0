"""Evidence for people: each fact by its name in both languages, its value in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xinglin.hospital.kernel.clock import SHANGHAI, civil_day
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.knowledge import knowledge_in_force
from xinglin.hospital.oversight.models import Fact
from xinglin.supervision.engines.sentences import yuan
from xinglin.supervision.facts.case import all_columns
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.verdicts import Coded
from xinglin.supervision.vocabulary.papers import Reading, Source

TYPES = {column.path: column.type for column in all_columns()}


COMPUTED = T(zh="由记录计算", en="computed from the records")
COUNTED = T(zh="由{x}计算", en="computed from {x}")
COUNTED_OVER = {
    "encounters": T(zh="就诊记录", en="the visits"),
    "prescriptions": T(zh="处方", en="the prescriptions"),
    "lines": T(zh="处方明细", en="the prescription lines"),
    "packs": T(zh="追溯码销售记录", en="the sales of trace codes"),
    "items": T(zh="收费明细", en="the charged items"),
    "stays": T(zh="住院记录", en="the stays in hospital"),
    "conditions": T(zh="健康问题记录", en="the recorded conditions"),
    "detected": T(zh="用药核查结果", en="what the check of medicines found"),
}
"""What a measure counts, by the table that it looks over."""
OVER = {measure.name: measure.over for measure in MEASURES}
GROUP_NAMES = {
    "encounter": T(zh="就诊记录", en="visit"),
    "patient": T(zh="患者实名与监护登记", en="patient's identity record"),
    "physician": T(zh="医师执业登记", en="physician's register entry"),
    "institution": T(zh="机构登记", en="institution register"),
    "evidence": T(zh="复诊依据", en="evidence of the earlier diagnosis"),
    "prescription": T(zh="处方", en="prescription"),
    "review": T(zh="药师审核", en="pharmacist's review"),
    "dispensing": T(zh="发药记录", en="dispensing record"),
    "line": T(zh="处方明细", en="prescription line"),
    "pack": T(zh="追溯码登记", en="trace code register"),
    "claim": T(zh="结算单", en="claim"),
    "item": T(zh="收费明细", en="charged item"),
    "coverage": T(zh="参保登记", en="register of the insured"),
    "stay": T(zh="住院记录", en="stay in hospital"),
    "practice": T(zh="执业统计", en="statistics of practices"),
    "ring": T(zh="团组分析", en="analysis of groups"),
}
"""Where a group of facts comes from, as people call it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One fact of a finding: its path for programs, its name and value for people, where and when it comes from.

    `happened_at` and `known_at` are those of the fact log; for a limit or a list `since_on` is the first day of its
    row. `raw` is the value as it was hashed.
    """

    path: str
    name: T
    value: T
    source: T = COMPUTED
    happened_at: datetime | None = None
    known_at: datetime | None = None
    since_on: date | None = None
    raw: Any = None

    @property
    def of_law(self) -> bool:
        """Whether it is a limit or a list rather than something that happened."""
        return self.path.startswith(("limits.", "lists."))


def shown(core: dict[str, Any], log: Sequence[Fact] = ()) -> tuple[tuple[Shown, ...], tuple[T, ...]]:
    """The facts on which a verdict rests, and the names of those that were missing. `log` is the judgement's facts."""
    facts = tuple(_shown(path, value, core, log) for path, value in sorted(core["evidence"].items()))
    return facts, tuple(dict.fromkeys(_name(path) for path in core["missing"]))


def _shown(path: str, value: Any, core: dict[str, Any], log: Sequence[Fact]) -> Shown:
    name, text = _name(path), _value(path, value)
    group, _, key = path.partition(".")
    if group in {"limits", "lists"}:
        where, since = _law(group, key, value, log)
        return Shown(path, name, text, where, since_on=since, raw=value)
    found = [fact for fact in log if fact.group == group]
    own = next(
        (fact for fact in found if fact.subject_id in {core["subject"], *(line[0] for line in core["lines"])}), None
    )
    fact = own or (found[0] if found else None)
    return Shown(
        path,
        name,
        text,
        _source(group, key),
        happened_at=fact.happened_at if fact else None,
        known_at=fact.known_at if fact else None,
        raw=value,
    )


def _source(group: str, key: str) -> T:
    if group != "measure":
        return GROUP_NAMES.get(group, COMPUTED)
    over = COUNTED_OVER.get(OVER.get(key, ""))
    return COUNTED.with_(x=over) if over else COMPUTED


def _law(group: str, key: str, value: Any, log: Sequence[Fact]) -> tuple[T, date | None]:
    """Whence a limit or a listed value comes: law, article and first day of the row that gave the value."""
    knowledge = knowledge_in_force()
    if group == "lists":
        meaning = knowledge.tables[knowledge.lookups[key].table].meaning
        return T(zh=f"目录：{meaning.zh}", en=f"list: {meaning.en}"), None
    on = civil_day(log[0].happened_at) if log else date.max
    places = [str(fact.payload.get("territory_code") or "") for fact in log if fact.group == "institution"]
    row = knowledge.limits[key].table.row((), on, places[0] if places else "")
    if row is None or row.values["value"] != value:
        row = next((old for old in knowledge.limits[key].table.rows if old.values["value"] == value), None)
    if row is None:
        return T(zh="限值表", en="table of limits"), None
    law, article = row.basis.law, row.basis.article
    return T(zh=f"{law.zh} {article.zh}", en=f"{law.en}, {article.en}"), row.since


def source(of: Source) -> T:
    """A source of a rule in one line, with whether it was read."""
    read = of.reading is Reading.READ
    return T(
        zh=f"{of.law.zh} {of.article.zh}（{'读过副本' if read else '凭记忆，未核对原文'}）",
        en=f"{of.law.en}, {of.article.en} ({'a copy was read' if read else 'from memory, the text was not checked'})",
    )


def _name(path: str) -> T:
    words = knowledge_in_force().words_of(path)
    return T(zh=words.zh, en=words.en)


def _value(path: str, value: Any) -> T:
    kind = TYPES.get(path, type(value))
    if issubclass(kind, Coded):
        member = kind.of(value)
        return T(zh=member.zh, en=member.en)
    if isinstance(value, bool):
        return T(zh="是" if value else "否", en="yes" if value else "no")
    if kind is datetime:
        local = f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        return T(zh=local, en=local)
    if path.endswith("_fen"):
        return T(zh=yuan(value), en=yuan(value))
    if value == "" or (value == "none" and path.startswith("lists.")):
        return T(zh="无", en="none")
    return T(zh=str(value), en=str(value))
