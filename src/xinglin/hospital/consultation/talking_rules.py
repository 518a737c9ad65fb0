"""What counts as a substantive reply. Pure."""

import re

LEAST_CHARACTERS = 10
GREETINGS = (
    "您好", "你好", "在的", "请稍等", "稍等", "请稍候", "稍后回复", "收到", "好的", "请问有什么可以帮您",
    "我是您的接诊医师", "hello", "hi", "please wait", "one moment", "just a moment", "received", "okay", "ok",
    "i will be with you", "how can i help you",
)  # fmt: skip
_NOT_WORDS = re.compile(r"[\W_]+")


def _bare(text: str) -> str:
    return _NOT_WORDS.sub("", text.lower())


_BARE_GREETINGS = sorted((_bare(greeting) for greeting in GREETINGS), key=len, reverse=True)


def is_substantive(text: str) -> bool:
    """Whether a physician's text answers anything: ten characters or more are left once greetings and signs are gone.

    The number is the hospital's own measure of an answer that is more than a courtesy; no law names one.

    >>> is_substantive("您好，请稍等"), is_substantive("您好，这几天血压最高量到多少？有没有头晕？")
    (False, True)
    """
    left = _bare(text)
    for greeting in _BARE_GREETINGS:
        left = left.replace(greeting, "")
    return len(left) >= LEAST_CHARACTERS
