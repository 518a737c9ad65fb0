"""Refusals of the likeness: each with a stable code and one plain sentence in both languages.

The package is pure, so these are not the hospital's refusals; whoever calls turns them into one of its own.
"""

from typing import Final, NamedTuple


class Sentence(NamedTuple):
    """One sentence in both languages."""

    zh: str
    en: str


class BiometricError(ValueError):
    """Something that cannot be read, compared or verified. `kind` and `code` together are stable."""

    kind: str = "biometrics"

    def __init__(self, code: str, sentence: Sentence) -> None:
        super().__init__(sentence.en)
        self.code = code
        self.sentence = sentence

    @property
    def dotted(self) -> str:
        """Kind and code, such as `image.truncated`."""
        return f"{self.kind}.{self.code}"


_IMAGE: Final[dict[str, Sentence]] = {
    "empty": Sentence("文件是空的，请重新拍摄或选择照片。", "The file is empty: take or choose the picture again."),
    "too_large": Sentence(
        "文件过大，请使用不超过 12 MB 的照片。", "The file is too large: use a picture of at most 12 MB."
    ),
    "not_an_image": Sentence(
        "这不是可以识别的照片，请使用 JPEG、PNG 或 WebP 格式。", "This is not a picture: use JPEG, PNG or WebP."
    ),
    "polyglot": Sentence(
        "照片末尾附有其他内容，请直接使用相机拍摄的照片。",
        "Something else hangs on the end of the picture: use it as the camera made it.",
    ),
    "truncated": Sentence("照片不完整或已损坏，请重新上传。", "The picture is incomplete or damaged: send it again."),
    "too_small": Sentence("照片尺寸过小，每边至少 64 像素。", "The picture is too small: 64 pixels a side at least."),
    "too_many_pixels": Sentence(
        "照片像素过多，请使用不超过 4000 万像素的照片。",
        "The picture has too many pixels: use one of at most 40 million.",
    ),
    "animated": Sentence("请使用静止的照片，不要使用动图。", "Use a still picture, not a moving one."),
}


class BadImage(BiometricError):
    """A file that is no picture which can be read safely; `code` says what is wrong with it."""

    kind = "image"
    CODES = frozenset(_IMAGE)

    def __init__(self, code: str) -> None:
        super().__init__(code, _IMAGE[code])


_SOUND: Final[dict[str, Sentence]] = {
    "empty": Sentence("录音是空的，请重新录制。", "The recording is empty: record it again."),
    "too_large": Sentence("录音文件过大，请录制较短的一段。", "The recording is too large: record a shorter one."),
    "not_a_sound": Sentence("这不是可以识别的录音，请使用 WAV 格式。", "This is not a recording: use WAV."),
    "truncated": Sentence("录音不完整，请重新上传。", "The recording is incomplete: send it again."),
    "too_short": Sentence("录音太短，请多说几秒。", "The recording is too short: speak some seconds longer."),
    "too_long": Sentence("录音太长，请录制较短的一段。", "The recording is too long: record a shorter one."),
    "wrong_rate": Sentence(
        "录音采样率不受支持，请使用 8 至 96 kHz。", "This sampling rate is not supported: use 8 to 96 kHz."
    ),
    "silent": Sentence("没有听到说话声，请检查麦克风。", "No speech was heard: check the microphone."),
    "clipped": Sentence("声音过大而失真，请离麦克风远一些。", "The sound is distorted: move away from the microphone."),
}


class BadSound(BiometricError):
    """A file that is no recording which can be read safely; `code` says what is wrong with it."""

    kind = "sound"
    CODES = frozenset(_SOUND)

    def __init__(self, code: str) -> None:
        super().__init__(code, _SOUND[code])


class NotInstalled(BiometricError):
    """A model or library that verification needs is not on this machine: what it would tell cannot be told.

    `model` is the id of the manifest's row (or a library), `how` says how to bring it.
    """

    kind = "model"

    def __init__(self, model: str, how: str = "xinglin biometrics fetch", *, code: str = "not_installed") -> None:
        self.model = model
        self.how = how
        super().__init__(code, self._sentence(model, how))

    @staticmethod
    def _sentence(model: str, how: str) -> Sentence:
        return Sentence(
            f"本机没有安装模型 {model}，因此无法核验；安装方法：{how}。",
            f"The model {model} is not installed here, so this cannot be verified; to install it: {how}.",
        )


class WrongModel(NotInstalled):
    """A model's file is there, but its content is not what the manifest names: it is not used."""

    def __init__(self, model: str, how: str = "xinglin biometrics fetch") -> None:
        super().__init__(model, how, code="wrong_checksum")

    @staticmethod
    def _sentence(model: str, how: str) -> Sentence:
        return Sentence(
            f"模型 {model} 的文件与清单中的校验值不符，已拒绝使用；重新安装：{how}。",
            f"The file of the model {model} does not match its checksum and is refused; to install it again: {how}.",
        )


_TEMPLATE: Final[dict[str, Sentence]] = {
    "unreadable": Sentence("模板已损坏，请重新登记。", "The template is damaged: enrol again."),
    "foreign": Sentence(
        "模板由另一引擎或另一版本生成，无法比对，请重新登记。",
        "The template was made by another engine or version and cannot be compared: enrol again.",
    ),
}


class BadTemplate(BiometricError):
    """A template that cannot be read or that another engine or version made."""

    kind = "template"
    CODES = frozenset(_TEMPLATE)

    def __init__(self, code: str) -> None:
        super().__init__(code, _TEMPLATE[code])


class BadManifest(BiometricError):
    """The table of models contradicts itself; nothing is loaded from it."""

    kind = "manifest"

    def __init__(self, why: str) -> None:
        super().__init__("invalid", Sentence(f"模型清单有误：{why}", f"The table of models is wrong: {why}"))
