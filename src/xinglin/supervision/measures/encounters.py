"""Measures of an encounter: other visits of the person, of the physician, on the device; what contradicts the body."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.facts.words import CareMode, Channel, Sex
from xinglin.supervision.measures.declared import Counted, Declared, How, Pair
from xinglin.supervision.measures.items import charged
from xinglin.supervision.verdicts import Scope
from xinglin.supervision.vocabulary import (
    choose,
    days_between,
    isin,
    larger,
    missing,
    otherwise,
    seconds_between,
    smaller,
    years_between,
)
from xinglin.supervision.vocabulary.terms import Facts, Term

SAME_PERSON: Final = (("patient.id", "patient.id"),)
SAME_PHYSICIAN_DAY: Final = (("physician.id", "physician.id"), ("encounter.on", "encounter.on"))
SAME_DEVICE: Final = (("encounter.patient_device_key", "encounter.patient_device_key"),)
SAME_FACE: Final = (("encounter.patient_face_key", "encounter.patient_face_key"),)
NO_VISIT: Final = 999_999_999
LONGEST_PRESENCE: Final = 30 * 60
"""A visit in person keeps the physician for half an hour at most; what is recorded longer is an open file."""
OVERLAP_SECONDS: Final = 60
NEIGHBOUR_SECONDS: Final = 600
FLOOR_SECONDS: Final = 120
FLOOR_LIVE_SECONDS: Final = 300
"""Nobody handles a visit by text in less than two minutes, or a live one in less than five."""


def itself(s: Facts, e: Facts) -> Term:
    """The event is the subject."""
    return e.encounter.id == s.encounter.id


def age_days(s: Facts, e: Facts) -> Term:
    """How many days before the subject the event was."""
    return days_between(e.encounter.on, s.encounter.on)


def up_to(s: Facts, e: Facts) -> Term:
    """The subject, and what began before it."""
    sooner = otherwise(seconds_between(e.encounter.started_at, s.encounter.started_at) > 0, age_days(s, e) > 0)
    return itself(s, e) | sooner


def counted_visit(s: Facts, e: Facts) -> Term:
    """An outpatient, emergency or online visit, not for a course of treatment that asks for many."""
    visit = isin(e.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.ONLINE])
    return visit & ~e.lists.frequent_exempt & up_to(s, e)


def visit_7(s: Facts, e: Facts) -> Term:
    """Within 7 days."""
    return counted_visit(s, e) & (age_days(s, e) < 7)


def visit_30(s: Facts, e: Facts) -> Term:
    """Within 30 days."""
    return counted_visit(s, e) & (age_days(s, e) < 30)


def day(_s: Facts, e: Facts) -> Term:
    """The event's day."""
    return e.encounter.on


def stay_elsewhere(s: Facts, e: Facts) -> Term:
    """A stay at another institution that began before the day and ended after it, or goes on."""
    begun = e.stay.on < s.encounter.on
    lasting = missing(e.stay.discharged_on) | otherwise(e.stay.discharged_on > s.encounter.on, False)
    return begun & lasting & (e.institution.id != s.institution.id)


def in_person(f: Facts) -> Term:
    """A visit at which the person was there; purchases may be made by others, and a stay is no moment."""
    modes = [CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.DIALYSIS, CareMode.DAY_SURGERY]
    return (f.encounter.channel == Channel.IN_PERSON) & isin(f.encounter.care_mode, modes)


def earlier_in_person(s: Facts, e: Facts) -> Term:
    """An earlier visit in person of the same person."""
    return in_person(s) & in_person(e) & ~itself(s, e) & up_to(s, e)


def since_its_end(s: Facts, e: Facts) -> Term:
    """Seconds from the end of the earlier visit to the start of this; negative where both overlap."""
    return seconds_between(otherwise(e.encounter.ended_at, e.encounter.started_at), s.encounter.started_at)


def distance(s: Facts, e: Facts) -> Term:
    """Metres between the institutions: the larger of east and north, never more than the way."""
    east = larger(
        s.institution.east_metres - e.institution.east_metres, e.institution.east_metres - s.institution.east_metres
    )
    north = larger(
        s.institution.north_metres - e.institution.north_metres, e.institution.north_metres - s.institution.north_metres
    )
    return larger(east, north)


def presence(f: Facts) -> Term:
    """How long a visit holds the physician: live seconds online, the visit itself in person; nothing else."""
    here = smaller(seconds_between(f.encounter.started_at, f.encounter.ended_at), LONGEST_PRESENCE)
    visit = isin(f.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.EMERGENCY])
    return choose(f.encounter.channel == Channel.ONLINE, f.encounter.live_seconds, choose(visit, here, 0))


def present_from(f: Facts) -> Term:
    """From when on a visit holds the physician: live from the first instant with both sides, else from its start."""
    online = f.encounter.channel == Channel.ONLINE
    return choose(online, otherwise(f.encounter.live_from_at, f.encounter.started_at), f.encounter.started_at)


def overlapping(s: Facts, e: Facts) -> Term:
    """Another visit, elsewhere or live, that holds the physician at the same time."""
    later = seconds_between(present_from(s), present_from(e))
    own, other = presence(s), presence(e)
    together = smaller(own, later + other) - larger(later, 0)
    online = (s.encounter.channel == Channel.ONLINE) | (e.encounter.channel == Channel.ONLINE)
    apart = (s.institution.id != e.institution.id) | online
    return ~itself(s, e) & apart & (own > 0) & (other > 0) & (together > OVERLAP_SECONDS)


def handled(s: Facts, e: Facts) -> Term:
    """Visits of the physician on the day up to this one; purchases and stays are not handled by visits."""
    visit = isin(e.encounter.care_mode, [CareMode.OUTPATIENT, CareMode.EMERGENCY, CareMode.ONLINE])
    return visit & up_to(s, e)


def handling(_s: Facts, e: Facts) -> Term:
    """Active time of a visit, with a floor: by text two minutes, live five."""
    active = otherwise(e.encounter.active_seconds, 0)
    live = otherwise(e.encounter.live_seconds > 0, False)
    return choose(live, larger(active, FLOOR_LIVE_SECONDS), larger(active, FLOOR_SECONDS))


def person(_s: Facts, e: Facts) -> Term:
    """The event's person."""
    return e.patient.id


def neighbour(s: Facts, e: Facts) -> Term:
    """Another visit in person under the name that begins at most ten minutes before or after."""
    later = seconds_between(s.encounter.started_at, e.encounter.started_at)
    near = (later <= NEIGHBOUR_SECONDS) & (later >= -1 * NEIGHBOUR_SECONDS)
    return ~itself(s, e) & (e.encounter.care_mode == CareMode.OUTPATIENT) & near


def on_device(s: Facts, e: Facts) -> Term:
    """A visit on the same device within 30 days."""
    recent = (age_days(s, e) >= 0) & (age_days(s, e) < 30)
    return (s.encounter.patient_device_key != "") & recent & up_to(s, e)


def household(_s: Facts, e: Facts) -> Term:
    """The household of the event's person; who has none counts alone."""
    key = otherwise(e.patient.household_key, "")
    return choose(key == "", e.patient.id, key)


def worked_on(s: Facts, e: Facts) -> Term:
    """A physician worked on the patient's device within 30 days."""
    recent = (age_days(s, e) >= 0) & (age_days(s, e) < 30)
    return (s.encounter.patient_device_key != "") & recent


def other_sex(s: Facts, e: Facts) -> Term:
    """What was charged or diagnosed belongs to the other sex."""
    care = e.encounter.care_mode != CareMode.PHARMACY
    male, female = s.patient.sex == Sex.MALE, s.patient.sex == Sex.FEMALE
    for_women = (
        (e.lists.body_sex_of_diagnosis == "female")
        | (e.lists.body_sex_of_medicine == "female")
        | (e.lists.item_sex == "female")
    )
    for_men = (
        (e.lists.body_sex_of_diagnosis == "male")
        | (e.lists.body_sex_of_medicine == "male")
        | (e.lists.item_sex == "male")
    )
    return care & charged(s, e) & ((male & for_women) | (female & for_men))


def other_age(s: Facts, e: Facts) -> Term:
    """What was charged or diagnosed, or the department, belongs to another age."""
    care = e.encounter.care_mode != CareMode.PHARMACY
    age = years_between(s.patient.birth_on, e.encounter.on)
    young = larger(e.lists.body_from_of_diagnosis, e.lists.body_from_of_medicine)
    old = smaller(
        smaller(e.lists.body_until_of_diagnosis, e.lists.body_until_of_medicine), e.lists.body_until_of_department
    )
    return care & charged(s, e) & ((age < young) | (age > old))


def contradiction(s: Facts, e: Facts) -> Term:
    """Either of both."""
    return other_sex(s, e) | other_age(s, e)


def within_a_year(s: Facts, e: Facts) -> Term:
    """Up to 365 days before the subject's day, or on it."""
    return (age_days(s, e) >= 0) & (age_days(s, e) < 365)


def contradiction_in_year(s: Facts, e: Facts) -> Term:
    """A contradiction within a year."""
    return within_a_year(s, e) & contradiction(s, e)


def sex_in_year(s: Facts, e: Facts) -> Term:
    """An item of the other sex within a year."""
    return within_a_year(s, e) & other_sex(s, e)


def age_in_year(s: Facts, e: Facts) -> Term:
    """An item for another age within a year."""
    return within_a_year(s, e) & other_age(s, e)


def other_face_in_year(s: Facts, e: Facts) -> Term:
    """A face on the patient's side that was not the patient's, within a year. A guardian's is expected; what was not
    checked says nothing.
    """
    accompanied = otherwise(e.encounter.guardian_present, False)
    other = ~otherwise(e.encounter.patient_face_matched, True) & otherwise(e.encounter.fund_asked, False)
    return within_a_year(s, e) & up_to(s, e) & other & ~accompanied


def same_face(s: Facts, e: Facts) -> Term:
    """A visit within a year that was checked against the same face template."""
    return otherwise(s.encounter.patient_face_key != "", False) & within_a_year(s, e) & up_to(s, e)


def institution(_s: Facts, e: Facts) -> Term:
    """The event's institution."""
    return e.institution.id


def untraced(_s: Facts, e: Facts) -> Term:
    """A pack that should carry a trace code and was charged without one."""
    return e.pack.trace_required & (e.pack.trace_code == "")


def item_of_pack(_s: Facts, e: Facts) -> Term:
    """The item that the pack serves."""
    return otherwise(e.pack.item_id, e.pack.id)


def standing(_s: Facts, e: Facts) -> Term:
    """A prescription that was not ended."""
    return otherwise(~e.prescription.ended, True)


def _visits(name: str, where: Pair, how: How, value: Pair | None, lists: tuple[str, ...] = ()) -> Counted:
    return Counted(name, Scope.ENCOUNTER, "encounters", SAME_PERSON, where, how, value, lists=lists)


def _of_physician(name: str, where: Pair, how: How = How.COUNT, value: Pair | None = None) -> Counted:
    return Counted(name, Scope.ENCOUNTER, "encounters", SAME_PHYSICIAN_DAY, where, how, value)


SEX_LISTS: Final = ("body_sex_of_diagnosis", "body_sex_of_medicine", "item_sex")
AGE_LISTS: Final = (
    "body_from_of_diagnosis",
    "body_from_of_medicine",
    "body_until_of_diagnosis",
    "body_until_of_medicine",
    "body_until_of_department",
)


def _of_body(name: str, where: Pair, value: Pair, lists: tuple[str, ...]) -> Counted:
    return Counted(name, Scope.ENCOUNTER, "items", SAME_PERSON, where, How.DISTINCT, value, lists=lists)


MEASURES: Final[tuple[Declared, ...]] = (
    _visits("visit_days_7", visit_7, How.DISTINCT, day, ("frequent_exempt",)),
    _visits("visit_days_30", visit_30, How.DISTINCT, day, ("frequent_exempt",)),
    Counted("stays_around", Scope.ENCOUNTER, "stays", SAME_PERSON, stay_elsewhere, How.COUNT),
    Counted(
        name="travel_metres",
        scope=Scope.ENCOUNTER,
        over="encounters",
        match=SAME_PERSON,
        where=earlier_in_person,
        how=How.NEAREST,
        value=distance,
        least=since_its_end,
    ),
    Counted(
        name="travel_seconds",
        scope=Scope.ENCOUNTER,
        over="encounters",
        match=SAME_PERSON,
        where=earlier_in_person,
        how=How.SMALLEST,
        value=since_its_end,
        empty=NO_VISIT,
    ),
    _of_physician("overlapping_sessions", overlapping),
    _of_physician("physician_active_seconds", handled, How.SUM, handling),
    _of_physician("physician_patients", handled, How.DISTINCT, person),
    Counted(
        name="minute_neighbours",
        scope=Scope.ENCOUNTER,
        over="encounters",
        match=(*SAME_PHYSICIAN_DAY, ("institution.id", "institution.id")),
        where=neighbour,
        how=How.COUNT,
    ),
    Counted("device_persons", Scope.ENCOUNTER, "encounters", SAME_DEVICE, on_device, How.DISTINCT, household),
    Counted(
        name="device_is_physicians",
        scope=Scope.ENCOUNTER,
        over="encounters",
        match=(("encounter.patient_device_key", "physician.device_key"),),
        where=worked_on,
        how=How.COUNT,
    ),
    Counted(
        name="contradicts_here",
        scope=Scope.ENCOUNTER,
        over="items",
        match=(("encounter.id", "encounter.id"),),
        where=contradiction,
        how=How.COUNT,
        lists=(*SEX_LISTS, *AGE_LISTS),
    ),
    _visits("other_face_days", other_face_in_year, How.DISTINCT, day),
    Counted("face_persons", Scope.ENCOUNTER, "encounters", SAME_FACE, same_face, How.DISTINCT, person),
    _of_body("contradicting_days", contradiction_in_year, day, (*SEX_LISTS, *AGE_LISTS)),
    _of_body("sex_contradictions", sex_in_year, day, SEX_LISTS),
    _of_body("age_contradictions", age_in_year, day, AGE_LISTS),
    _of_body("contradiction_institutions", contradiction_in_year, institution, (*SEX_LISTS, *AGE_LISTS)),
    Counted(
        name="untraced_items",
        scope=Scope.ENCOUNTER,
        over="packs",
        match=(("encounter.id", "pack.encounter_id"),),
        where=untraced,
        how=How.DISTINCT,
        value=item_of_pack,
    ),
    Counted(
        name="prescriptions_here",
        scope=Scope.ENCOUNTER,
        over="prescriptions",
        match=(("encounter.id", "prescription.encounter_id"),),
        where=standing,
        how=How.COUNT,
    ),
)
