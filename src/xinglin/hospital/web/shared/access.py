"""Permissions of the shared pages."""

from xinglin.hospital.kernel.access import STAFF, Permission, Role
from xinglin.hospital.kernel.texts import T

OWN_HOME = Permission("web.own_home", STAFF | {Role.PATIENT}, T(zh="打开自己的主页", en="Open one's own home page"))
PERMISSIONS = [OWN_HOME]
