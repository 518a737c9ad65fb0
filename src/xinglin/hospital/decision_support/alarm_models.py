"""Alarms of danger: a red flag in what a patient says, or a measurement at home that cannot wait.

An alarm keeps what rang it, in the words of the tables of that day; every step after it is a row that never changes.
People, visits and messages are referred to by id: they live above.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

ALARM_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "part of the outpatient record: what was said of danger and what was done about it; no law sets a figure",
)
LEVELS = ("emergency", "urgent", "soon")
OPEN_STATES = ("raised", "escalated")
STATES = (*OPEN_STATES, "acknowledged", "stood_down", "referred")


class Alarm(models.Model):
    """One alarm of one patient. `because` lists what rang it: code, names, the words that were understood."""

    id = models.UUIDField(primary_key=True)
    institution_id = models.UUIDField()
    patient_id = models.UUIDField()
    physician_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=20)  # visit, request or home
    subject_id = models.UUIDField()
    code = models.CharField(max_length=80)
    level = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    do_zh = models.TextField()
    do_en = models.TextField()
    source = models.CharField(max_length=400)
    because = models.JSONField(default=list)
    knowledge = models.CharField(max_length=64)
    state = models.CharField(max_length=20, default="raised")
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # when it escalates, if nobody has answered
    refer_at = models.DateTimeField(null=True)  # when the hospital refers by itself; visits only

    keeping = ALARM_KEPT

    class Meta:
        db_table = "decision_support_alarm"
        indexes = [
            models.Index(fields=["subject_id", "raised_at"], name="alarm_of_subject"),
            models.Index(fields=["patient_id", "-raised_at"], name="alarm_of_patient"),
            models.Index(fields=["due_at"], condition=Q(state__in=OPEN_STATES), name="alarm_open"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="alarm_level"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="alarm_state"),
            models.CheckConstraint(condition=Q(subject_type__in=["visit", "request", "home"]), name="alarm_subject"),
            models.UniqueConstraint(
                fields=["subject_id", "code"], condition=Q(state__in=OPEN_STATES), name="alarm_rings_once"
            ),
        ]

    def __str__(self) -> str:
        return f"alarm {self.code} {self.state}"


class AlarmStep(models.Model):
    """What somebody (or the clock) did about an alarm: raised, acknowledged, escalated, stood_down, referred."""

    id = models.UUIDField(primary_key=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    reason_code = models.CharField(max_length=40, blank=True, default="")
    text = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()

    keeping = ALARM_KEPT

    class Meta:
        db_table = "decision_support_alarm_step"
        indexes = [models.Index(fields=["alarm", "at"], name="alarm_step")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"
