"""One file a group of operations; here their order."""

from ninja import Router

from xinglin.hospital.api.routes import (
    advising,
    alarms,
    conversations,
    desks,
    diagnosing,
    dispensing,
    findings,
    institutions,
    insurance,
    journals,
    likeness,
    medicines,
    payments,
    people,
    practice,
    prescriptions,
    records,
    rules,
    tokens,
    visits,
    words,
)

GROUPS: tuple[tuple[str, Router], ...] = tuple(
    ("", module.router)
    for module in (
        tokens,
        people,
        likeness,
        practice,
        institutions,
        words,
        visits,
        conversations,
        records,
        prescriptions,
        advising,
        dispensing,
        medicines,
        diagnosing,
        alarms,
        insurance,
        payments,
        desks,
        findings,
        rules,
        journals,
    )
)
