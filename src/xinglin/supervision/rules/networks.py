"""Groups of persons, devices and providers. A group is a clue for people to look at, never a judgement."""

from __future__ import annotations

from datetime import date

from xinglin.supervision.facts import CareMode, PracticeKind
from xinglin.supervision.rules.sources import FUND_735, PRESCRIPTION_2007, REVIEW_2018, SUPERVISION_2022, article
from xinglin.supervision.vocabulary import (
    Certainty,
    Concern,
    Facts,
    Kind,
    Ruling,
    Scope,
    Words,
    choose,
    excess,
    otherwise,
    rule,
    ruling,
)


@rule(
    id="J09",
    version=3,
    title=Words("同一设备或同一人脸登录", "One device, or one face, for many"),
    source=(
        article(FUND_735, "第十七条、第四十条", "articles 17 and 40", read=False),
        article(SUPERVISION_2022, "第十七条", "article 17", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.ENCOUNTER,
    since=date(2022, 2, 8),
    limits=("device_households_max", "face_persons_max"),
    concern=Concern.IDENTITY,
    why_zh="许多户人家用同一台设备，或患者用的就是医师的设备，或同一张脸为多名参保人通过核验，说明可能有人代为就诊；"
    "一张脸登记在两名医务人员名下，说明可能有人代为接诊。一家人、养老院和登记的公用设备除外；双胞胎相像，由人核对后除外。",
    sentence=Words(
        "30天内{measure.device_persons}户人家使用同一设备（上限{limits.device_households_max}户），其中医师在该设备上接诊"
        "{measure.device_is_physicians}次；一年内同一人脸模板核验过{measure.face_persons}人（上限{limits.face_persons_max}人）；"
        "医师的人脸登记在{physician.face_practitioners}名医务人员名下。",
        "Within 30 days {measure.device_persons} households used this device (limit {limits.device_households_max}); "
        "physicians worked on it in {measure.device_is_physicians} visits. Within a year one face template stood for "
        "{measure.face_persons} persons (limit {limits.face_persons_max}). The physician's face stands under "
        "{physician.face_practitioners} practitioners.",
    ),
    hint=Words(
        "请让患者用自己的设备再次核验身份；公用的自助机或机构设备请登记。同一人脸用于多人的，请当面核验并重新登记人脸。",
        "Have the patient prove who they are on a device of their own; register a kiosk or an institution's device. "
        "Where one face stands for several, see them in person and enrol their faces anew.",
    ),
)
def j09(f: Facts) -> Ruling:
    """Many households on one device, a physician and others' patients on one, or one face for several insured persons
    hint at visits made for others; one face under two practitioners hints at somebody who practises under another's
    name. Two persons with one face may be twins; a kiosk excuses the device, not the face. Two practitioners with one
    face are excused once a person has looked at both.
    """
    many = f.measure.device_persons > f.limits.device_households_max
    # A physician's own family on the physician's device is one household.
    physicians = (f.measure.device_is_physicians > 0) & (f.measure.device_persons > 1)
    own_device = (f.encounter.patient_device_key != "") & ~f.encounter.patient_device_shared
    checked = otherwise(f.encounter.patient_face_key != "", False)
    one_face = checked & (otherwise(f.measure.face_persons, 0) > f.limits.face_persons_max)
    staff = otherwise(f.physician.face_practitioners, 0)
    two_staff = staff > 1
    return ruling(
        applies=(f.encounter.care_mode == CareMode.ONLINE) & (own_device | checked | (staff > 0)),
        violates=(own_device & (many | physicians)) | one_face | two_staff,
        excess=excess(
            count=choose(one_face, f.measure.face_persons, choose(two_staff, staff, f.measure.device_persons))
        ),
    )


@rule(
    id="J11",
    version=1,
    title=Words("疑似团伙", "A group beyond chance"),
    source=(article(FUND_735, "第二十条、第四十条、第四十一条", "articles 20, 40 and 41", read=False),),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.RING,
    since=date(2021, 5, 1),
    limits=(
        "ring_surprise_min",
        "ring_persons_min",
        "ring_mornings_min",
        "ring_households_min",
        "ring_necessary_permille_max",
        "ring_phones_min",
    ),
    why_zh="多户人家反复同时就诊于同一医师，又共用电话或药品再次售出，不是巧合；透析班次、养老院和签约村民都能解释，除外。",
    sentence=Words(
        "{ring.persons}人（{ring.households}户）与{ring.practitioners}名执业人员、{ring.institutions}家机构共同出现"
        "{ring.mornings}次，共用联系方式{ring.shared_phones}人，再售追溯码{ring.resold_codes}个，涉及基金{ring.fund_fen}。",
        "{ring.persons} persons of {ring.households} households, {ring.practitioners} practitioners and "
        "{ring.institutions} institutions came together {ring.mornings} times; {ring.shared_phones} share a telephone, "
        "{ring.resold_codes} trace codes were sold again, {ring.fund_fen} of the fund.",
    ),
    hint=Words(
        "这是线索，不是结论：请查签约、住所、疗程等解释，再逐人核实。",
        "A clue, not a judgement: look for a panel, a dwelling or a course of treatment, then verify person by person.",
    ),
)
def j11(f: Facts) -> Ruling:
    """Synchrony alone has good reasons; with a shared telephone of many households or resold packs it has not."""
    explained = (f.ring.households < f.limits.ring_households_min) | (
        f.ring.chronic_permille > f.limits.ring_necessary_permille_max
    )
    tied = (f.ring.resold_codes > 0) | (f.ring.shared_phones >= f.limits.ring_phones_min)
    return ruling(
        applies=(f.ring.persons >= f.limits.ring_persons_min) & (f.ring.surprise >= f.limits.ring_surprise_min),
        violates=(f.ring.mornings >= f.limits.ring_mornings_min) & tied & ~explained,
        excess=excess(count=f.ring.persons, fen=f.ring.fund_fen),
    )


@rule(
    id="J14",
    version=1,
    title=Words("药师审方流水线", "Reviews on the assembly line"),
    source=(
        article(PRESCRIPTION_2007, "第三十一条、第三十五条", "articles 31 and 35", read=False),
        article(REVIEW_2018, "药师是处方审核第一责任人", "the pharmacist answers for the review", read=False),
    ),
    certainty=Certainty.SUSPICIOUS,
    kind=Kind.INFORM,
    scope=Scope.PRACTICE,
    since=date(2018, 6, 29),
    limits=("reviews_min", "review_pass_permille_max", "review_median_seconds_min", "review_median_seconds_place"),
    concern=Concern.STATISTIC,
    why_zh="几乎全部通过，又快得读不完处方，还同时替多家机构审，审方就成了盖章。只快或只通过率高都不算；一人审多家的，用时应更长。",
    sentence=Words(
        "{practice.cases}张处方通过率千分之{practice.share_permille}，用时中位数{practice.median_seconds}秒，"
        "十分钟内最多为{practice.places_at_once}家机构审方。",
        "Of {practice.cases} prescriptions {practice.share_permille} permille passed, at a median of "
        "{practice.median_seconds} seconds; within ten minutes the person reviewed for up to "
        "{practice.places_at_once} institutions.",
    ),
    hint=Words(
        "抽查其审过的处方；安排更多药师，或减少一人同时负责的机构。",
        "Read a sample of the prescriptions that passed; let more pharmacists share them, or serve fewer places at "
        "once.",
    ),
)
def j14(f: Facts) -> Ruling:
    """Nearly all passes, faster than can be read: a stamp. Whoever serves several places at once must be slower still.

    A high share alone is the mark of good prescribers, and pace alone of a quick reader.
    """
    least = f.limits.review_median_seconds_min + f.limits.review_median_seconds_place * (f.practice.places_at_once - 1)
    return ruling(
        applies=(f.practice.kind == PracticeKind.REVIEWS) & (f.practice.cases >= f.limits.reviews_min),
        violates=(f.practice.share_permille >= f.limits.review_pass_permille_max) & (f.practice.median_seconds < least),
    )
