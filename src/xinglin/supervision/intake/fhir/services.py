"""What a procedure or a charged service is called: a code and a Chinese name of ours where our table holds the name.

Codes of SNOMED CT stand in no price list. A name that our table holds gets the code under which the lists of sex and
age look for it. One that it does not hold has no code that a list could hold: what a list decides cannot be told of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from xinglin.supervision.intake.fhir.values import KIND as KIND_SAID
from xinglin.supervision.intake.fhir.values import coding, plain_name
from xinglin.supervision.tables.naming import procedure_names

KIND: Final = "procedure"
FOREIGN: Final = "snomed"
Count = Callable[..., None]


def service(concept: object, count: Count) -> tuple[str | None, str | None]:
    """Code and name of a concept. A code of a system of the place's own stays as it is and is not counted."""
    system, code, words = coding(concept)
    if code and FOREIGN not in system.lower():
        return code, words or None
    found = procedure_names().procedures.get(plain_name(words))
    count(KIND, words or code, known=found is not None)
    if found is None:
        return None, words or None
    ours, zh = found
    return ours, f"{zh} ({KIND_SAID.sub('', words.strip())})"
