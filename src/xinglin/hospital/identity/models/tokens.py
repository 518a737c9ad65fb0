"""Bearer tokens of the API, and failed tries to get one."""

from django.db import models
from django.db.models import F, Q

from xinglin.hospital.identity.models.accounts import Account
from xinglin.hospital.kernel.keeping import Keeping, Sensitivity

LOGS_KEPT = "network logs: at least six months (Cybersecurity Law, article 21; from memory)"


class ApiToken(models.Model):
    """A token with which a program acts as an account. Only its hash is kept; it dies by age or by being given back."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    keeping = Keeping(Sensitivity.SECRET, 1, LOGS_KEPT)

    class Meta:
        db_table = "identity_api_token"
        constraints = [models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="api_token_lives")]

    def __str__(self) -> str:
        return f"token {self.id}"


class TokenFailure(models.Model):
    """A failed try to get a token by user name, counted alike for names that exist and names that do not."""

    login_index = models.CharField(max_length=64)  # keyed hash of the user name
    at = models.DateTimeField()

    keeping = Keeping(Sensitivity.INTERNAL, 1, LOGS_KEPT)

    class Meta:
        db_table = "identity_token_failure"
        indexes = [models.Index(fields=["login_index", "-at"], name="token_failure_latest")]

    def __str__(self) -> str:
        return f"failure {self.pk}"
