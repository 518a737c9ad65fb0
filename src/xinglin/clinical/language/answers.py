"""Bare answers: yes, no, not sure, all, none."""

from __future__ import annotations

import re
from typing import Final

from xinglin.clinical.language.normal import normalise
from xinglin.clinical.language.reading import Polarity

ALL_NO: Final = re.compile(
    r"^\W*(?:(?:这些|那些|以上|上述)?(?:都|全都|全|均|啥都|什么都|一个都|也都)(?:没有?|无|不)(?:有|过|的|啊"
    r"|呢)?|no to (?:all|both|everything)"
    r"|none(?: of (?:those|these|them|that))?"
    r"|neither|nothing like that|没有没有|都不)"
)
ALL_YES: Final = re.compile(
    r"^\W*(?:(?:都|全都|全|两个都|两样都)有|yes to (?:all|both|everything)|all of (?:them|those|the above)|both|都是)"
)
_UNSURE: Final = re.compile(
    r"^\W*(?:不(?:太|大)?(?:知道|确定|清楚|记得)|说不(?:好|清)|没(?:注意|留意|量|测|查)|not (?:sure|certain"
    r"|really sure)"
    r"|(?:i )?(?:don't|dont|do not) (?:know|remember|think so i'm not sure)|i'm not sure|no idea|unsure|maybe"
    r"|可能吧|也许|hard to say)"
)
_NO: Final = re.compile(
    r"^\W*(?:没有?过?|无|不(?!停|断|舒|太舒|过|错|时|少|但|仅|知|确|清)|否|木有|么得|冇|(?:没|不)(?:有|是|会"
    r"|痛|疼|痒|发|咳|吐)?|no\b|nope|nah"
    r"|not (?:really|at all|that i|yet|any)|never|none|negative|i (?:don't|dont|haven't|didn't|do not"
    r"|have not)|doesn't|don't|hasn't|isn't)"
)
_YES: Final = re.compile(
    r"^\W*(?:有(?:的|点|一点|些|过|啊|时)?|嗯+|是(?:的|啊|呀)?|对(?:的|啊|呀)?|会的?|恩+|偶尔|经常|一直有|可以"
    r"|确实|当然|yes\b|yeah|yep|yup|ya\b"
    r"|sure\b|correct|right\b|a (?:little|bit)|sometimes|occasionally|definitely|i (?:do|have|am|did)\b"
    r"|it does|kind of|sort of|quite|some\b|always|still|often|ok\b|mhm|uh huh)"
)


_FINE: Final = re.compile(
    r"^\W*(?:(?:嗯+|恩|对|都|全都|全|挺|很|也|一直|比较|还|基本|蛮|是|大小便|大便|小便|吃喝|吃饭|睡眠|it's|they're|all|pretty"
    r"|quite|yes)\W*)*"
    r"(?:正常|挺好|很好|还好|好|还行|还可以|可以|没问题|没事|没什么问题|没变化|没啥变化|normal|fine|ok|okay|good"
    r"|regular|no problems?|no changes?|as usual|same as usual|unchanged)(?:的|啊|呀|吧|了|呢)?\W*$"
)


def says_normal(text: str) -> bool:
    """Whether a bare answer calls what was asked for normal (大便怎么样？正常)."""
    return _FINE.match(normalise(text).strip()) is not None


def polarity_of(text: str) -> Polarity | None:
    """What a bare answer says: yes, no, not sure; None when it is no such answer."""
    plain = normalise(text).strip()
    if _UNSURE.match(plain):
        return "unsure"
    if _YES.match(plain) and not re.match(r"^\W*(?:有没有|是不是)", plain):
        return "present"
    return "absent" if _NO.match(plain) else None
