"""What may be handed over: after review and in the order of time."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import ReviewResult, Stage
from xinglin.supervision.rules.sources import FUND_735, HOSPITAL_2018, SUPERVISION_2022, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Term,
    Words,
    isin,
    otherwise,
    rule,
    ruling,
    seconds_between,
)


@rule(
    id="B07",
    version=1,
    title=Words("未审方先发药", "Handed over before the pharmacist's review"),
    source=(
        article(HOSPITAL_2018, "第二十条", "article 20", read=False),
        article(SUPERVISION_2022, "第二十一条", "article 21", read=True),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2018, 7, 17),
    limits=("clock_skew_seconds",),
    why_zh="处方经药师审核通过后方可生效；当面发药与寄出同样计算。",
    sentence=Words(
        "药品离开药房时处方的审核结果为“{review.result}”，或审核在发药之后。",
        "When the medicine left the pharmacy the review stood at “{review.result}”, or came after the hand-over.",
    ),
    hint=Words(
        "先由药师审核通过这一版处方，再发药或寄出。",
        "Let a pharmacist approve this version of the prescription first, then hand over or ship.",
    ),
)
def b07(f: Facts) -> Ruling:
    """A prescription takes effect only with the pharmacist's approval; hand-over and shipping count alike."""
    margin = seconds_between(f.review.passed_at, f.dispensing.left_at) + f.limits.clock_skew_seconds
    return ruling(
        applies=f.prescription.stage == Stage.DISPENSED,
        violates=(f.review.result != ReviewResult.APPROVED) | (margin < 0),
    )


@rule(
    id="G12",
    version=1,
    title=Words("时间倒序", "Steps in the wrong order of time"),
    source=(article(FUND_735, "第十六条、第三十九条", "articles 16 and 39", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2021, 5, 1),
    limits=("clock_skew_seconds",),
    why_zh="一步早于它的前提，说明记录是事后补的，或时钟误差超过一分钟。",
    sentence=Words(
        "接诊{encounter.started_at}、签名{prescription.signed_at}、审核{review.passed_at}、结算{prescription.settled_at}、"
        "发药{dispensing.left_at}的先后不成立。",
        "Start {encounter.started_at}, signature {prescription.signed_at}, review {review.passed_at}, settlement "
        "{prescription.settled_at} and hand-over {dispensing.left_at} are not in order.",
    ),
    hint=Words(
        "核对各系统时钟；若时刻记录有误，由信息科更正并留痕。",
        "Check the clocks; where an instant is recorded wrongly, have it corrected on the record.",
    ),
)
def g12(f: Facts) -> Ruling:
    """A step before its condition shows a record made up afterwards, or a clock that is wrong by more than a minute."""
    reviewed = isin(f.prescription.stage, [Stage.REVIEWED, Stage.SETTLED, Stage.DISPENSED])
    left = f.prescription.stage == Stage.DISPENSED
    signed_early = _before(f, f.prescription.signed_at, f.encounter.started_at)
    reviewed_early = _before(f, f.review.passed_at, f.prescription.signed_at)
    left_early = _before(f, f.dispensing.left_at, f.review.passed_at)
    # Not every prescription is settled in the house, so the absence of a settlement is no gap.
    settled_early = otherwise(_before(f, f.prescription.settled_at, f.prescription.signed_at), False)
    return ruling(
        applies=isin(f.prescription.stage, [Stage.SIGNED, Stage.REVIEWED, Stage.SETTLED, Stage.DISPENSED]),
        violates=signed_early | (reviewed & reviewed_early) | (left & left_early) | settled_early,
    )


def _before(f: Facts, later_step: Term, earlier_step: Term) -> Term:
    """The later step happened before the earlier one, beyond what two clocks may differ."""
    return seconds_between(earlier_step, later_step) + f.limits.clock_skew_seconds < 0
