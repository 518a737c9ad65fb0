"""The enumerations that facts use. Codes are stable; names in both languages are for people."""

from __future__ import annotations

from xinglin.supervision.verdicts import Coded


class Channel(Coded):
    """How the patient is seen."""

    ONLINE = ("online", "线上", "online")
    IN_PERSON = ("in_person", "线下", "in person")


class Service(Coded):
    """What kind of service the encounter is."""

    FOLLOW_UP = ("follow_up", "复诊", "follow-up")
    FIRST_VISIT = ("first_visit", "首诊", "first visit")
    FAMILY_DOCTOR = ("family_doctor", "家庭医生签约服务", "family-doctor contract service")
    CONSULT = ("consult", "医生间会诊", "consultation between physicians")
    ADVICE = ("advice", "健康咨询", "health advice without diagnosis")


class IdentityState(Coded):
    """Result of the last real-name check of a patient."""

    VERIFIED = ("verified", "已核验", "verified")
    FAILED = ("failed", "核验不通过", "failed")
    PENDING = ("pending", "核验中", "pending")
    NONE = ("none", "未核验", "not checked")


class IdentityBasis(Coded):
    """On whose document the real name rests."""

    OWN = ("own", "本人证件", "own document")
    MOTHER = ("mother", "母亲证件（新生儿）", "mother's document (newborn)")


class Registration(Coded):
    """State of a physician's registration as the register holds it for the day."""

    ACTIVE = ("active", "有效", "active")
    SUSPENDED = ("suspended", "暂停", "suspended")
    REVOKED = ("revoked", "吊销或注销", "revoked or cancelled")
    NONE = ("none", "未注册", "not registered")


class AuthMethod(Coded):
    """How a physician proved to be the physician."""

    NONE = ("none", "未认证", "none")
    PASSWORD = ("password", "密码", "password alone")
    TOTP = ("totp", "密码加动态口令", "password and one-time code")
    PASSKEY = ("passkey", "通行密钥", "passkey")
    FACE = ("face", "人脸识别", "face recognition")
    CERTIFICATE = ("certificate", "数字证书", "digital certificate")
    DEMO = ("demo", "演示登录", "demonstration sign-in")


class EvidenceKind(Coded):
    """Kind of the document that shows an earlier diagnosis."""

    OUTPATIENT_RECORD = ("outpatient_record", "门诊病历", "outpatient record")
    INPATIENT_RECORD = ("inpatient_record", "住院病历", "inpatient record")
    DISCHARGE_SUMMARY = ("discharge_summary", "出院小结", "discharge summary")
    DIAGNOSIS_CERTIFICATE = ("diagnosis_certificate", "诊断证明", "diagnosis certificate")
    OTHER = ("other", "其他材料", "another document")
    NONE = ("none", "无", "none")


class Judgement(Coded):
    """What the physician said of the evidence."""

    ACCEPTED = ("accepted", "认可", "accepted")
    REFUSED = ("refused", "不认可", "refused")
    PENDING = ("pending", "未判断", "not judged yet")


class PrescriptionKind(Coded):
    """Which limit of days a prescription claims for itself."""

    ORDINARY = ("ordinary", "普通处方", "ordinary")
    EMERGENCY = ("emergency", "急诊处方", "emergency")
    REASONED = ("reasoned", "注明理由延长的处方", "longer, with the reason stated")
    LONG = ("long", "长期处方", "long-term prescription")


class PrescriptionOrigin(Coded):
    """How the lines of a prescription came to be written."""

    TYPED = ("typed", "逐项开具", "written line by line")
    OWN_TEMPLATE = ("own_template", "医师自建模板", "a template of the physician's own")
    REPEAT = ("repeat", "续方", "an earlier prescription repeated")
    CONFIRMED = ("confirmed", "系统建议后逐项确认", "proposed by a machine, each line confirmed or changed")
    MACHINE = ("machine", "系统生成未逐项确认", "made by a machine, not confirmed line by line")


class Stage(Coded):
    """How far a prescription has come when it is judged, the deed being judged included."""

    DRAFT = ("draft", "草稿", "draft")
    SIGNED = ("signed", "已签名", "signed")
    REVIEWED = ("reviewed", "已审核", "reviewed")
    SETTLED = ("settled", "已结算", "settled")
    DISPENSED = ("dispensed", "已发药", "handed over or shipped")
    ENDED = ("ended", "已作废", "cancelled or returned before use")


class ReviewResult(Coded):
    """Result of the pharmacist's review of this version of the prescription."""

    NONE = ("none", "未审核", "not reviewed")
    APPROVED = ("approved", "通过", "approved")
    QUERIED = ("queried", "询问医师", "question to the physician")
    REFUSED = ("refused", "退回", "returned or refused")


class SpecialControl(Coded):
    """Class of special control of a medicine."""

    NONE = ("none", "非特殊管理", "none")
    NARCOTIC = ("narcotic", "麻醉药品", "narcotic")
    PSYCHOTROPIC_1 = ("psychotropic_1", "第一类精神药品", "psychotropic class I")
    PSYCHOTROPIC_2 = ("psychotropic_2", "第二类精神药品", "psychotropic class II")
    TOXIC = ("toxic", "医疗用毒性药品", "medical toxic")
    RADIOACTIVE = ("radioactive", "放射性药品", "radioactive")
    PRECURSOR = ("precursor", "药品类易制毒化学品", "precursor chemical")
    HIGH_RISK = ("high_risk", "其他用药风险较高的药品", "other high-risk medicine")


class EarlierSale(Coded):
    """What became of the earlier sale of the same trace code, the nearest one before this sale."""

    NONE = ("none", "此前未售出", "never sold before")
    SOLD = ("sold", "已售出", "sold and not returned")
    RETURNED = ("returned", "已有效退回本机构", "validly returned to this institution")
    RETURNED_ELSEWHERE = ("returned_elsewhere", "退回其他机构", "returned to another institution")


class Sex(Coded):
    """Sex in the register."""

    MALE = ("male", "男", "male")
    FEMALE = ("female", "女", "female")
    OTHER = ("other", "其他或未说明", "other or not stated")


class Title(Coded):
    """Professional title, lowest first."""

    RESIDENT = ("resident", "住院医师", "resident physician")
    ATTENDING = ("attending", "主治医师", "attending physician")
    ASSOCIATE_CHIEF = ("associate_chief", "副主任医师", "associate chief physician")
    CHIEF = ("chief", "主任医师", "chief physician")
    OTHER = ("other", "其他", "another title")


class AntimicrobialGrade(Coded):
    """Grade of an antimicrobial, or the highest grade that a physician may prescribe."""

    NONE = ("none", "无", "none")
    UNRESTRICTED = ("unrestricted", "非限制使用级", "unrestricted")
    RESTRICTED = ("restricted", "限制使用级", "restricted")
    SPECIAL = ("special", "特殊使用级", "special")


class InstitutionKind(Coded):
    """What an institution is."""

    HOSPITAL = ("hospital", "医院", "hospital")
    PRIMARY = ("primary", "基层医疗卫生机构", "primary-care institution")
    INTERNET = ("internet", "互联网医院", "internet hospital")
    PHARMACY = ("pharmacy", "定点零售药店", "designated pharmacy")
    OTHER = ("other", "其他", "another")


class Scheme(Coded):
    """Insurance that is asked to pay."""

    EMPLOYEE = ("employee", "职工基本医疗保险", "basic insurance of employees")
    RESIDENT = ("resident", "城乡居民基本医疗保险", "basic insurance of residents")
    WORK_INJURY = ("work_injury", "工伤保险", "work-injury insurance")
    MATERNITY = ("maternity", "生育保险", "maternity insurance")
    NONE = ("none", "自费", "self-pay")


class Benefit(Coded):
    """Kind of benefit that is used."""

    OUTPATIENT = ("outpatient", "普通门诊", "ordinary outpatient")
    CHRONIC = ("chronic", "门诊慢特病", "chronic or special outpatient disease")
    INPATIENT = ("inpatient", "住院", "inpatient")
    PHARMACY = ("pharmacy", "定点药店购药", "purchase in a designated pharmacy")
    NONE = ("none", "不享受待遇", "no benefit")


class CareMode(Coded):
    """How the person came to care."""

    OUTPATIENT = ("outpatient", "门诊", "outpatient")
    EMERGENCY = ("emergency", "急诊", "emergency")
    INPATIENT = ("inpatient", "住院", "inpatient")
    DAY_SURGERY = ("day_surgery", "日间手术", "day surgery")
    PHARMACY = ("pharmacy", "药店购药", "purchase in a pharmacy")
    ONLINE = ("online", "互联网诊疗", "online")
    DIALYSIS = ("dialysis", "血液透析", "dialysis session")


class ItemKind(Coded):
    """What an item is."""

    MEDICINE = ("medicine", "西药或中成药", "medicine")
    DECOCTION = ("decoction", "中药饮片", "decoction piece")
    SERVICE = ("service", "医疗服务项目", "service")
    OPERATION = ("operation", "手术", "operation")
    CONSUMABLE = ("consumable", "医用耗材", "consumable")
    VISIT_FEE = ("visit_fee", "诊查费", "visit fee")


class PracticeKind(Coded):
    """What a statistic of a practitioner is about."""

    DRUG_SHARE = ("drug_share", "单药使用占比", "share of one medicine")
    OVERRIDE_RATE = ("override_rate", "忽略提醒比例", "share of reminders passed over")
    REVIEWS = ("reviews", "药师审方", "a pharmacist's reviews, and how many passed")
