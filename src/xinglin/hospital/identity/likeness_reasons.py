"""What a person reads about an attempt: the movements that are asked for, and why it did not pass."""

from xinglin.biometrics.liveness import Failure, Step
from xinglin.hospital.kernel.texts import T

STEP_NAMES: dict[str, T] = {
    Step.LEFT: T(zh="慢慢向您的左边转头", en="Turn your head slowly to your left"),
    Step.RIGHT: T(zh="慢慢向您的右边转头", en="Turn your head slowly to your right"),
    Step.BLINK: T(zh="闭上眼睛，再睁开", en="Close your eyes, then open them"),
}

REASONS: dict[str, T] = {
    Failure.TWO_FACES: T(zh="画面里有第二张脸。", en="There was a second face in the picture."),
    Failure.FACE_LOST: T(
        zh="看不到完整的脸，请靠近一些、对准画面中央。", en="No whole face was seen: come closer, to the middle."
    ),
    Failure.PERSON_CHANGED: T(zh="中途换了人，或脸被遮挡。", en="The person changed, or the face was covered."),
    Failure.WRONG_STEP: T(zh="动作的方向或顺序与提示不同。", en="The movement was another than the one asked for."),
    Failure.STEP_TIMEOUT: T(
        zh="没有看到提示的动作，幅度可以大一些。", en="A movement was not seen: make it a little larger."
    ),
    Failure.TIMEOUT: T(zh="时间用完了。", en="Time ran out."),
    Failure.TOO_MANY_FRAMES: T(zh="画面过多。", en="Too many pictures."),
    Failure.TIME_BACKWARDS: T(zh="画面的时刻不对。", en="The instants of the pictures are wrong."),
    Failure.NOT_ALIVE: T(
        zh="不能确认是真人在镜头前，请换一处光线、不要对着屏幕或照片。",
        en="It could not be told that a live person is there: change the light, no screens or photos.",
    ),
    Failure.OTHER_PERSON: T(zh="与登记的人不是同一个人。", en="This is not the enrolled person."),
    Failure.UNSURE_PERSON: T(zh="与登记的相似度不够，不能确定。", en="Not similar enough to be certain."),
    "steps_missing": T(
        zh="没有看到全部动作，请按提示做完。", en="Not every movement was seen: follow the prompts to the end."
    ),
    "no_straight_frame": T(
        zh="没有正对镜头的清晰画面，请先看着镜头。", en="No clear picture straight ahead: look at the camera first."
    ),
    "bad_frames": T(zh="有画面读不出来。", en="Some pictures could not be read."),
    "not_the_portrait": T(zh="与证件头像不是同一个人。", en="This is not the face on the card."),
    "unsure_portrait": T(
        zh="与证件头像的相似度不够，需人工核对。", en="Not certain to be the portrait's face: a person looks."
    ),
    "no_card": T(zh="没有证件照片可以比对，需人工核对。", en="No card to compare with: a person looks."),
    "no_portrait_face": T(zh="证件照片上看不清头像，需人工核对。", en="No clear portrait on the card: a person looks."),
    "not_accepted_yet": T(zh="登记的人脸还在等待人工核对。", en="The enrolled face still waits for a person to look."),
    "template_foreign": T(zh="保存的模板打不开，请重新登记。", en="The stored template does not open: enrol again."),
    "template_outdated": T(zh="核验引擎已更换，请重新登记。", en="The engine was replaced: enrol again."),
    "talk": T(zh="经交谈核对。", en="Made sure in a talk."),
    "in_person": T(zh="经当面核对。", en="Made sure in person."),
    "papers": T(zh="经材料核对。", en="Made sure by papers."),
}


def reason_text(code: str) -> T:
    """A reason for people; the code itself where a swapped engine gives one that is not known here."""
    return REASONS.get(code) or T(zh=code, en=code)
