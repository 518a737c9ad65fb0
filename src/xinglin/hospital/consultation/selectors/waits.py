"""How long a patient will wait: from the physician's recent pace and the queue, or an honest 'not known'."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from xinglin.hospital.consultation.models import Visit
from xinglin.hospital.consultation.parameters import promise_at
from xinglin.hospital.consultation.words import BEFORE_START, Channel
from xinglin.hospital.kernel.texts import T

LOOK_BACK = timedelta(days=14)
SESSION_GAP_SECONDS = 1800
GAPS_MOST, GAPS_LEAST = 20, 3

PACE = """
SELECT physician_id, count(*), percentile_disc(0.25) WITHIN GROUP (ORDER BY gap),
       percentile_disc(0.75) WITHIN GROUP (ORDER BY gap)
FROM (
  SELECT physician_id, gap, row_number() OVER (PARTITION BY physician_id ORDER BY started_at DESC) AS n
  FROM (
    SELECT physician_id, started_at, EXTRACT(EPOCH FROM started_at
             - lag(started_at) OVER (PARTITION BY physician_id ORDER BY started_at))::int AS gap
    FROM consultation_visit
    WHERE physician_id = ANY(%(physicians)s) AND requested_at >= %(since)s AND requested_at <= %(now)s
      AND started_at IS NOT NULL AND channel = %(channel)s
  ) AS starts
  WHERE gap BETWEEN 1 AND %(session)s
) AS recent
WHERE n <= %(most)s
GROUP BY physician_id
"""


@dataclass(frozen=True, slots=True)
class Wait:
    """What can honestly be said. Minutes are None where fewer than three recent starts are known."""

    ahead: int
    low_minutes: int | None
    high_minutes: int | None
    seen: int
    promise_minutes: int

    @property
    def sentence(self) -> T:
        """The estimate in words."""
        if self.low_minutes is None or self.high_minutes is None:
            return T(
                zh="前面 {ahead} 人；最近接诊太少，估不准",
                en="{ahead} before you; too few recent visits for an estimate",
            ).with_(ahead=self.ahead)
        if self.low_minutes == self.high_minutes:
            return T(zh="前面 {ahead} 人，约 {high} 分钟", en="{ahead} before you, about {high} min").with_(
                ahead=self.ahead, high=self.high_minutes
            )
        return T(zh="前面 {ahead} 人，约 {low}–{high} 分钟", en="{ahead} before you, about {low}–{high} min").with_(
            ahead=self.ahead, low=self.low_minutes, high=self.high_minutes
        )

    @property
    def order(self) -> tuple[int, int]:
        """For sorting by wait: the worst case first of all, unknown ones by their queue."""
        worst = self.high_minutes if self.high_minutes is not None else self.promise_minutes * (self.ahead + 1)
        return worst, self.ahead


def estimate(ahead: int, pace: tuple[int, int, int] | None, promise_minutes: int) -> Wait:
    """The estimate for a place in the queue. `pace`: number of known gaps between starts, their quartiles in seconds.

    >>> estimate(2, (12, 120, 300), 15).sentence.en
    '2 before you, about 4–15 min'
    """
    if pace is None or pace[0] < GAPS_LEAST:
        return Wait(ahead, None, None, pace[0] if pace else 0, promise_minutes)
    seen, quick, slow = pace
    low = max(1, ceil(ahead * quick / 60))
    return Wait(ahead, low, max(low, ceil((ahead + 1) * slow / 60)), seen, promise_minutes)


def _paces(physician_ids: Sequence[UUID], now: datetime) -> dict[UUID, tuple[int, int, int]]:
    values: dict[str, Any] = {
        "physicians": list(physician_ids),
        "since": now - LOOK_BACK,
        "now": now,
        "channel": Channel.ONLINE.value,
        "session": SESSION_GAP_SECONDS,
        "most": GAPS_MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(PACE, values)
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def estimate_waits(*, physician_ids: Sequence[UUID], now: datetime) -> dict[UUID, Wait]:
    """The wait that a new patient of each physician would have. Two queries for them all. Public."""
    queues = dict(
        Visit.objects.filter(physician_id__in=physician_ids, state__in=BEFORE_START)
        .values_list("physician_id")
        .annotate(count=Count("id"))
    )
    paces = _paces(physician_ids, now)
    minutes = promise_at(now).promise_minutes
    return {who: estimate(queues.get(who, 0), paces.get(who), minutes) for who in physician_ids}


def estimate_wait(*, physician_id: UUID, now: datetime) -> Wait:
    """The wait that a new patient of a physician would have. Public."""
    return estimate_waits(physician_ids=[physician_id], now=now)[physician_id]


def wait_of(visit: Visit, now: datetime) -> Wait:
    """The wait of somebody who is in the queue already."""
    ahead = Visit.objects.filter(
        physician_id=visit.physician_id, state__in=BEFORE_START, requested_at__lt=visit.requested_at
    ).count()
    return estimate(ahead, _paces([visit.physician_id], now).get(visit.physician_id), promise_at(now).promise_minutes)
