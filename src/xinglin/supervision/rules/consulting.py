"""Who may be seen online: real name, follow-up of a known condition, a guardian for a small child."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel, IdentityBasis, IdentityState
from xinglin.supervision.rules.sources import FUND_735, SUPERVISION_2022, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    days_between,
    otherwise,
    rule,
    ruling,
)


@rule(
    id="A01",
    version=1,
    title=Words("患者未实名", "Patient not known by the real name"),
    source=(
        article(SUPERVISION_2022, "第十七条", "article 17", read=False),
        article(FUND_735, "第十五条", "article 15", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("identity_age_days_max", "newborn_days_max"),
    sentence=Words(
        "患者的实名核验状态为“{patient.identity_state}”，不足以开展线上诊疗。",
        "The patient's real-name check stands at “{patient.identity_state}”, which is not enough for online care.",
    ),
    hint=Words(
        "请患者（或监护人）用本人证件完成实名核验后再继续；出生二十八天内的新生儿可用母亲证件。",
        "Let the patient (or guardian) complete the real-name check with the own document, then go on; "
        "a newborn of up to 28 days may go by the mother's.",
    ),
)
def a01(f: Facts) -> Ruling:
    """Nobody is treated online under a pseudonym: the person must be verified, recently enough, and unchanged since."""
    age_of_check = days_between(f.patient.identity_verified_on, f.encounter.on)
    good = (
        (f.patient.identity_state == IdentityState.VERIFIED)
        & (age_of_check >= 0)
        & (age_of_check <= f.limits.identity_age_days_max)
    )
    changed = otherwise(f.patient.identity_changed_on > f.patient.identity_verified_on, False)
    by_mother = f.patient.identity_basis == IdentityBasis.MOTHER
    too_old = by_mother & (days_between(f.patient.birth_on, f.encounter.on) > f.limits.newborn_days_max)
    return ruling(applies=f.encounter.channel == Channel.ONLINE, violates=~good | changed | too_old)
