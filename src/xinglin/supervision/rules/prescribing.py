"""What may be prescribed: special control, how many medicines, for how long, under whose signature."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import Stage
from xinglin.supervision.rules.sources import PRESCRIPTION_2007, article
from xinglin.supervision.vocabulary import Certainty, Facts, Kind, Ruling, Scope, Words, excess, rule, ruling


@rule(
    id="B02",
    version=1,
    title=Words("单张处方超过五种药品", "More than five medicines on one prescription"),
    source=(article(PRESCRIPTION_2007, "第六条", "article 6", read=False),),
    certainty=Certainty.DEFINITE,
    kind=Kind.NEVER,
    scope=Scope.PRESCRIPTION,
    since=date(2007, 5, 1),
    limits=("drugs_per_prescription_max",),
    sentence=Words(
        "本处方有{measure.distinct_drugs}种药品，每张处方最多{limits.drugs_per_prescription_max}种。",
        "This prescription holds {measure.distinct_drugs} medicines; one prescription may hold "
        "{limits.drugs_per_prescription_max}.",
    ),
    hint=Words(
        "请保留必需的药品，其余待下次就诊评估；不要为此拆成多张处方。",
        "Keep the medicines that are needed now and weigh the others at the next visit; do not split the prescription.",
    ),
)
def b02(f: Facts) -> Ruling:
    """Too many medicines at once cannot be weighed against each other. Decoction pieces and solvents do not count."""
    over = f.measure.distinct_drugs - f.limits.drugs_per_prescription_max
    return ruling(applies=f.prescription.stage != Stage.ENDED, violates=over > 0, excess=excess(count=over))
