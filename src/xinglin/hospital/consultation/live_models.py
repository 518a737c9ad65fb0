"""Tables of the live visit: the session, who was there and under which proof, what was observed, what was recorded.

An observation never changes. A recording's bytes lie sealed in the media folder, its key apart from this database.
"""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.consultation.live_words import LiveEnd, LiveKind, LiveMode, LiveState
from xinglin.hospital.consultation.words import Side
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

LIVE_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "the process of online care is kept 3 years at least (rules of 2022, article 20); kept with the record",
)
RECORDING_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    3,
    "sound and picture of online care, 3 years at least (rules of 2022, article 20); each row says until when",
)
THREE_YEARS = timedelta(days=3 * 366)
"""Three years, counted long, so that a leap day never makes it shorter."""
ENDED, NOT_ENDED = Q(state=LiveState.ENDED), ~Q(state=LiveState.ENDED)


class LiveSession(models.Model):
    """One live visit by picture and sound, or by sound alone, inside a visit."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey("consultation.Visit", models.PROTECT, related_name="live_sessions")
    physician_id = models.UUIDField()
    patient_id = models.UUIDField()
    institution_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=LiveKind.pairs())
    mode = models.CharField(max_length=20, choices=LiveMode.pairs())
    policy_id = models.CharField(max_length=40)  # the row of live_policy.csv that decided mode and recording
    recorded = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=LiveState.pairs(), default=LiveState.RINGING.value)
    opened_by = models.CharField(max_length=20, choices=Side.pairs())
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # when both were there for the first time
    live_since_at = models.DateTimeField(null=True)  # since when both are there now, without a pause
    seen_at = models.DateTimeField()  # when the media process last said that somebody is there
    paused_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=60, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=LiveEnd.pairs(), blank=True, default="")
    seconds = models.PositiveIntegerField(default=0)  # both there, without pauses, up to the last change

    keeping = LIVE_KEPT

    class Meta:
        db_table = "consultation_live_session"
        indexes = [models.Index(fields=["physician_id", "-opened_at"], name="live_of_physician")]
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=NOT_ENDED, name="live_one_a_visit"),
            models.UniqueConstraint(fields=["physician_id"], condition=NOT_ENDED, name="live_one_a_physician"),
            models.CheckConstraint(
                condition=(ENDED & Q(ended_at__isnull=False, live_since_at=None) & ~Q(end_reason=""))
                | (NOT_ENDED & Q(ended_at=None, end_reason="")),
                name="live_ended_has_end_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=LiveState.LIVE) | Q(started_at__isnull=False, live_since_at__isnull=False),
                name="live_has_start",
            ),
            models.CheckConstraint(
                condition=~Q(state=LiveState.PAUSED) | (Q(paused_at__isnull=False) & ~Q(pause_reason="")),
                name="live_paused_why",
            ),
        ]

    def __str__(self) -> str:
        return f"live {self.id} {self.state}"


class LiveParty(models.Model):
    """A stretch of time in which a side was there, under a proof of identity. A reload goes on in the same row."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(LiveSession, models.PROTECT, related_name="parties")
    side = models.CharField(max_length=20, choices=Side.pairs())
    account_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    proof_id = models.UUIDField()
    proof_method = models.CharField(max_length=20)
    device = models.CharField(max_length=64, blank=True, default="")
    joins = models.PositiveIntegerField(default=1)  # how often the browser connected in this stretch
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    keeping = LIVE_KEPT

    class Meta:
        db_table = "consultation_live_party"
        ordering = ["joined_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "side"], condition=Q(left_at=None), name="live_party_one_open_a_side"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")), name="live_party_leaves_after_joining"
            ),
            models.CheckConstraint(condition=Q(side__in=["patient", "physician"]), name="live_party_is_a_side"),
        ]


class LiveObservation(models.Model):
    """What continuous verification saw or heard of a side at an instant. Never changed. `numbers`: integers only."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(LiveSession, models.PROTECT, related_name="observations")
    side = models.CharField(max_length=20, choices=Side.pairs())
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    level = models.CharField(max_length=20)
    numbers = models.JSONField(default=dict)

    keeping = LIVE_KEPT

    class Meta:
        db_table = "consultation_live_observation"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["session", "side", "at"], name="live_observation_in_order")]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=["patient", "physician"]), name="live_observation_of_a_side")
        ]


class Recording(models.Model):
    """A sealed file with picture and sound of a live visit. `path` is below the media folder."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(LiveSession, models.PROTECT, related_name="recordings")
    path = models.CharField(max_length=120, unique=True)
    key_id = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    size_bytes = models.PositiveBigIntegerField(default=0)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)  # None while it is written
    complete = models.BooleanField(default=False)  # False after its end: the writer broke off
    keep_until = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    keeping = RECORDING_KEPT

    class Meta:
        db_table = "consultation_live_recording"
        ordering = ["from_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(keep_until__gte=F("from_at") + THREE_YEARS), name="live_recording_three_years"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(deleted_at__gte=F("keep_until")), name="live_recording_never_earlier"
            ),
            models.CheckConstraint(
                condition=Q(complete=False) | (Q(to_at__isnull=False) & ~Q(sha256="")), name="live_recording_whole"
            ),
        ]
