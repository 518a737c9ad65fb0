"""Permissions of the API itself; every other operation names a permission of the module whose verb it calls."""

from xinglin.hospital.kernel.access import STAFF, Permission, Role
from xinglin.hospital.kernel.texts import T

BE_SIGNED_IN = Permission(
    "api.be_signed_in",
    STAFF | {Role.PATIENT},
    T(zh="查看自己的登录身份，收回自己的令牌", en="see who one is signed in as, give one's own token back"),
)
PERMISSIONS = [BE_SIGNED_IN]
