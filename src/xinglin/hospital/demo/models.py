"""What is remembered of the made city: which one it is, when it was loaded, whose names can be signed in as."""

from django.db import models

from xinglin.hospital.kernel.keeping import Keeping, Sensitivity


class DemoCity(models.Model):
    """The one made city of this database. `people` lists those with a one-click login, in the order of the table."""

    seed = models.BigIntegerField()
    scale = models.FloatField()
    city_date = models.DateField()
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    situations_at = models.DateTimeField(null=True)  # when what waits on the desks had been made
    people = models.JSONField(default=list)

    keeping = Keeping(Sensitivity.INTERNAL, None, "shows that what is in this database was made up")

    class Meta:
        db_table = "demo_city"
        constraints = [
            models.UniqueConstraint(models.Value(1), name="demo_city_only_one"),
            models.CheckConstraint(condition=models.Q(scale__gt=0), name="demo_city_scale"),
        ]

    def __str__(self) -> str:
        return f"demo city {self.seed} at scale {self.scale:g}"
