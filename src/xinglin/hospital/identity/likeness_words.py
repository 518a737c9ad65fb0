"""The codes of likeness: what is compared, for what, with which outcome; each with its name in both languages."""

from django.db.models import TextChoices

from xinglin.hospital.kernel.texts import T


class LikenessKind(TextChoices):
    """What a template holds."""

    FACE = "face"
    VOICE = "voice"


class CheckedKind(TextChoices):
    """What an attempt looked at."""

    FACE = "face"
    VOICE = "voice"
    CARD = "card"


class LikenessPurpose(TextChoices):
    """What an attempt was for."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    VISIT = "visit"
    LIVE = "live"
    ALTERNATIVE = "alternative"


class LikenessDecision(TextChoices):
    """How an attempt ended. Only 'pass' ever counts as a proof."""

    PASS = "pass"
    UNDECIDED = "undecided"
    FAIL = "fail"
    CANNOT_TELL = "cannot_tell"  # a model is absent, or nothing could be compared


class CardSide(TextChoices):
    """Side of a resident identity card."""

    FRONT = "front"  # the side with the portrait
    BACK = "back"


class CardKept(TextChoices):
    """What the person said about a card that disagrees with what was typed."""

    OPEN = ""
    TYPED = "typed"
    CARD = "card"
    AGREES = "agrees"


class ReviewKind(TextChoices):
    """Why a person at the desk has to look."""

    ALTERNATIVE = "alternative"  # asked for by someone who does not want, or cannot pass, the automatic check
    PORTRAIT = "portrait"  # an enrolment that no portrait, or not surely the portrait, confirms
    CARD = "card"  # a card whose number is another than the one typed
    SIMILAR = "similar"  # the likeness of another enrolled person
    MISMATCH = "mismatch"  # somebody alive who is not the enrolled person answered for the account


class ReviewReason(TextChoices):
    """Why the automatic check is not wanted or did not do."""

    REFUSES = "refuses"
    FAILED = "failed"
    NO_CAMERA = "no_camera"
    IMPAIRMENT = "impairment"
    CHANGED = "changed"
    NO_PORTRAIT = "no_portrait"
    UNSURE = "unsure"
    OTHER_NUMBER = "other_number"
    RESEMBLES = "resembles"
    ANOTHER = "another"


class ReviewState(TextChoices):
    """How far a review has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ReviewWay(TextChoices):
    """How the reviewer made sure."""

    TALK = "talk"
    IN_PERSON = "in_person"
    PAPERS = "papers"


NAMES: dict[type[TextChoices], dict[str, T]] = {
    LikenessKind: {
        LikenessKind.FACE: T(zh="人脸", en="face"),
        LikenessKind.VOICE: T(zh="声音", en="voice"),
    },
    LikenessPurpose: {
        LikenessPurpose.REGISTER: T(zh="登记", en="enrolment"),
        LikenessPurpose.SIGN_IN: T(zh="登录", en="signing in"),
        LikenessPurpose.CONFIRM: T(zh="再次确认", en="confirming again"),
        LikenessPurpose.VISIT: T(zh="就诊前核验", en="before a visit"),
        LikenessPurpose.LIVE: T(zh="视频就诊", en="video visit"),
        LikenessPurpose.ALTERNATIVE: T(zh="其他核验方式", en="another way"),
    },
    LikenessDecision: {
        LikenessDecision.PASS: T(zh="通过", en="passed"),
        LikenessDecision.UNDECIDED: T(zh="不能确定", en="not certain"),
        LikenessDecision.FAIL: T(zh="未通过", en="not passed"),
        LikenessDecision.CANNOT_TELL: T(zh="无法核验", en="cannot be verified"),
    },
    ReviewKind: {
        ReviewKind.ALTERNATIVE: T(zh="申请其他核验方式", en="asks for another way"),
        ReviewKind.PORTRAIT: T(zh="登记的人脸待人工核对", en="an enrolled face to be looked at"),
        ReviewKind.CARD: T(zh="证件与填写不一致", en="card and entry differ"),
        ReviewKind.SIMILAR: T(zh="与另一人的登记相似", en="resembles another enrolled person"),
        ReviewKind.MISMATCH: T(zh="作答的不是登记的人", en="not the enrolled person answered"),
    },
    ReviewReason: {
        ReviewReason.REFUSES: T(zh="不希望使用人脸识别", en="does not want face recognition"),
        ReviewReason.FAILED: T(zh="多次没有通过", en="did not pass several times"),
        ReviewReason.NO_CAMERA: T(zh="没有摄像头", en="has no camera"),
        ReviewReason.IMPAIRMENT: T(zh="身体原因不便完成动作", en="cannot make the movements"),
        ReviewReason.CHANGED: T(zh="容貌有变化", en="looks different now"),
        ReviewReason.NO_PORTRAIT: T(zh="没有可比对的证件头像", en="no portrait to compare with"),
        ReviewReason.UNSURE: T(zh="与证件头像的相似度不能确定", en="not certain to be the portrait's face"),
        ReviewReason.OTHER_NUMBER: T(zh="证件号码与填写的不同", en="the card shows another number"),
        ReviewReason.RESEMBLES: T(zh="与另一人的登记相似", en="resembles another enrolled person"),
        ReviewReason.ANOTHER: T(zh="现场的人与登记的人不同", en="the live face is not the enrolled one"),
    },
    ReviewState: {
        ReviewState.ASKED: T(zh="待审核", en="waiting for review"),
        ReviewState.ACCEPTED: T(zh="已通过", en="accepted"),
        ReviewState.REFUSED: T(zh="未通过", en="not accepted"),
        ReviewState.WITHDRAWN: T(zh="已撤回", en="withdrawn"),
    },
    ReviewWay: {
        ReviewWay.TALK: T(zh="视频或电话交谈", en="a short live talk"),
        ReviewWay.IN_PERSON: T(zh="当面核对证件", en="seen in person with the document"),
        ReviewWay.PAPERS: T(zh="核对照片和材料", en="pictures and papers compared"),
    },
}

ASKABLE = (
    ReviewReason.REFUSES,
    ReviewReason.FAILED,
    ReviewReason.NO_CAMERA,
    ReviewReason.IMPAIRMENT,
    ReviewReason.CHANGED,
)
"""Reasons that a person may give when asking for another way."""

FIELD_NAMES: dict[str, T] = {
    "name": T(zh="姓名", en="Name"),
    "sex": T(zh="性别", en="Sex"),
    "ethnicity": T(zh="民族", en="Ethnic group"),
    "birth_on": T(zh="出生日期", en="Date of birth"),
    "address": T(zh="住址", en="Address"),
    "number": T(zh="证件号码", en="Number"),
    "authority": T(zh="签发机关", en="Issued by"),
    "valid_from": T(zh="有效期起", en="Valid from"),
    "valid_to": T(zh="有效期至", en="Valid until"),
}
"""Fields of a card, front then back, in the order in which they are shown."""


def name(code: TextChoices) -> T:
    """The name of a code in both languages."""
    return NAMES[type(code)][code.value]
