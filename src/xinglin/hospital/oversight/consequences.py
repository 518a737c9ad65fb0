"""What follows from a verdict: policy, kept apart from the law, dated and by territory.

A rule and its moment give a consequence for a finding and one for *cannot tell*. Legal rules fail closed: what cannot
be told is treated like a breach. A policy may name the kind of subject ("claim"), because the same breach is refused
when prescribing and not paid when settling.
"""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from xinglin.hospital.oversight.words import Consequence
from xinglin.supervision.tables import Basis, DatedRow, Table
from xinglin.supervision.verdicts import Certainty, Moment, Outcome, Verdict, Words

POLICY_FILE = Path(__file__).parent / "data" / "policy.toml"
ANSWERABLE = frozenset({Consequence.NEEDS_REASON, Consequence.HOLD})
"""An answer that was given once for a rule and a subject is not asked for again."""


@lru_cache(maxsize=1)
def policy() -> Table:
    """The policy that comes with the hospital. Raises ValueError for a consequence that does not exist."""
    document = tomllib.loads(POLICY_FILE.read_text("utf-8"))
    rows: list[DatedRow] = []
    for entry in document["policy"]:
        basis = Basis(
            Words(entry["basis_zh"], entry["basis_en"]), Words(entry["article_zh"], entry["article_en"]), read=False
        )
        for moment in (Moment.REMIND, Moment.CONTROL):
            for outcome in (Outcome.FINDING, Outcome.CANNOT_TELL):
                cell = entry[f"{moment.value}_{outcome.value}"]
                rows.append(
                    DatedRow(
                        key=(entry["rule"], moment.value, outcome.value, entry.get("subject", "")),
                        values={"consequence": Consequence(cell).value},
                        basis=basis,
                        since=entry["since"],
                        until=entry.get("until"),
                        territory=entry.get("territory", ""),
                    )
                )
    return Table("policy", Words("规则结论的处理方式", "what follows from a verdict"), tuple(rows))


def consequence_of(verdict: Verdict, *, subject_type: str, territory: str, on: date, answered: bool) -> Consequence:
    """What follows from a finding or a *cannot tell*. An audit only flags; without a policy, block.

    A suspicious verdict denies no money: it is noted, and due process decides.
    """
    if verdict.moment is Moment.AUDIT:
        return Consequence.FLAG
    rows = (
        policy().row((verdict.rule, verdict.moment.value, verdict.outcome.value, subject), on, territory)
        for subject in (subject_type, "")
    )
    row = next((row for row in rows if row is not None), None)
    consequence = Consequence(str(row.values["consequence"])) if row else Consequence.BLOCK
    if answered and consequence in ANSWERABLE:
        return Consequence.FLAG
    if consequence is Consequence.DENY and verdict.core.certainty is Certainty.SUSPICIOUS:
        return Consequence.FLAG  # what is only suspicious costs nothing before the provider was heard
    return consequence
