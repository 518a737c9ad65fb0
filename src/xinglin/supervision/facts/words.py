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
