"""The codes that identity's tables hold, each with its name in both languages."""

from django.db.models import TextChoices

from xinglin.hospital.kernel.texts import T

# ACCOUNTS


class AccountKind(TextChoices):
    """Whose account."""

    PATIENT = "patient"
    STAFF = "staff"


class OfficeRole(TextChoices):
    """Roles of staff who do not practise."""

    MEDICAL_AFFAIRS = "medical_affairs"
    AUDITOR = "auditor"
    REGULATOR = "regulator"


class ProofMethod(TextChoices):
    """How someone proved to be the holder of an account."""

    PASSWORD = "password"
    TOTP = "totp"
    PASSKEY = "passkey"
    CODE = "code"
    DEMO = "demo"
    FACE = "face"  # a live face after a challenge, compared with the enrolled template


class CodePurpose(TextChoices):
    """What a phone code is for; a code for one purpose opens no other door."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    APPLY = "apply"
    CONFIRM = "confirm"  # someone signed in shows once more that the phone is in their hand


# PEOPLE


class Sex(TextChoices):
    """Sex as the document states it."""

    MALE = "M"
    FEMALE = "F"


class IdType(TextChoices):
    """Kind of identity document."""

    RESIDENT = "resident"
    HK_MACAO = "hk_macao"
    TAIWAN = "taiwan"
    FOREIGN = "foreign"
    PASSPORT = "passport"
    MOTHER = "mother"  # a newborn under the mother's document


class PersonStatus(TextChoices):
    """Whether the entry is in use."""

    ACTIVE = "active"
    MERGED = "merged"
    CLOSED = "closed"


class CheckMethod(TextChoices):
    """How a person was checked."""

    DOCUMENT = "document"
    REGISTRY = "registry"
    FACE = "face"
    PHONE = "phone"


class CheckResult(TextChoices):
    """What the check answered. Only 'match' and 'pass' ever count for the person."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    DOWN = "down"
    PASS = "pass"


class PhotoKind(TextChoices):
    """What a document photo shows."""

    IDENTITY_FRONT = "identity_front"
    IDENTITY_BACK = "identity_back"
    GUARDIANSHIP = "guardianship"


class Relation(TextChoices):
    """What the guardian is to the ward."""

    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    SPOUSE = "spouse"
    CHILD = "child"
    APPOINTED = "appointed"


class GuardianshipState(TextChoices):
    """How far a guardianship has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ENDED = "ended"


# INSTITUTIONS AND PRACTICE


class InstitutionKind(TextChoices):
    """Forms of institution."""

    INTERNET_HOSPITAL = "internet_hospital"
    HOSPITAL = "hospital"
    HEALTH_CENTRE = "health_centre"
    VILLAGE_CLINIC = "village_clinic"
    PHARMACY = "pharmacy"


class InstitutionStatus(TextChoices):
    """Whether the institution exists."""

    ACTIVE = "active"
    CLOSED = "closed"


class PractitionerKind(TextChoices):
    """The professions that practise here."""

    PHYSICIAN = "physician"
    PHARMACIST = "pharmacist"


class Title(TextChoices):
    """Professional titles by rank, physicians' first."""

    RESIDENT = "resident"
    ATTENDING = "attending"
    ASSOCIATE_CHIEF = "associate_chief"
    CHIEF = "chief"
    PHARMACIST = "pharmacist"
    PHARMACIST_IN_CHARGE = "pharmacist_in_charge"
    ASSOCIATE_CHIEF_PHARMACIST = "associate_chief_pharmacist"
    CHIEF_PHARMACIST = "chief_pharmacist"


class PractitionerStatus(TextChoices):
    """Whether the credential record is in use; suspensions are intervals beside it."""

    ACTIVE = "active"
    ENDED = "ended"


class PaymentState(TextChoices):
    """What happened to the right to be paid by the fund."""

    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class ApplicationState(TextChoices):
    """How far an application has come."""

    APPLIED = "applied"
    APPROVED = "approved"
    RETURNED = "returned"
    REFUSED = "refused"


class PaperKind(TextChoices):
    """Papers of an application."""

    PRACTICE_LICENCE = "practice_licence"
    QUALIFICATION = "qualification"
    TITLE = "title"
    CONSENT = "consent"  # of the institution where the practitioner is registered
    FILING = "filing"


# NAMES

NAMES: dict[type[TextChoices], dict[str, T]] = {
    Sex: {
        Sex.MALE: T(zh="男", en="male"),
        Sex.FEMALE: T(zh="女", en="female"),
    },
    IdType: {
        IdType.RESIDENT: T(zh="居民身份证", en="resident identity card"),
        IdType.HK_MACAO: T(zh="港澳居民来往内地通行证", en="travel permit (Hong Kong, Macao)"),
        IdType.TAIWAN: T(zh="台湾居民来往大陆通行证", en="travel permit (Taiwan)"),
        IdType.FOREIGN: T(zh="外国人永久居留身份证", en="foreign permanent resident card"),
        IdType.PASSPORT: T(zh="护照", en="passport"),
        IdType.MOTHER: T(zh="母亲证件（新生儿）", en="mother's document (newborn)"),
    },
    CheckResult: {
        CheckResult.MATCH: T(zh="一致", en="match"),
        CheckResult.MISMATCH: T(zh="不一致", en="no match"),
        CheckResult.UNKNOWN: T(zh="查无此人", en="not in the register"),
        CheckResult.DOWN: T(zh="登记库暂不可用", en="register out of reach"),
        CheckResult.PASS: T(zh="通过", en="passed"),
    },
    Relation: {
        Relation.MOTHER: T(zh="母亲", en="mother"),
        Relation.FATHER: T(zh="父亲", en="father"),
        Relation.GRANDPARENT: T(zh="祖父母或外祖父母", en="grandparent"),
        Relation.SIBLING: T(zh="兄弟姐妹", en="brother or sister"),
        Relation.SPOUSE: T(zh="配偶", en="spouse"),
        Relation.CHILD: T(zh="子女", en="son or daughter"),
        Relation.APPOINTED: T(zh="依法指定的监护人", en="guardian appointed by law"),
    },
    GuardianshipState: {
        GuardianshipState.ASKED: T(zh="待审核", en="waiting for review"),
        GuardianshipState.ACCEPTED: T(zh="已确认", en="confirmed"),
        GuardianshipState.REFUSED: T(zh="未通过", en="not accepted"),
        GuardianshipState.ENDED: T(zh="已结束", en="ended"),
    },
    InstitutionKind: {
        InstitutionKind.INTERNET_HOSPITAL: T(zh="互联网医院", en="internet hospital"),
        InstitutionKind.HOSPITAL: T(zh="医院", en="hospital"),
        InstitutionKind.HEALTH_CENTRE: T(zh="社区卫生服务中心或乡镇卫生院", en="health centre"),
        InstitutionKind.VILLAGE_CLINIC: T(zh="村卫生室或社区卫生服务站", en="village clinic"),
        InstitutionKind.PHARMACY: T(zh="药店", en="pharmacy"),
    },
    PractitionerKind: {
        PractitionerKind.PHYSICIAN: T(zh="医师", en="physician"),
        PractitionerKind.PHARMACIST: T(zh="药师", en="pharmacist"),
    },
    Title: {
        Title.RESIDENT: T(zh="住院医师", en="resident physician"),
        Title.ATTENDING: T(zh="主治医师", en="attending physician"),
        Title.ASSOCIATE_CHIEF: T(zh="副主任医师", en="associate chief physician"),
        Title.CHIEF: T(zh="主任医师", en="chief physician"),
        Title.PHARMACIST: T(zh="药师", en="pharmacist"),
        Title.PHARMACIST_IN_CHARGE: T(zh="主管药师", en="pharmacist in charge"),
        Title.ASSOCIATE_CHIEF_PHARMACIST: T(zh="副主任药师", en="associate chief pharmacist"),
        Title.CHIEF_PHARMACIST: T(zh="主任药师", en="chief pharmacist"),
    },
    ApplicationState: {
        ApplicationState.APPLIED: T(zh="待审核", en="waiting for a decision"),
        ApplicationState.APPROVED: T(zh="已准入", en="admitted"),
        ApplicationState.RETURNED: T(zh="退回补正", en="returned for correction"),
        ApplicationState.REFUSED: T(zh="不予准入", en="refused"),
    },
    PaperKind: {
        PaperKind.PRACTICE_LICENCE: T(zh="执业证书", en="practice licence"),
        PaperKind.QUALIFICATION: T(zh="资格证书", en="qualification certificate"),
        PaperKind.TITLE: T(zh="职称证书", en="title certificate"),
        PaperKind.CONSENT: T(zh="注册机构同意书", en="consent of the institution of registration"),
        PaperKind.FILING: T(zh="多机构备案证明", en="proof of multi-site filing"),
    },
    PaymentState: {
        PaymentState.SUSPENDED: T(zh="暂停医保支付资格", en="payment right suspended"),
        PaymentState.TERMINATED: T(zh="终止医保支付资格", en="payment right ended"),
    },
}
"""By vocabulary: two of them may use one code for different things (a resident card, a resident physician)."""

LANGUAGES: dict[str, T] = {
    "zh": T(zh="普通话", en="Mandarin"),
    "en": T(zh="英语", en="English"),
    "yue": T(zh="粤语", en="Cantonese"),
    "ja": T(zh="日语", en="Japanese"),
    "ko": T(zh="韩语", en="Korean"),
    "ru": T(zh="俄语", en="Russian"),
    "fr": T(zh="法语", en="French"),
}

ONLINE_SERVICES: dict[str, T] = {
    "follow_up": T(zh="复诊", en="follow-up"),
    "family_doctor": T(zh="家庭医生签约服务", en="family-doctor contract service"),
    "consult": T(zh="医师间会诊", en="consultation between physicians"),
    "advice": T(zh="健康咨询", en="health advice"),
}

# Codes of hospital level as the insurers' interface numbers them.
LEVELS: dict[str, T] = {
    "01": T(zh="三级特等", en="level 3, special"),
    "02": T(zh="三级甲等", en="level 3 A"),
    "03": T(zh="三级乙等", en="level 3 B"),
    "04": T(zh="三级丙等", en="level 3 C"),
    "05": T(zh="二级甲等", en="level 2 A"),
    "06": T(zh="二级乙等", en="level 2 B"),
    "07": T(zh="二级丙等", en="level 2 C"),
    "08": T(zh="一级甲等", en="level 1 A"),
    "09": T(zh="一级乙等", en="level 1 B"),
    "10": T(zh="一级丙等", en="level 1 C"),
    "11": T(zh="未定级", en="no level"),
    "12": T(zh="三级未评等", en="level 3, not graded"),
    "13": T(zh="二级未评等", en="level 2, not graded"),
    "14": T(zh="一级未评等", en="level 1, not graded"),
}


def name(code: TextChoices) -> T:
    """The name of a code in both languages."""
    return NAMES[type(code)][code.value]
