"""What a person reads about an attempt: the movements that are asked for, and why it did not pass."""

from xinglin.biometrics.liveness import Failure, Hint, Step
from xinglin.hospital.kernel.texts import T

STEP_NAMES: dict[str, T] = {
    Step.LEFT: T(zh="慢慢向您的左边转头", en="Turn your head slowly to your left"),
    Step.RIGHT: T(zh="慢慢向您的右边转头", en="Turn your head slowly to your right"),
    Step.BLINK: T(zh="闭上眼睛，再睁开", en="Close your eyes, then open them"),
}

HINT_NAMES: dict[str, T] = {
    Hint.LOOK_STRAIGHT: T(zh="看着镜头，保持正面", en="Look at the camera, straight ahead"),
    Hint.COME_CLOSER: T(zh="有点远，请靠近一些", en="A little far: come closer"),
    Hint.MORE_LIGHT: T(zh="有点暗，请面向光线", en="A little dark: face the light"),
    Hint.LESS_LIGHT: T(zh="太亮了，请避开强光", en="Very bright: turn away from the glare"),
    Hint.HOLD_STILL: T(zh="画面有点糊，请慢一点", en="A little blurred: more slowly"),
    Hint.NO_FACE: T(zh="看不到脸，请把脸放进椭圆里", en="No face in view: place your face in the oval"),
    Hint.ONE_PERSON: T(zh="画面里有别人，请一个人完成", en="Somebody else is in view: alone, please"),
    Hint.FURTHER: T(zh="很好，再转一点", en="Good: a little further"),
    Hint.DO_STEP: T(zh="请按提示做", en="Now, as shown"),
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
    Failure.GAP: T(zh="画面中断过久，可能是网络不稳。", en="No picture came for a while; the line may be weak."),
    Failure.TOO_MANY_FRAMES: T(zh="画面过多。", en="Too many pictures."),
    Failure.TIME_BACKWARDS: T(zh="画面的时刻不对。", en="The instants of the pictures are wrong."),
    Failure.NOT_ALIVE: T(
        zh="不能确认是真人在镜头前，请换一处光线、不要对着屏幕或照片。",
        en="It could not be told that a live person is there: change the light, no screens or photos.",
    ),
    Failure.OTHER_PERSON: T(zh="与登记的人不是同一个人。", en="This is not the enrolled person."),
    Failure.UNSURE_PERSON: T(zh="与登记的相似度不够，不能确定。", en="Not similar enough to be certain."),
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
