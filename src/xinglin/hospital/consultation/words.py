"""The closed lists of the consultation, each member with a stable code and a name in both languages."""

from enum import StrEnum

from xinglin.hospital.kernel.texts import T


class Named(StrEnum):
    """A code with a name for people."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> "Named":
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh
        member.en = en
        return member

    @property
    def label(self) -> T:
        """The name in both languages."""
        return T(zh=self.zh, en=self.en)

    @classmethod
    def pairs(cls) -> list[tuple[str, str]]:
        """Code and Chinese name, as Django's `choices` wants them."""
        return [(str(member), member.zh) for member in cls]


class VisitState(Named):
    """Where a visit stands. Only WAITING and IN_PROGRESS go on; the last four are ends."""

    REQUESTED = ("requested", "待判断复诊依据", "evidence to be judged")
    WAITING = ("waiting", "候诊", "waiting")
    IN_PROGRESS = ("in_progress", "接诊中", "in consultation")
    ENDED = ("ended", "已结束", "ended")
    REFERRED = ("referred", "已转线下", "referred offline")
    CANCELLED = ("cancelled", "已取消", "cancelled")
    REFUNDED = ("refunded", "超时退款", "refunded: promise broken")


OPEN = frozenset({VisitState.REQUESTED, VisitState.WAITING, VisitState.IN_PROGRESS})
BEFORE_START = frozenset({VisitState.REQUESTED, VisitState.WAITING})


class Channel(Named):
    """Online here; in person for what the house's physical institutions recorded."""

    ONLINE = ("online", "线上", "online")
    IN_PERSON = ("in_person", "线下", "in person")


class Mode(Named):
    """What kind of service a visit is."""

    FOLLOW_UP = ("follow_up", "复诊", "follow-up")
    FIRST_VISIT = ("first_visit", "首诊", "first visit")


class EvidenceKind(Named):
    """Papers that may show an earlier diagnosis (rules of 2022 for internet care, article 18), and our own record."""

    OUTPATIENT_RECORD = ("outpatient_record", "门诊病历", "outpatient record")
    INPATIENT_RECORD = ("inpatient_record", "住院病历", "inpatient record")
    DISCHARGE_SUMMARY = ("discharge_summary", "出院小结", "discharge summary")
    DIAGNOSIS_CERTIFICATE = ("diagnosis_certificate", "诊断证明", "diagnosis certificate")
    IN_HOUSE = ("in_house", "本院系统内病历", "record in this house")


class Judgement(Named):
    """What the physician said of the evidence."""

    PENDING = ("pending", "待判断", "not judged yet")
    ACCEPTED = ("accepted", "认可", "accepted")
    REFUSED = ("refused", "不认可", "refused")


class Side(Named):
    """Who speaks in a conversation."""

    PATIENT = ("patient", "患者", "patient")
    PHYSICIAN = ("physician", "医师", "physician")
    SYSTEM = ("system", "系统", "system")


class MessageKind(Named):
    """What a message holds."""

    TEXT = ("text", "文字", "text")
    PICTURE = ("picture", "图片", "picture")
    SYSTEM = ("system", "系统", "system")


class PictureUse(Named):
    """What a stored picture is for."""

    MESSAGE = ("message", "对话图片", "picture in the conversation")
    EVIDENCE = ("evidence", "复诊依据", "follow-up evidence")
    ATTACHMENT = ("attachment", "病历附件", "attachment of the record")


class RecordState(Named):
    """A record is a draft until it is signed, then locked."""

    DRAFT = ("draft", "草稿", "draft")
    SIGNED = ("signed", "已签名", "signed")


class DangerTier(Named):
    """How urgent a danger sign is."""

    CALL_120 = ("call_120", "请立即拨打 120", "Call 120 now")
    HOSPITAL_NOW = ("hospital_now", "请现在就去医院急诊", "Go to an emergency department now")
    ASK = ("ask", "请医师先问这一项", "The physician asks about this first")


class Reaction(Named):
    """How an allergy showed. The codes are those of the medicine check."""

    ANY = ("any", "皮疹或其他", "rash or other")
    IMMEDIATE = ("immediate", "很快出现：风团、喉头紧、头晕", "at once: hives, tight throat, faintness")
    SEVERE = ("severe", "严重：休克、大片脱皮、住院抢救", "severe: shock, skin coming off, emergency care")
    INTOLERANCE = ("intolerance", "不耐受：恶心、腹泻等", "not tolerated: nausea, diarrhoea and the like")
