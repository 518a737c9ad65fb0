"""The reasons for which a published record is not, or not wholly, used; in both languages, with stable codes."""

from __future__ import annotations

from typing import Final

from xinglin.supervision.verdicts import Words

UNUSABLE: Final = {
    "note": Words("说明文字，不是知识点", "an explanatory note, no record"),
    "no_code": Words("没有编码", "no code"),
    "words_for_codes": Words("编码栏为文字（如药品类别名称）", "words, such as a class name, where codes should be"),
    "no_table": Words("尚无规则使用该类知识", "no table of a rule takes this class yet"),
    "sex_unclear": Words("文本未说明性别或同时提到两种性别", "the text names no sex or both"),
    "age_unclear": Words("文本未说明年龄", "the text names no age"),
    "level_unclear": Words("文本未说明机构级别", "the text names no level of institution"),
    "mode_unclear": Words("文本未说明就医方式", "the text names no mode of care"),
    "days_unclear": Words("文本未说明天数", "the text names no number of days"),
    "span_not_days": Words(
        "限额按首次使用起的时间跨度计算，不按使用天数",
        "the limit is a span from the first use, not a number of days of use",
    ),
    "unit_unclear": Words("文本未说明计价单位", "the text names no unit"),
    "group_unclear": Words("文本未说明手术分组", "the text names no known group of operations"),
    "window_missing": Words("重复收费清单中没有对应的频度", "the list of pairs holds no window for it"),
    "not_a_pair": Words("编码不是主项与从项一对", "the codes are not a main item and a sub item"),
    "text_denies": Words("文本与类别不符，以文本为准", "the text does not bear out the class; the text is preferred"),
    "never_in_force": Words(
        "已被替代，且无法确定其曾经施行的日期", "superseded, and no day is known on which it was in force"
    ),
    "undated": Words("无法确定公布日期", "neither a day of publication nor a batch that dates it"),
    "ambiguous": Words(
        "同一编码有多个取值，留待人工判断", "one code has several values; left out until a person decides"
    ),
}
"""Why a record yields no row."""

PARTLY: Final = {
    "text_condition": Words(
        "支付条件为文字，无病种编码，需附证明", "the condition is text without codes of diseases; evidence is asked for"
    ),
    "disease": Words("文本另有病种条件，未判断", "the text has a further condition of disease, which is not judged"),
    "screening": Words("文本另需营养风险筛查，未判断", "the text asks for nutritional screening, which is not judged"),
    "onset": Words("文本限发病后时限内开始使用，未判断", "the text limits the time since onset, which is not judged"),
    "earlier_review": Words("文本要求事前审查，未判断", "the text asks for review beforehand, which is not judged"),
    "each_eye": Words("文本按每眼、多药合并计数，未判断", "the text counts by eye over several medicines, not judged"),
    "specialist": Words(
        "文本对专科医院另有规定；有事前审查证明的按证明判断",
        "the text treats specialised hospitals apart; they are told by the review on file",
    ),
    "upper_age_open": Words(
        "年龄上限随性别和年份而异，未判断", "the upper age depends on sex and year; it is not judged"
    ),
    "child_assumed": Words("文本无年龄数字，按18周岁以下", "the text gives no age in years; below 18 is taken"),
    "odd_codes": Words("部分编码不是编码，已略去", "some of the codes are no codes and are passed over"),
    "category": Words("条目为文字类别，仅其自身编码可用", "a category in words: it is applied to its own code alone"),
}
"""What of a record is not judged although it yields a row."""

CONTRADICTIONS: Final = {
    "parameter": Words("文本与参数不一致，以文本为准", "text and parameter differ; the text is preferred"),
    "list": Words("另一份规则清单的名称或编码不同", "another list of classes has another name or code"),
    "class_code": Words("类别编码与规则清单不一致", "the class code differs from the list of classes"),
    "class_path": Words("类别层级与规则清单不一致", "the levels of the class differ from the list of classes"),
    "pair": Words("知识点与重复收费清单不一致", "the record and the list of pairs differ"),
    "class_text": Words("文本未提及类别所限条件", "the text does not speak of what its class limits"),
    "values": Words("同一编码在同一日有不同取值", "one code has different values on the same day"),
    "unnamed_successor": Words(
        "同一编码有更新记录但未注明替代关系", "a later record has the same code without naming the one it replaces"
    ),
    "twice": Words("标点归一后与另一记录相同", "equal to another record once signs have one width"),
}
"""Places where the published material disagrees with itself."""
