"""What the house owes in time: an answer, a refund, the record to the supervising platform.

No rule looks at a clock: what is still absent is measured up to the instant to which the record is complete.
"""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Channel
from xinglin.supervision.rules.sources import CIVIL_CODE, CORE_SYSTEMS_2018, SUPERVISION_2022, YINCHUAN_2020, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    choose,
    day_of,
    days_between,
    excess,
    otherwise,
    rule,
    ruling,
    seconds_between,
)


@rule(
    id="L01",
    version=1,
    title=Words("接诊超时", "Not answered in time"),
    source=(
        article(YINCHUAN_2020, "第三十五条", "article 35", read=False),
        article(CORE_SYSTEMS_2018, "首诊负责制度", "responsibility of the first physician", read=False),
        article(CIVIL_CODE, "第五百零九条", "article 509", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2018, 7, 17),
    limits=("reply_minutes_text", "reply_minutes_booked"),
    why_zh="接了诊就要有回音：图文从付费起算，预约从约定时刻起算，到首次实质答复为止；具体分钟数是本院承诺。",
    sentence=Words(
        "自{encounter.accepted_at}起应答复，首次答复{encounter.first_reply_at}，比承诺的时限多等了{excess.seconds}秒。",
        "An answer was promised from {encounter.accepted_at}; the first one came at {encounter.first_reply_at}, "
        "{excess.seconds} seconds past the promise.",
    ),
    hint=Words(
        "请医师立即答复，或由科室改派；仍无人答复的，按规则退费并告知患者。",
        "Answer now, or let the department hand the visit to another physician; if nobody answers, refund and tell the "
        "patient.",
    ),
)
def l01(f: Facts) -> Ruling:
    """Whoever accepts a patient owes an answer in time. A visit that ended unanswered waited until its end."""
    until = otherwise(f.encounter.first_reply_at, otherwise(f.encounter.ended_at, f.encounter.observed_at))
    minutes = choose(f.encounter.booked, f.limits.reply_minutes_booked, f.limits.reply_minutes_text)
    over = seconds_between(f.encounter.accepted_at, until) - minutes * 60
    return ruling(applies=f.encounter.channel == Channel.ONLINE, violates=over > 0, excess=excess(seconds=over))


@rule(
    id="L03",
    version=1,
    title=Words("退款超时", "Refund came late"),
    source=(
        article(YINCHUAN_2020, "医疗质量与退费", "on quality and refunds", read=False),
        article(CIVIL_CODE, "第五百零九条、第五百六十六条", "articles 509 and 566", read=False),
    ),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2020, 8, 1),
    limits=("refund_hours_max",),
    why_zh="该退的钱不能让患者催：自应退之时起，平台须在时限内发起退款；银行到账时间不在此计。",
    sentence=Words(
        "{encounter.refund_due_at}应退款，退款时刻{encounter.refunded_at}，超过{limits.refund_hours_max}小时的时限"
        "{excess.seconds}秒。",
        "A refund was due at {encounter.refund_due_at} and made at {encounter.refunded_at}, {excess.seconds} seconds "
        "past the {limits.refund_hours_max} hours.",
    ),
    hint=Words(
        "请财务立即办理退款并告知患者到账时间。",
        "Let the cashier refund now and tell the patient when the money will arrive.",
    ),
)
def l03(f: Facts) -> Ruling:
    """Money that is owed is paid back without being asked for. The bank's own days are not counted."""
    until = otherwise(f.encounter.refunded_at, f.encounter.observed_at)
    over = seconds_between(f.encounter.refund_due_at, until) - f.limits.refund_hours_max * 3600
    return ruling(applies=f.encounter.refund_due, violates=over > 0, excess=excess(seconds=over))


@rule(
    id="L07",
    version=1,
    title=Words("监管平台上传缺失", "Record not with the supervising platform"),
    source=(article(SUPERVISION_2022, "第四条", "article 4", read=True),),
    certainty=Certainty.DEFINITE,
    kind=Kind.RARE,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("upload_days_max",),
    why_zh="监管平台看不到的诊疗等于没有监管；诊疗结束次日结束前须得到平台确认，自己发出不算。",
    sentence=Words(
        "就诊于{encounter.ended_at}结束，平台确认时刻{encounter.uploaded_at}，比时限晚{excess.days}天。",
        "The visit ended at {encounter.ended_at}; the platform's acknowledgement ({encounter.uploaded_at}) is "
        "{excess.days} days late.",
    ),
    hint=Words(
        "请信息科检查上传队列，补传并取得平台确认。",
        "Let the information department look at the queue, send the record again and obtain the acknowledgement.",
    ),
)
def l07(f: Facts) -> Ruling:
    """Care that the regulator cannot see is not supervised. Sending is not enough: the platform must acknowledge."""
    until = day_of(otherwise(f.encounter.uploaded_at, f.encounter.observed_at))
    late = days_between(day_of(f.encounter.ended_at), until) - f.limits.upload_days_max
    # No visit ends before its day: what is in time from then on is in time, whenever it ended or will end.
    late_from_its_day = days_between(f.encounter.on, until) - f.limits.upload_days_max
    return ruling(
        applies=f.encounter.channel == Channel.ONLINE,
        violates=(late_from_its_day > 0) & (late > 0),
        excess=excess(days=late),
    )
