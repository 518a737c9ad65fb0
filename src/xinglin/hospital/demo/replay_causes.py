"""Why a verdict is another one in hindsight: which late row or corrected fact changes it, found by trying.

The subject is judged again with nothing but what was known then, and then with one cause after another let in: rows
of other institutions that came later, own rows that came later, refunds, and each kind of corrected fact. Whatever
changes the verdict on the way is its cause. With everything let in it must be the verdict of the audit; a difference
for which that does not hold is unexplained.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from xinglin.hospital.demo.lake import CAUSES
from xinglin.hospital.demo.replay import STATISTICS, Book
from xinglin.hospital.demo.replay_answers import PLACES, Difference, Place
from xinglin.supervision.catalogue import find_rule
from xinglin.supervision.engines.compiled import Compiled
from xinglin.supervision.engines.loops import Seen
from xinglin.supervision.engines.measuring import Measurer, event_groups, seen
from xinglin.supervision.engines.tree import measure_tree, reads
from xinglin.supervision.facts.lake import OF_SCOPE, TABLES, Event, Facts, World, row_of
from xinglin.supervision.measures import MEASURES
from xinglin.supervision.measures.declared import Declared
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Core, Plain, Words
from xinglin.supervision.vocabulary.papers import Rule

LISTED: Final[Mapping[str, Words]] = {
    "came_later": Words("本机构的记录后来才到", "a row of the same institution arrived later"),
    "other_institution": Words("他院的记录后来才到", "a row of another institution arrived later"),
    "refund": Words("退费", "a refund"),
    "death_registered": Words("死亡登记", "a death was registered"),
    "diagnosis_corrected": Words("诊断更正", "a diagnosis was corrected"),
    "reported_later": Words("后来上报", "it was reported later"),
    "observed_longer": Words("观察时间更长", "it was observed for longer"),
    "earlier_sale_known_later": Words("此前销售后来才知", "an earlier sale became known later"),
    "statistics_made_again": Words("统计重算", "a statistic was made again over the corrected rows"),
    "knowledge": Words("知识库日期不同", "the knowledge is of another date"),
}
"""Every cause that explains a difference, in the order in which they are let in."""
UNLISTED: Final = "unlisted"


@dataclass
class Explained:
    """The differences between then and hindsight."""

    compared: int = 0
    differing: int = 0
    turned: int = 0
    """Differences in which the outcome itself is another one."""
    causes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unexplained: list[Place] = field(default_factory=list)

    def add(self, other: Explained) -> None:
        """And those of another share."""
        self.compared += other.compared
        self.differing += other.differing
        self.turned += other.turned
        self.causes.update(other.causes)
        self.rules.update(other.rules)
        self.unexplained += other.unexplained


class Hindsight:
    """The two books of a year as worlds, and whatever lies between them."""

    def __init__(self, then: World, last: Book, knowledge: Knowledge) -> None:
        self.engine = Compiled(knowledge)
        self.then = then
        self.now = World()
        for table in TABLES:
            self.now.extend(table, (row for (of, _), row in last.rows.items() if of == table))
        self._causes: dict[tuple[str, str], Mapping[str, str]] = {}
        self._looked_at = looked_at(knowledge)
        self._of_events: dict[tuple[str, str], Mapping[str, str]] = {}
        self._stood: dict[tuple[str, str, frozenset[str]], Event] = {}

    def changed(self, table: str, key: str) -> Mapping[str, str]:
        """The facts of a row that stand otherwise at the end, each with its cause."""
        found = self._causes.get((table, key))
        if found is None:
            then, now = _whole(self.then, table, key), _whole(self.now, table, key)
            statistic = TABLES[table].scope in STATISTICS
            found = {
                path: "statistics_made_again" if statistic else CAUSES.get(path, UNLISTED)
                for path in then.keys() | now.keys()
                if then.get(path) != now.get(path) and not path.startswith("record.")
            }
            self._causes[table, key] = found or UNCHANGED
        return found

    def row(self, table: str, key: str, causes: frozenset[str]) -> Facts:
        """A row as it stood then, and as it stands now in whatever these causes changed."""
        made, changed = _whole(self.then, table, key), self.changed(table, key)
        now = _whole(self.now, table, key) if changed else {}
        for path, cause in changed.items():
            if cause in causes:
                made[path] = now.get(path)
        return made

    def changed_event(self, table: str, event: Event) -> Mapping[str, str]:
        """The same of an event, as far as a measure looks at it."""
        key = str(event[TABLES[table].key])
        found = self._of_events.get((table, key))
        if found is None:
            then = self.then.one(table, key)
            found = {
                path: CAUSES.get(path, UNLISTED)
                for path in self._looked_at[table]
                if (None if then is None else then[path]) != event[path]
            } or UNCHANGED
            self._of_events[table, key] = found
        return found

    def stood(self, table: str, event: Event, changed: Mapping[str, str], causes: frozenset[str]) -> Event:
        """An event as it stood then, and as it stands now in whatever these causes changed."""
        key, let_in = str(event[TABLES[table].key]), causes.intersection(changed.values())
        found = self._stood.get((table, key, let_in))
        if found is None:
            then, made = self.then.one(table, key), event.whole()
            for path, cause in changed.items():
                if cause not in let_in:
                    made[path] = None if then is None else then[path]
            if len(self._stood) >= STOOD:
                self._stood.clear()
            # The row brings the facts of its parents along: it needs none above it.
            found = self._stood[table, key, let_in] = Event(made, type(event.above)())
        return found

    def judged(self, rule: Rule, subject: str, causes: frozenset[str], met: set[str] | None = None) -> Core:
        """The verdict on a subject when these causes are let in. `met` is given every cause that events have."""
        facts = self.row(OF_SCOPE[rule.scope].name, subject, causes)
        wanted = self.engine.rule(rule).measures
        if wanted:
            view = View(self, causes, facts, met)
            # Measures ask themselves when a refund became known: without a time of asking, every refund is.
            asked = {**facts, "record.asked_at": None} if "refund" in causes else facts
            numbers = view.of(rule.scope, asked, wanted)
            facts = {**facts, **{f"measure.{name}": value for name, value in numbers.items()}}
        row = row_of(rule.scope, facts)
        assert row is not None, "a subject that was judged has an id"
        return self.engine.judge(rule, row)

    def explain(self, one: Difference) -> tuple[str, ...] | None:
        """The causes of a difference; None where they do not explain it.

        A cause that neither the subject's own facts nor those of any event have changes nothing and is passed over;
        would it change something after all, the last verdict would not be that of the audit.
        """
        if one.control is None or one.audit is None:  # Only statistics find new subjects at the end, or lose some.
            return ("statistics_made_again",) if PLACES[one.rule][0] in STATISTICS else None
        rule, subject = find_rule(one.rule), one.subject
        met: set[str] = set(self.changed(OF_SCOPE[rule.scope].name, subject).values())
        before = self.judged(rule, subject, frozenset(), met)
        hashed = before.hash
        if bytes.fromhex(hashed) != one.control.hash:
            return None
        if self.engine.rule(rule).measures:
            met.add("refund")
        let_in: frozenset[str] = frozenset()
        causes = []
        for cause in LISTED:
            let_in |= {cause}
            if cause in met:
                after = self.judged(rule, subject, let_in).hash
                if after != hashed:
                    causes.append(cause)
                    hashed = after
        return tuple(causes) if causes and bytes.fromhex(hashed) == one.audit.hash else None


class View(Measurer):
    """Measures over the year as it would have been known when a subject was judged, had some causes come in time.

    Every event is looked at, also where the subject's facts of then leave none to count: those of now may not.
    """

    gated = False

    def __init__(self, years: Hindsight, causes: frozenset[str], judged: Facts, met: set[str] | None = None) -> None:
        super().__init__(years.now, years.engine)
        self._years = years
        self._causes = causes
        self._judged = judged
        self._met = set[str]() if met is None else met

    def _look_up(
        self, measure: Declared, paths: tuple[str, ...], keys: tuple[Plain, ...], asked_at: Plain
    ) -> list[Seen]:
        found = []
        for event in self._world.events(measure.over, paths, keys):
            changed = self._years.changed_event(measure.over, event)
            why = late(event, self._judged)
            self._met |= {why, *changed.values()}
            if not why or why in self._causes:
                stood = self._years.stood(measure.over, event, changed, self._causes) if changed else event
                found.append(seen(stood, measure.other))
        return found


UNCHANGED: Final[Mapping[str, str]] = {}
STOOD: Final = 20_000
"""Events of which it is kept how they stood."""


def looked_at(knowledge: Knowledge) -> Mapping[str, frozenset[str]]:
    """The facts of events that some measure looks at, by table; those by which a case came in are never changed.

    Should one be left out, a verdict that hangs on it is not that of the audit in the end, and stays unexplained.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for measure in MEASURES:
        nodes = measure_tree(measure, knowledge, event_groups(measure)).nodes
        read = {path.removeprefix("other.") for at in nodes for path in reads(at) if path.startswith("other.")}
        named = {getattr(measure, name, "") for name in ("by", "other", "day", "days")}
        found[measure.over] |= read | named | {path for _, path in measure.match}
    return {
        table: frozenset(path for path in paths - {"", "code"} if not path.startswith("record."))
        for table, paths in found.items()
    }


def _whole(world: World, table: str, key: str) -> Facts:
    """Every known fact of a row and its parents; none where it is not there."""
    found = world.one(table, key)
    return {} if found is None else found.whole()


def late(event: Event, subject: Facts) -> str:
    """Why an event was not known when the subject was judged; empty where it was."""
    known, asked = event["record.known_at"], subject.get("record.asked_at")
    if not isinstance(known, datetime) or not isinstance(asked, datetime) or known <= asked:
        return ""
    if event["item.origin_id"]:
        return "refund"
    return "came_later" if event["institution.id"] == subject.get("institution.id") else "other_institution"


def explain_all(years: Hindsight, found: Iterable[Difference]) -> Explained:
    """The causes of every verdict of hindsight that is not the one that was given then."""
    made = Explained()
    for one in found:
        made.differing += 1
        made.rules[one.rule] += 1
        made.turned += one.control is None or one.audit is None or one.control.outcome is not one.audit.outcome
        causes = years.explain(one)
        if causes is None:
            made.unexplained.append(one.place)
        made.causes.update(causes or ())
    return made
