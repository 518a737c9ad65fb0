"""Which pages a person has, in the order of what they come to do."""

from dataclasses import dataclass
from typing import Any

from xinglin.hospital.kernel.access import Actor, Role
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the main navigation."""

    href: str
    text: T
    current: bool = False


MENUS: dict[Role, tuple[tuple[str, T], ...]] = {
    Role.PATIENT: (
        ("/me/", T(zh="首页", en="Home")),
        ("/physicians", T(zh="找医师", en="Physicians")),
        ("/me/visits/", T(zh="问诊", en="Visits")),
        ("/me/prescriptions/", T(zh="处方", en="Prescriptions")),
        ("/payment/", T(zh="费用", en="Payments")),
    ),
    Role.PHYSICIAN: (
        ("/clinic/", T(zh="诊室", en="Clinic")),
        ("/clinic/visits/", T(zh="问诊记录", en="Visits")),
        ("/clinic/prescriptions/", T(zh="我的处方", en="Prescriptions")),
        ("/clinic/points/", T(zh="疑点与记分", en="Points")),
    ),
    Role.PHARMACIST: (
        ("/pharmacy/", T(zh="审方", en="Review")),
        ("/pharmacy/dispensing/", T(zh="调配", en="Dispensing")),
        ("/pharmacy/deliveries/", T(zh="配送", en="Deliveries")),
        ("/pharmacy/comments/", T(zh="点评", en="Comments")),
        ("/pharmacy/figures/", T(zh="数字", en="Figures")),
        ("/clinic/points/", T(zh="疑点与记分", en="Points")),
    ),
    Role.MEDICAL_AFFAIRS: (
        ("/affairs/", T(zh="待办", en="To do")),
        ("/affairs/alarms/", T(zh="警报", en="Alarms")),
        ("/affairs/practitioners/", T(zh="医师药师", en="Practitioners")),
        ("/affairs/institutions/", T(zh="机构", en="Institutions")),
        ("/affairs/findings/", T(zh="疑点", en="Findings")),
        ("/affairs/likeness/", T(zh="身份核验", en="Identity")),
        ("/affairs/live-visits/", T(zh="视频问诊", en="Live visits")),
        ("/affairs/staff/", T(zh="岗位", en="Staff")),
        ("/affairs/money/", T(zh="对账", en="Money")),
        ("/pharmacy/comments/report", T(zh="处方点评", en="Comments")),
        ("/pharmacy/figures/", T(zh="审方数字", en="Review figures")),
    ),
    Role.AUDITOR: (
        ("/audit/", T(zh="疑点", en="Findings")),
        ("/audit/fund/", T(zh="基金", en="Fund")),
        ("/audit/rules/", T(zh="规则", en="Rules")),
        ("/affairs/live-visits/", T(zh="视频问诊", en="Live visits")),
        ("/affairs/payment-rights/", T(zh="停付", en="Pay stops")),
        ("/affairs/money/", T(zh="对账", en="Money")),
    ),
    Role.REGULATOR: (
        ("/board/", T(zh="机构", en="Institutions")),
        ("/audit/?state=appealed", T(zh="申诉", en="Appeals")),
        ("/board/journal/", T(zh="日志", en="Journal")),
    ),
}
HOMES = {role: items[0][0] for role, items in MENUS.items()}


def home_of(actor: Actor) -> str:
    """The first page of a person; of several roles the last in MENUS counts, so staff before patient."""
    for role in reversed(MENUS):
        if actor.has(role):
            return HOMES[role]
    return "/"


def menu_for(actor: Actor, path: str) -> list[Item]:
    """The navigation of all roles held; the longest matching address is the current one."""
    found = [(href, text) for role, items in MENUS.items() if actor.has(role) for href, text in items]
    matching = [href for href, _ in found if path == href or (href.endswith("/") and path.startswith(href))]
    current = max(matching, key=len, default="")
    return [Item(href, text, href == current) for href, text in found]


def part_of(actor: Actor) -> dict[str, Any]:
    """Name and part for the corner of the page."""
    roles = [role for role in MENUS if actor.has(role)]
    return {
        # A patient's label is masked, because it goes into the journal; to oneself one is simply "me".
        "name": T(zh="我", en="Me") if actor.has(Role.PATIENT) else actor.label,
        "part": " · ".join(str(role.label) for role in roles),
        "staff": any(role is not Role.PATIENT for role in roles),
    }
