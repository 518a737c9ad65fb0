"""Prescriptions and what happens to them. What was signed, reviewed, sold or handed on is append-only in the database.

People and institutions are kept by id, without foreign keys: they live below and are asked only through their doors.
Amounts are fen, doses whole units of the product's dose unit, instants carry a zone.
"""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.pharmacy import review_models  # noqa: F401 (Django looks for all tables here)
from xinglin.hospital.pharmacy.authentic import models as authentic  # noqa: F401 (as above)
from xinglin.hospital.pharmacy.states import CUSTODY, State

KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "part of the outpatient record, 15 years; 处方管理办法 (2007) article 50 asks 1 to 3 (from memory)",
)
SOLD = Keeping(
    Sensitivity.INTERNAL,
    15,
    "proof of what was sold: kept as long as the prescription it belongs to",
)


class Draft(models.Model):
    """What the physician has typed so far: one a visit, overwritten, gone when the prescription is signed."""

    visit_id = models.UUIDField(primary_key=True)
    prescriber_id = models.UUIDField()
    patient_id = models.UUIDField()
    content = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    keeping = Keeping(Sensitivity.SENSITIVE, None, "removed when the prescription is signed or the draft is dropped")

    class Meta:
        db_table = "pharmacy_draft"


class Prescription(models.Model):
    """A signed prescription and where it stands. Its content stands in SignedContent and never changes."""

    id = models.UUIDField(primary_key=True)
    visit_id = models.UUIDField()
    patient_id = models.UUIDField()
    prescriber_id = models.UUIDField()
    prescriber_person_id = models.UUIDField()
    institution_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    kind_reason = models.CharField(max_length=500, blank=True)
    assessed = models.BooleanField(default=False)
    patient_agreed = models.BooleanField(default=False)
    diagnosis_codes = ArrayField(models.CharField(max_length=16))
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=[(s.value, s.label.en) for s in State])
    issued_at = models.DateTimeField()
    review_due_at = models.DateTimeField()
    valid_until_at = models.DateTimeField()
    total_fen = models.BigIntegerField()
    settlement_id = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    replaces_id = models.UUIDField(null=True)
    ended_reason = models.CharField(max_length=40, blank=True)

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_prescription"
        indexes = [
            models.Index(fields=["institution_id", "state", "review_due_at"], name="pharmacy_rx_desk"),
            models.Index(fields=["patient_id", "issued_at"], name="pharmacy_rx_patient"),
            models.Index(fields=["visit_id"], name="pharmacy_rx_visit"),
            models.Index(fields=["prescriber_id", "issued_at"], name="pharmacy_rx_prescriber"),
            models.Index(
                fields=["valid_until_at"],
                name="pharmacy_rx_expiry",
                condition=Q(state__in=["signed", "questioned", "approved", "picked", "settled"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="pharmacy_rx_state"),
            models.CheckConstraint(condition=Q(total_fen__gte=0), name="pharmacy_rx_total"),
            models.CheckConstraint(
                condition=Q(valid_until_at__gt=F("issued_at"), valid_until_at__lte=F("issued_at") + timedelta(days=3)),
                name="pharmacy_rx_three_days",
            ),
            models.CheckConstraint(
                condition=Q(settlement_id__isnull=True, settled_at__isnull=True)
                | Q(settlement_id__isnull=False, settled_at__isnull=False),
                name="pharmacy_rx_settlement_pair",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["settled", "handed_over", "delivered", "taken_back"])
                | Q(settlement_id__isnull=False),
                name="pharmacy_rx_paid_before_leaving",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["reasoned", "long"]) | ~Q(kind_reason=""), name="pharmacy_rx_kind_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"prescription {self.id} ({self.state})"


class Line(models.Model):
    """One medicine of a prescription, as it was signed."""

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product_code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160)
    strength_text = models.CharField(max_length=80)
    pack_text = models.CharField(max_length=80)
    dose_units = models.PositiveIntegerField(null=True)  # empty for creams and the like: then `reason` says how much
    dose_unit = models.CharField(max_length=20)
    frequency = models.CharField(max_length=16)
    route = models.CharField(max_length=16)
    days = models.PositiveSmallIntegerField(null=True)
    packs = models.PositiveSmallIntegerField()
    days_supply = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    price_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_line"
        ordering = ["prescription_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["prescription", "position"], name="pharmacy_line_position"),
            models.CheckConstraint(
                condition=Q(packs__gt=0) & (Q(dose_units__gt=0) | (Q(dose_units__isnull=True) & ~Q(reason=""))),
                name="pharmacy_line_something",
            ),
            models.CheckConstraint(
                condition=Q(price_fen__gte=0, amount_fen=F("price_fen") * F("packs")), name="pharmacy_line_amount"
            ),
        ]


class SignedContent(models.Model):
    """The canonical text that the prescriber signed, kept as it was, with the signature and the key to check it."""

    prescription = models.OneToOneField(Prescription, on_delete=models.PROTECT, primary_key=True, related_name="signed")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    key_id = models.UUIDField()
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    signed_at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_signed_content"


class Finding(models.Model):
    """What a rule said while the prescription was written, and the prescriber's answer to it."""

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="findings")
    line_ids = ArrayField(models.UUIDField(), default=list)
    verdict_id = models.UUIDField()
    rule_id = models.CharField(max_length=12)
    rule_version = models.PositiveIntegerField()
    certainty = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    consequence = models.CharField(max_length=20)
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    hint_zh = models.TextField(blank=True)
    hint_en = models.TextField(blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason_text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_finding"
        indexes = [models.Index(fields=["rule_id", "at"], name="pharmacy_finding_rule")]


class Review(models.Model):
    """A pharmacist's signed act on a prescription: approve, return, ask or refuse; endorse is the first of two
    signatures that a finding of tier X asks for."""

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="reviews")
    reviewer_id = models.UUIDField()
    reviewer_person_id = models.UUIDField()
    outcome = models.CharField(max_length=10)
    codes = ArrayField(models.CharField(max_length=10), default=list)
    text = models.CharField(max_length=1000, blank=True)
    opened_at = models.DateTimeField(null=True)  # when this reviewer first opened the sheet; empty: it is not known
    checked_tier = models.CharField(max_length=1, null=True)
    at = models.DateTimeField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    key_id = models.UUIDField()
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_review"
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["prescription"], condition=Q(outcome="approve"), name="pharmacy_review_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["approve", "return", "ask", "refuse", "endorse"]),
                name="pharmacy_review_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["return", "refuse"]) | Q(codes__len__gt=0), name="pharmacy_review_coded"
            ),
        ]


class ReviewAnswer(models.Model):
    """The prescriber's answer to a pharmacist's question."""

    id = models.UUIDField(primary_key=True)
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="answer")
    by_id = models.UUIDField()
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_review_answer"


class Step(models.Model):
    """One move from state to state: the history that patients and pharmacists see."""

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="steps")
    seq = models.PositiveSmallIntegerField()
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    verb = models.CharField(max_length=40)
    actor_id = models.UUIDField()
    actor_label = models.CharField(max_length=120)
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_step"
        ordering = ["prescription_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["prescription", "seq"], name="pharmacy_step_seq")]

    @property
    def label(self) -> T:
        """The state reached, in plain words."""
        return State(self.after).label


class PackIdentification(models.Model):
    """The first seven digits of the trace codes of a product's boxes. One product may have several."""

    prefix = models.CharField(max_length=7, primary_key=True)
    product_code = models.CharField(max_length=40)

    keeping = Keeping(Sensitivity.PUBLIC, None, "reference data")

    class Meta:
        db_table = "pharmacy_pack_identification"
        indexes = [models.Index(fields=["product_code"], name="pharmacy_identification")]
        constraints = [
            models.CheckConstraint(condition=Q(prefix__regex=r"^[0-9]{7}$"), name="pharmacy_identification_digits")
        ]


class TracedPack(models.Model):
    """One box under its trace code: picked, then back on the shelf or sold; once sold never sold again.

    A database trigger lets the three later instants be set once and nothing else change. `reported` rows tell what
    another institution says it sold: kept even where they show a second sale, which is what the audit looks for.
    """

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="packs")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="traced")
    code = models.CharField(max_length=20)
    picked_at = models.DateTimeField()
    picked_by_id = models.UUIDField()
    shelved_at = models.DateTimeField(null=True)
    sold_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    reported = models.BooleanField(default=False)

    keeping = SOLD

    class Meta:
        db_table = "pharmacy_traced_pack"
        indexes = [models.Index(fields=["code"], name="pharmacy_pack_code")]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(shelved_at__isnull=True, reported=False), name="pharmacy_pack_sold_once"
            ),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{20}$"), name="pharmacy_pack_digits"),
            models.CheckConstraint(
                condition=Q(shelved_at__isnull=True) | Q(sold_at__isnull=True), name="pharmacy_pack_shelf_or_sold"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(sold_at__isnull=False), name="pharmacy_pack_returned_was_sold"
            ),
        ]


class HandOver(models.Model):
    """The one instant at which the medicine left the house. The caller's id makes a retry the same deed."""

    id = models.UUIDField(primary_key=True)
    prescription = models.OneToOneField(Prescription, on_delete=models.PROTECT, related_name="hand_over")
    to = models.CharField(max_length=10)
    recipient = models.CharField(max_length=60)
    by_id = models.UUIDField()
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_hand_over"
        constraints = [models.CheckConstraint(condition=Q(to__in=["patient", "courier"]), name="pharmacy_hand_over_to")]


class Delivery(models.Model):
    """How the patient wants the medicine, and where it is on its way."""

    prescription = models.OneToOneField(
        Prescription, on_delete=models.PROTECT, primary_key=True, related_name="delivery"
    )
    way = models.CharField(max_length=10)
    place_sealed = models.BinaryField()
    state = models.CharField(max_length=20, default="chosen")
    carrier = models.CharField(max_length=60, blank=True)
    waybill = models.CharField(max_length=40, null=True, unique=True)
    return_waybill = models.CharField(max_length=40, blank=True)
    chosen_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    keeping = Keeping(Sensitivity.PERSONAL, 15, "shows to whom medicine was sent; kept with the prescription")

    class Meta:
        db_table = "pharmacy_delivery"
        indexes = [
            models.Index(
                fields=["looked_at"], name="pharmacy_delivery_open", condition=Q(ended_at__isnull=True, way="courier")
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["courier", "counter"]), name="pharmacy_delivery_way"),
            models.CheckConstraint(
                condition=Q(waybill__isnull=True, booked_at__isnull=True)
                | Q(waybill__isnull=False, booked_at__isnull=False),
                name="pharmacy_delivery_booked_pair",
            ),
        ]


class CustodyStep(models.Model):
    """Who held the medicine from when on, in order, from the counter to the patient's hands or back."""

    id = models.UUIDField(primary_key=True)
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="custody")
    seq = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    holder = models.CharField(max_length=80)
    holder_en = models.CharField(max_length=80, blank=True, db_default="")
    place = models.CharField(max_length=80, blank=True)
    place_en = models.CharField(max_length=80, blank=True, db_default="")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=20)

    keeping = SOLD

    class Meta:
        db_table = "pharmacy_custody_step"
        ordering = ["prescription_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["prescription", "seq"], name="pharmacy_custody_seq")]

    @property
    def label(self) -> T:
        """The change of hands, in plain words."""
        return CUSTODY.get(self.kind, T(zh=self.kind, en=self.kind))

    @property
    def where(self) -> T:
        """Who holds it, and where, in both languages."""
        zh = [part for part in (self.holder, self.place) if part]
        en = [part for part in (self.holder_en or self.holder, self.place_en or self.place) if part]
        return T(zh=" · ".join(zh), en=" · ".join(en))


class MedicineReturn(models.Model):
    """Medicine that had left the house was taken back, or was lost on its way: never to be sold again."""

    id = models.UUIDField(primary_key=True)
    prescription = models.OneToOneField(Prescription, on_delete=models.PROTECT, related_name="taken_back")
    reason_code = models.CharField(max_length=40)
    text = models.CharField(max_length=500, blank=True)
    refund = models.BooleanField()
    codes = ArrayField(models.CharField(max_length=20))
    by_id = models.UUIDField()
    at = models.DateTimeField()

    keeping = KEPT

    class Meta:
        db_table = "pharmacy_medicine_return"
