"""Facts about practitioners and groups that are computed beforehand, over many cases, and scaled to whole numbers."""

# ruff: noqa: RUF009
# `fact` makes a dataclass field, as `dataclasses.field` does.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xinglin.supervision.facts.schema import Group, fact
from xinglin.supervision.facts.words import PracticeKind


@dataclass(frozen=True, slots=True)
class Practice(Group):
    """One statistic of one practitioner over a period, against peers of the same specialty and setting."""

    id: str | None = fact("统计编号", "the statistic's id: kind, practitioner, subject and period")
    on: date | None = fact("统计截止日", "last day of the period")
    from_on: date | None = fact("统计起始日", "first day of the period")
    kind: PracticeKind | None = fact("统计类型", "what is counted")
    practitioner_id: str | None = fact("执业人员编号", "whose practice it is")
    about_code: str | None = fact("统计对象", 'ingredient or rule that is counted; "" for all together')
    events: int | None = fact("事件数", "events that were counted", "n")
    cases: int | None = fact("病例数", "cases over which they were counted", "n")
    share_permille: int | None = fact("占比", "events in a thousand cases", "permille")
    peers: int | None = fact("同行人数", "peers of the same specialty and setting with enough cases", "n")
    peer_median_permille: int | None = fact("同行中位数", "median share of the peers", "permille")
    z_hundredths: int | None = fact(
        "稳健Z值", "robust z against the peers, shrunk for few cases, in hundredths (version 1)", "1/100"
    )
    median_seconds: int | None = fact(
        "用时中位数", "of reviews: median of the seconds that the person spent on one; None for other statistics", "s"
    )
    places_at_once: int | None = fact(
        "同时服务机构数",
        "of reviews: most institutions whose prescriptions the person reviewed within ten minutes; None for others",
        "n",
    )


@dataclass(frozen=True, slots=True)
class Ring(Group):
    """One dense group of persons, practitioners and places, beyond what their numbers of visits let expect."""

    id: str | None = fact("团组编号", "the group's id, made from its members")
    on: date | None = fact("统计截止日", "last day of the period")
    persons: int | None = fact("参保人数", "insured persons in the group", "n")
    practitioners: int | None = fact("执业人员数", "practitioners in the group", "n")
    institutions: int | None = fact("机构数", "institutions in the group", "n")
    mornings: int | None = fact("共同出现次数", "occasions on which at least half of the persons came together", "n")
    inside_permille: int | None = fact(
        "组内就诊占比", "share of the persons' visits that lie inside the group", "permille"
    )
    surprise: int | None = fact(
        "意外程度", "least −log10 of the chance of a tie inside the group under the expectation model", "n"
    )
    households: int | None = fact("户数", "different households or dwellings among the persons", "n")
    chronic_permille: int | None = fact(
        "必要治疗占比",
        "share of its joint visits that are dialysis or another course that must be synchronous",
        "permille",
    )
    resold_codes: int | None = fact("组内追溯码再售数", "trace codes of the group that were sold a second time", "n")
    shared_phones: int | None = fact("共用联系方式人数", "persons of different households with one telephone", "n")
    fund_fen: int | None = fact("涉及基金金额", "paid by the fund for visits inside the group", "fen")
