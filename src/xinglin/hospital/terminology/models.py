"""Catalogues: every row valid from a day until a day (exclusive, empty while in force), with its spellings for search.

The current row of a code is the one without an end. Loading closes a row and opens its successor; rows are not edited.
"""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

PUBLIC = Keeping(Sensitivity.PUBLIC, 15, "read again with every claim and record that names it: 15 years")


class Edition(models.Model):
    """One load of one catalogue: from which source, what it changed."""

    catalogue = models.CharField(max_length=20)
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    loaded_by = models.CharField(max_length=120)
    rows = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    closed = models.PositiveIntegerField()
    quarantined = models.PositiveIntegerField(default=0)

    keeping = PUBLIC

    class Meta:
        db_table = "terminology_edition"
        indexes = [models.Index(fields=["catalogue", "-id"], name="terminology_edition_last")]

    def __str__(self) -> str:
        return f"{self.catalogue} from {self.source} ({self.rows} rows)"


class Versioned(models.Model):
    """What every catalogue row has. `content` holds the row as it was given, all text; columns are for finding."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=250)
    pinyin = models.CharField(max_length=400)
    initials = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=200)
    content = models.JSONField()
    row_hash = models.CharField(max_length=64)
    valid_from_on = models.DateField()
    valid_until_on = models.DateField(null=True)

    keeping = PUBLIC

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from_on"], name="%(app_label)s_%(class)s_from"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_until_on__isnull=True), name="%(app_label)s_%(class)s_current"
            ),
            models.CheckConstraint(
                condition=Q(valid_until_on__isnull=True) | Q(valid_until_on__gt=F("valid_from_on")),
                name="%(app_label)s_%(class)s_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Ingredient(Versioned):
    """An active substance."""

    atc = models.CharField(max_length=7, blank=True)

    class Meta(Versioned.Meta):
        db_table = "terminology_ingredient"


class Product(Versioned):
    """A medicine as it is ordered: one form, strength and pack."""

    atc = models.CharField(max_length=7, blank=True)
    price_fen = models.PositiveBigIntegerField()

    class Meta(Versioned.Meta):
        db_table = "terminology_product"


class Service(Versioned):
    """A service that is charged."""

    price_fen = models.PositiveBigIntegerField()

    class Meta(Versioned.Meta):
        db_table = "terminology_service"


class Diagnosis(Versioned):
    """A diagnosis, ICD-10 with its dot."""

    edition = models.CharField(max_length=40)
    chronic_group = models.CharField(max_length=40, blank=True)

    class Meta(Versioned.Meta):
        db_table = "terminology_diagnosis"


class Term(models.Model):
    """A spelling under which a current product or diagnosis is found. Derived from the rows, rebuilt with each load."""

    catalogue = models.CharField(max_length=20)
    code = models.CharField(max_length=40)
    form = models.PositiveSmallIntegerField()
    spelling = models.CharField(max_length=400)

    keeping = PUBLIC

    class Meta:
        db_table = "terminology_term"
        indexes = [
            models.Index(fields=["catalogue", "code"], name="terminology_term_code"),
            # Without ICU trigrams know no Chinese character: a short index over the Chinese spellings is read instead.
            models.Index(
                fields=["catalogue"],
                include=["spelling", "code", "form"],
                condition=Q(form__in=[1, 3, 9]),
                name="terminology_term_chinese",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.code}: {self.spelling}"
