"""What is said and written in the visits of the made city: a few sentences, no patient's words."""

from typing import Final

COMPLAINTS: Final = (
    "来复诊，想继续用药。",
    "药快吃完了，请医生看看要不要调整。",
    "最近感觉还好，想续药。",
    "来复诊，有两个问题想问。",
)
TALK: Final = (
    (
        ("physician", "您好，最近测量的情况怎么样？有没有不舒服？"),
        ("patient", "都记着呢，基本平稳，没有特别不舒服。"),
        ("physician", "药都按时吃了吗？有没有漏服？"),
        ("patient", "按时吃的，偶尔忘一次。"),
        ("physician", "好的，按原方案继续，三个月内到线下复查一次化验。"),
    ),
    (
        ("physician", "您好，我看了您上次的病历。现在有什么变化吗？"),
        ("patient", "没什么变化，就是药快没了。"),
        ("physician", "有没有头晕、胸闷、脚肿这些情况？"),
        ("patient", "没有。"),
        ("physician", "那继续原来的药。如有不适请及时到线下就诊。"),
    ),
    (
        ("physician", "您好，请说说这段时间的情况。"),
        ("patient", "上周有两天忘了吃药，后来补上了。"),
        ("physician", "漏服不要加倍补，按下一次的时间继续就可以。最近的数值发我看看。"),
        ("patient", "数值和上次差不多。"),
        ("physician", "可以，继续目前的方案，规律复诊。"),
    ),
)
SILENT: Final = (("physician", "您好，处方已按原方案处理。"),)
"""The conversation of a visit that never happened: the patient says nothing after the request."""

SUBJECTIVE: Final = "既往已在线下确诊，规律用药，近期无特殊不适。"
OBJECTIVE: Final = "线上复诊，数值由患者自测。"
PLAN: Final = "继续原方案，监测并记录，按期复诊；如有不适及时线下就诊。"
LONG_REASON: Final = "慢性病病情稳定，长期规律用药。"
