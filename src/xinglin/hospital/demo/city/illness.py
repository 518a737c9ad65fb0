"""Who lives with which chronic condition, who knows it, and who needs dialysis."""

from collections.abc import Sequence
from datetime import date

from xinglin.hospital.demo.city.conditions import CONDITIONS, DIALYSIS_PERMILLE, band
from xinglin.hospital.demo.city.dice import Dice
from xinglin.hospital.demo.city.people import Resident


def give_conditions(seed: int, residents: Sequence[Resident], city_date: date) -> None:
    """Draw every condition for every resident by age and sex, independently; draw who has been diagnosed.

    Real conditions cluster in the same people more than chance would; the city keeps only the clustering that comes
    from age and sex.
    """
    dice = Dice(seed, "illness")
    roll = dice.random
    tables = [(c.key, c.known, {"M": [p / 1000 for p in c.men], "F": [p / 1000 for p in c.women]}) for c in CONDITIONS]
    for person in residents:
        group = band(person.age_on(city_date))
        has, known = [], []
        for key, share, curve in tables:
            if roll() < curve[person.sex][group]:
                has.append(key)
                if roll() < share:
                    known.append(key)
        person.conditions, person.known = tuple(has), tuple(known)
    _dialysis(dice, residents, city_date)


def _dialysis(dice: Dice, residents: Sequence[Resident], city_date: date) -> None:
    """Adults in maintenance haemodialysis; their kidney disease is known."""
    fit = [
        p for p in residents if 30 <= p.age_on(city_date) < 80 and p.insutype and p.died_on is None and not p.in_home
    ]
    for person in dice.sample(fit, max(3, round(len(residents) * DIALYSIS_PERMILLE / 1000))):
        person.on_dialysis = True
        person.conditions = tuple(dict.fromkeys((*person.conditions, "chronic-kidney")))
        person.known = tuple(dict.fromkeys((*person.known, "chronic-kidney")))
