"""Who may change the terminology. Everyone may read it: names and prices are public."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

MAINTAIN_TERMINOLOGY = Permission(
    "terminology.maintain",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="载入或更新药品、诊断和收费目录", en="Load or update the catalogues of medicines, diagnoses and services"),
)

PERMISSIONS = [MAINTAIN_TERMINOLOGY]
