"""Tables of what the check of medicines must know of a patient, and who said it when.

A row never changes: who corrects something writes a new row that names the one it replaces, and who takes something
back writes a row that is `withdrawn`. So what a physician knew on a day can be told for ever.
"""

from django.db import models
from django.db.models import Q

from xinglin.hospital.consultation.words import Reaction, Side
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

FACTS_KEPT = Keeping(
    Sensitivity.SENSITIVE,
    15,
    "part of the outpatient record, 15 years after the last visit (Medical Records Rules 2013, article 29)",
)


class Told(models.Model):
    """Who said something of a patient, and when. `visit_id` is there for what was said in a visit."""

    id = models.UUIDField(primary_key=True)
    patient_id = models.UUIDField()
    visit_id = models.UUIDField(null=True)
    side = models.CharField(max_length=20, choices=Side.pairs())
    by_id = models.UUIDField()
    by_label = models.CharField(max_length=120)
    at = models.DateTimeField()
    replaces_id = models.UUIDField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        abstract = True

    @property
    def said_by(self) -> "Side":
        """On which side it was said."""
        return Side(self.side)


class Observation(Told):
    """A measurement: weight, height, or a code of the table of laboratory values, in a unit of that table."""

    code = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=20)
    on = models.DateField()

    keeping = FACTS_KEPT

    class Meta:
        db_table = "consultation_observation"
        indexes = [models.Index(fields=["patient_id", "code", "-on"], name="observation_of_patient")]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="observation_not_negative")]

    @property
    def shown(self) -> str:
        """The value as people write it."""
        return f"{self.value.normalize():f}"

    def __str__(self) -> str:
        return f"{self.code} of {self.on}"


class LifeState(Told):
    """Whether she is pregnant (in which week, on which day) or breastfeeds. Null is: not known."""

    pregnant = models.BooleanField(null=True)
    weeks = models.PositiveSmallIntegerField(null=True)
    lactating = models.BooleanField(null=True)
    on = models.DateField()

    keeping = FACTS_KEPT

    class Meta:
        db_table = "consultation_life_state"
        indexes = [models.Index(fields=["patient_id", "-at"], name="life_state_of_patient")]
        constraints = [
            models.CheckConstraint(condition=Q(weeks=None) | Q(pregnant=True, weeks__lte=45), name="life_state_weeks")
        ]


class AllergyTold(Told):
    """A substance in words that the patient does not bear, or the explicit answer that none is known."""

    none_known = models.BooleanField(default=False)
    substance = models.CharField(max_length=120, blank=True, default="")
    codes = models.JSONField(default=list)  # the substances that the words name; empty where they are not understood
    reaction = models.CharField(max_length=20, choices=Reaction.pairs(), default=Reaction.ANY.value)

    keeping = FACTS_KEPT

    class Meta:
        db_table = "consultation_allergy"
        indexes = [models.Index(fields=["patient_id", "-at"], name="allergy_of_patient")]
        constraints = [
            models.CheckConstraint(
                condition=Q(none_known=True, substance="") | (Q(none_known=False) & ~Q(substance="")),
                name="allergy_names_something",
            )
        ]

    @property
    def reaction_label(self) -> "Reaction":
        """How it showed."""
        return Reaction(self.reaction)


class MedicineTold(Told):
    """A medicine from elsewhere, in words, or the explicit answer that nothing else is taken."""

    none_taken = models.BooleanField(default=False)
    name = models.CharField(max_length=120, blank=True, default="")
    codes = models.JSONField(default=list)
    sig = models.CharField(max_length=200, blank=True, default="")
    since_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    held = models.BooleanField(default=False)  # stopped for the time in which a new order runs

    keeping = FACTS_KEPT

    class Meta:
        db_table = "consultation_medicine_taken"
        indexes = [models.Index(fields=["patient_id", "-at"], name="medicine_of_patient")]
        constraints = [
            models.CheckConstraint(
                condition=Q(none_taken=True, name="") | (Q(none_taken=False) & ~Q(name="")),
                name="medicine_names_something",
            )
        ]


class PlannedTest(models.Model):
    """A test that a visit asks for by a day, because of a medicine. Part of the plan that the patient reads."""

    id = models.UUIDField(primary_key=True)
    patient_id = models.UUIDField()
    visit_id = models.UUIDField()
    code = models.CharField(max_length=20)
    due_on = models.DateField()
    why = models.CharField(max_length=120, blank=True, default="")  # the medicines that call for it
    by_id = models.UUIDField()
    at = models.DateTimeField()

    keeping = FACTS_KEPT

    class Meta:
        db_table = "consultation_planned_test"
        constraints = [models.UniqueConstraint(fields=["visit_id", "code", "due_on"], name="planned_test_once")]
