"""The words of directions for use, each with what kind of word it is. Pure data.

A kind is one letter, so that the grammar in `grammar.py` can be written as patterns over kinds. The letters are
explained in `lexer.py`.
"""

from collections.abc import Iterator

from xinglin.clinical.medicines.amounts import UNIT_WORDS

ROUTES = {
    "po": "po 口服 内服 per|os by|mouth orally oral 温水送服 温水冲服 冲服 开水冲服 嚼服 吞服 送服 温服",
    "sl": "sl 舌下 舌下含服 舌下含化 舌下含 sublingual sublingually under|the|tongue under|tongue",
    "buccal": "含化 含服 噙化 buccal buccally 口含",
    "pr": "pr 直肠 直肠给药 塞肛 肛塞 纳肛 塞肛门 肛门给药 rectally rectal per|rectum 灌肠 保留灌肠",
    "pv": "pv 阴道 阴道给药 阴道用药 塞阴道 阴道塞药 阴道上药 vaginally vaginal per|vagina intravaginally",
    "sc": "sc sq subq subcut subcutaneous subcutaneously 皮下 皮下注射",
    "id": "皮内 皮内注射 intradermal intradermally",
    "im": "im 肌注 肌肉注射 肌内注射 intramuscular intramuscularly",
    "iv": "iv 静注 静脉注射 静推 静脉推注 intravenous intravenously ivp iv|push",
    "ivgtt": "ivgtt ivd 静滴 静脉滴注 静点 静脉点滴 ivdrip iv|drip iv|infusion ivpb iv|gtt iv|drip",
    "inh": "inh 吸入 经口吸入 inhale inhaled by|inhalation 喷吸",
    "neb": "neb nebs 雾化 雾化吸入 nebulized nebulised nebulizer nebuliser via|nebulizer by|nebulizer",
    "eye": "滴眼 点眼 滴双眼 滴左眼 滴右眼 涂眼 双眼 左眼 右眼 患眼 眼睑内 结膜囊内 结膜囊 ou into|eye in|eye "
    "in|both|eyes in|each|eye "
    "in|the|eye in|the|eyes eye eyes in|left|eye in|right|eye both|eyes each|eye left|eye right|eye "
    "in|affected|eye 眼用",
    "ear": "滴耳 左耳 右耳 双耳 患耳 in|ear in|each|ear in|both|ears in|left|ear in|right|ear in|affected|ear ear ears",
    "nas": "滴鼻 喷鼻 鼻喷 双鼻 每侧鼻孔 每鼻孔 双侧鼻孔 双侧鼻腔 每侧 鼻腔 nasal nasally intranasally intranasal "
    "in|each|nostril each|nostril per|nostril nostril in|nose nostrils into|each|nostril 每侧鼻腔",
    "throat": "喷喉 喷咽",
    "top": "外用 外涂 涂 涂抹 涂擦 外搽 搽 外敷 涂患处 涂于患处 敷 敷于患处 擦 患处 局部外用 外涂患处 "
    "topically topical "
    "to|affected|area to|the|affected|area to|skin on|skin externally affected|area to|affected|areas",
    "td": "贴患处 贴敷 透皮 外贴 贴于患处 transdermal transdermally",
    "gargle": "含漱 漱口 gargle rinse|mouth swish|and|spit",
    "wash": "外洗 坐浴 熏洗 泡洗 冲洗 洗",
    "tube": "鼻饲 胃管注入 via|ng|tube ng|tube via|ngt 管饲",
}
ROUTE_DOUBTS = {"ih": "sc", "od": "", "os": ""}  # `ih` is 皮下 in China and inhaled elsewhere; OD and OS are eyes too.
TIMINGS = {
    "before_meal": "ac 饭前 餐前 食前 before|meals before|meal before|food before|eating before|each|meal "
    "饭前服 餐前服 "
    "before|a|meal",
    "after_meal": "pc 饭后 餐后 食后 after|meals after|meal after|food after|eating after|each|meal 饭后服 "
    "餐后服 after|a|meal",
    "with_meal": "cc 餐中 饭中 随餐 进餐时 就餐时 随食物 与食物同服 与餐同服 随饭 用餐时 餐时 进食时 随餐服 "
    "with|meals "
    "with|food with|a|meal with|meal with|each|meal 随第一口饭",
    "empty_stomach": "空腹 空腹服 on|an|empty|stomach on|empty|stomach empty|stomach fasting",
    "bedtime": "",
}
SLOTS = {
    (
        "morning",
    ): "早 早上 早晨 晨 晨起 清晨 上午 晨间 起床后 起床时 am qam|hours in|the|morning every|am in|am mane morning "
    "in|the|am each|morning|time at|breakfast upon|waking on|waking on|awakening 晨服 早上好",
    ("noon",): "中 中午 午 午间 正午 noon at|noon midday at|lunch at|midday",
    ("afternoon",): "下午 pm afternoon in|the|afternoon in|afternoon",
    (
        "evening",
    ): "晚 晚上 晚间 傍晚 夜间 夜 in|the|evening at|night evening night nighttime at|dinner at|supper in|the|pm "
    "nocte 夜里 dinner|time",
    (
        "bedtime",
    ): "睡前 临睡前 睡觉前 临睡 就寝前 睡时 睡前服 at|bedtime bedtime before|bed before|bedtime before|sleep "
    "before|going|to|bed 入睡前 hs qhs at|hs",
    ("morning", "evening"): "早晚 morning|and|evening in|the|morning|and|evening morning|and|night am|and|pm "
    "in|the|morning|and|at|night 早、晚",
    ("morning", "noon", "evening"): "早中晚 早午晚",
}
MEALS_ZH = {
    ("morning",): "早 早上 晨",
    ("noon",): "中 午",
    ("evening",): "晚",
    ("morning", "noon", "evening"): "三 每 各",
}
MEALS_EN = {
    ("morning",): "breakfast",
    ("noon",): "lunch",
    ("evening",): "dinner supper evening|meal the|evening|meal evening|meals",
    ("morning", "noon", "evening"): "three|meals all|meals",
}
MEAL_TIMES = {"before_meal": ("前", "before"), "after_meal": ("后", "after"), "with_meal": ("时 中", "with")}
WORDS = {
    "T": "次 回 times time dose doses 次量",
    "D": "日 天 day days d 日内",
    "W": "周 星期 礼拜 week weeks wk wks w",
    "M": "月 个月 month months mo mos mth",
    "H": "小时 h hr hrs hour hours 钟头 个小时 个钟头 hourly",
    "I": "分钟 分 min mins minute minutes",
    "E": "每 every each q 每隔开",
    "/": "per",
    "Z": "隔 每隔 every|other every|alternate alternate",
    "A": "once twice thrice",
    "X": "x",
    "c": "连服 连用 共用 共服 疗程 疗程为 一疗程 for 服满 连续服 连续服用 连续使用 连续用药 连续 持续 用药 用药疗程 "
    "连续应用 for|a|total|of for|up|to 为期 疗程共 为一疗程 为一个疗程 一个疗程 duration 治疗 course|of 总疗程 "
    "1疗程 疗程: 1个疗程",
    "o": "不超过 不得超过 不能超过 勿超过 不可超过 最多 最大 最大量 最大剂量 至多 极量 max maximum not|to|exceed "
    "do|not|exceed no|more|than not|more|than up|to max|dose maximum|dose don't|exceed 限 不多于 最多服 日极量 "
    "上限 不宜超过 "
    "最大日剂量 maximum|of max|of 总量不超过",
    "v": "服 服用 使用 用 应用 用法 用量 剂量 用法用量 药 给药 注射 吃 喝 take taking give given use apply a "
    "an of by at in "
    "the to and 之 内 量 sig dose: 即 i.e ie must each|time instill insert put place inhale|via 加 取 "
    "或遵医嘱用 约 about 均 "
    "滴入 喷入 塞入 放入 then| dosage direction directions with|water with|a|glass|of|water 温水 开水 温开水 用温水 "
    "give| as it be 上 为 是 于 在 时 后服 前服 顿 administer inject injection 输注 缓慢 慢 slowly 的 及 并 和 "
    "once|a|time 嘱 "
    "swallow chew dissolve drink tablet(s) 用药量 服药 含 该 本品 也 则 应 可 需 请 宜",
    "k": "分 分成 分为 divided in|divided|doses divided|doses 均分 平均分 等分 divided|into 分次",
    "g": "各 each|time",
    "Q": "共 总共 总量 总数 总计 共计 disp dispense qty quantity total #: 发 mitte no. num 开 数量",
    "S": "st stat statim 立即 即刻 马上 immediately now 顿服 单次 单次服用 一次性 一次性服用 一次顿服 一次服 "
    "一次服用 once|only single|dose "
    "one|time|only as|a|single|dose one|time one|dose|only 单剂 仅一次 at|once only|once 一次服下",
    "f": "长期 长期服用 长期服 长期用 long|term indefinitely ongoing long-term 终身 持续服用 until|further|notice 终生",
    "q": "适量 遵医嘱 as|directed as|prescribed 按说明书 按说明 ud 酌量 酌情 按医嘱 用量遵医嘱 少许 薄层 "
    "thin|layer sparingly "
    "as|instructed per|instructions 或遵医嘱 医嘱",
    "j": "以后 此后 随后 之后 其后 then 后改 后改为 改为 然后 继以 thereafter followed|by 后 维持 维持量 维持剂量 "
    "subsequently after|that 接着 再 后续",
    "~": "至 到 或 or",
    "B": "体重 公斤体重 千克体重 kg体重 body|weight",
    "u": "course courses 疗程 个疗程",
    "n": "24小时内",
    "s": "停 停药 停用 停服 间隔 off pause stop",
    "P": "首剂加倍 首次加倍 首剂量加倍 首次剂量加倍 首剂倍量",
    "r": "pain fever cough nausea headache itching insomnia anxiety wheezing sob constipation diarrhea "
    "vomiting spasm "
    "sleep pain|or|fever fever|or|pain chest|pain shortness|of|breath moderate|pain severe|pain mild|pain allergies",
}
PHASES = {
    (1, 1): "首日 首天 第一天 第一日 第1天 第1日 first|day day|one on|the|first|day 第1d 头一天 on|day|one",
    (
        0,
        0,
    ): "首剂 首次 首剂量 首次剂量 第一次 loading|dose first|dose initial|dose initially 负荷量 负荷剂量 "
    "loading 首次服 首服 首剂用",
}
PRN = (
    "prn 必要时 需要时 按需 必要时用 必要时服 必要时服用 需要时服用 as|needed when|needed if|needed "
    "as|required when|required if|required "
    "when|necessary if|necessary as|necessary sos 按需服用 按需使用 临时 发作时 疼痛时 痛时 发热时 发烧时 "
    "头痛时 胸痛时 心绞痛发作时 "
    "喘息时 喘时 咳嗽时 失眠时 腹痛时 气喘时 哮喘发作时 恶心时 瘙痒时 for|pain for|fever for|cough for|itching "
    "for|nausea "
    "for|headache for|insomnia for|sleep for|anxiety for|wheezing for|shortness|of|breath for|chest|pain "
    "for|pain|or|fever "
    "for|fever|or|pain 不适时 高热时 胸闷时 疼痛 发热 for|constipation for|diarrhea for|allergies for|spasm"
)
FREQUENCIES = {
    "qd": "qd sid daily quaque|die every|day each|day",
    "qm": "qm qam om every|morning each|morning 每晨 每早 每日晨 daily|in|the|morning",
    "qn": "qn qpm every|night each|night nightly every|evening each|evening nocte|q 每晚 每夜",
    "hs": "每晚睡前 qhs every|bedtime",
    "bid": "bid bd bds",
    "tid": "tid tds td",
    "qid": "qid qds",
    "quingid": "quingid",
    "qod": "qod eod 隔日 隔天 隔日一次 on|alternate|days alternate|days every|second|day every|2nd|day",
    "qw": "qw weekly every|week each|week qwk",
    "biw": "biw",
    "tiw": "tiw",
    "qow": "qow 隔周 每隔一周 biweekly|x every|second|week",
    "q2w": "fortnightly every|fortnight",
    "qmonth": "monthly every|month each|month",
    "qh": "qh every|hour",
}
EN_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "fourteen": "14", "fifteen": "15", "twenty": "20", "thirty": "30",
}  # fmt: skip
EN_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
EN_DAYS |= {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
# The same words at the beginning and elsewhere mean other things; the lexer settles these by what stands around them.


def entries() -> Iterator[tuple[str, str, object]]:
    """Every word with its kind and value; words of several parts have single spaces. Later entries win."""
    for kind, words in WORDS.items():
        for word in words.split():
            yield _word(word), kind, {"once": 1, "twice": 2, "thrice": 3}.get(word)
    for word, code in UNIT_WORDS.items():
        if word not in {"kg", "公斤", "千克", "按", "吸"}:
            yield word, "U", code
    for word in ("吸", "按"):
        yield word, "U", "puff"
    yield from _valued("R", ROUTES)
    yield from _valued("G", TIMINGS)
    for slots, words in SLOTS.items():
        for word in words.split():
            yield _word(word), "L", (slots, "bedtime" if slots == ("bedtime",) else "")
    yield from _meals()
    yield from _valued("F", FREQUENCIES)
    for days, words in PHASES.items():
        for word in words.split():
            yield _word(word), "p", days
    for word in PRN.split():
        yield _word(word), "K", None
    for word in ("every other", "every alternate", "alternate", "隔", "每隔"):
        yield word, "Z", None
    yield "half", "h", None
    yield "半", "h", None
    yield "and a half", "h", None
    yield "and one half", "h", None


def _word(written: str) -> str:
    return written.replace("|", " ").strip()


def _valued(kind: str, lists: dict[str, str]) -> Iterator[tuple[str, str, object]]:
    for value, words in lists.items():
        for word in words.split():
            yield _word(word), kind, value


def _meals() -> Iterator[tuple[str, str, object]]:
    """`早餐前`, `三餐后`, `before breakfast`: a time of the day and its place at the meal at once."""
    for timing, (after_zh, before_en) in MEAL_TIMES.items():
        for slots, meals in MEALS_ZH.items():
            for meal in meals.split():
                for food in ("餐", "饭", "膳"):
                    for after in after_zh.split():
                        yield f"{meal}{food}{after}", "L", (slots, timing)
        for slots, meals in MEALS_EN.items():
            for meal in meals.split():
                yield f"{before_en} {_word(meal)}", "L", (slots, timing)
    for slots, meals in MEALS_ZH.items():
        for meal in meals.split():
            yield f"随{meal}餐", "L", (slots, "with_meal")
