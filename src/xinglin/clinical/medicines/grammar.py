"""The grammar of directions for use: patterns over the kinds of words (`lexer.py`), the longest sense first. Pure data.

Each rule has a name; `sig.py` has an action of the same name. A text of kinds is matched from left to right.
"""

import re

NUM = "(?:Nh?|h)v?"
AMT = rf"{NUM}U(?:h(?!v?U))?(?:~{NUM}U)?(?:\(v*{NUM}U\))?"
LX = rf"L(?:[;v]*G)?(?:v*{NUM}[HI]v*(?!{NUM}[TU]?g))?"
SLOTS = rf"(?:E?{LX}[;v]*)+"
DAY = "(?:(?:/|E|v)+N?v*[DH]|F)"
RULES: tuple[tuple[str, str], ...] = (
    ("broken", r"N(?:[/~]N)+(?!T)(?:v?U)?"),
    ("max_single", rf"(?:ET|NT)v*o[ov]*{NUM}U|o[ov]*{NUM}U(?:/T|ET)"),
    ("max_of_day", rf"(?:ED|ND|N?H?n|NHv?|D|F)v*(?:{AMT}[;v]*)?o[ov]*{NUM}(?:T|X|v*U)"),
    (
        "max_plain",
        rf"o[ov]*(?:ED|ND|D|F)v*{NUM}(?:T|X|v*U)|o[ov]*{NUM}(?:T|X|v*U)?(?:{DAY}|v*nv*N?[DH]?|v*N[H](?!v*N))",
    ),
    ("max_days", r"(?:[cu][;v]*)?o[ov]*Nv?[DWM]"),
    ("per_kg", rf"{NUM}U/\(?B(?:[;/X]?[DT])?\)?|EB+v*{NUM}U"),
    ("rate", rf"{NUM}U/[IH](?!v*[NA])|E[IH]v*{NUM}U(?!v*E)"),
    ("every", r"[EZ]v*N[HI]v*(?:NT|A(?!v*[NU]))?|(?:NT|A|T)(?:E|/|v)+N?v*[HI]|EHv*(?:NT|A)|N[HI]v*NT"),
    ("other", r"(?:(?:NT|A)v*)?Zv*N?v*[DWM]v*(?:NT)?"),
    ("days_of_week", r"(?:NT|A)?E?W?yv*g?v*(?:NT)?"),
    ("total_day_split", rf"(?:ED|ND|D)v*{AMT}[;v]*(?:kv*(?:NT)?|Nk)"),
    ("often", r"(?:E|/)Nv*[DWM]v*(?:NT|A)|(?:E|/)[DWM]v*(?:NT|A)|N[DWM]v*NT|[DWM]v*NT"),
    ("every_days", r"Ev*Nv?[DWM]"),
    ("times", r"X?(?:NT|A|NX)(?:/|E|v)+N?v*[DWM]|NTF|NXF|AF|Av*[DWM]|X?N/[DWM]"),
    ("total_day", rf"(?:ED|ND)v*{AMT}(?!v*/?T)|{AMT}(?:/|v)D|(?:E|N)Wv*{AMT}(?!v*/?T)|{AMT}/W"),
    ("triple", r"(?:NU[;v]*){3}L"),
    ("strengths", rf"{NUM}U(?:/{NUM}U)+(?:/U)?|{NUM}U/U"),
    ("doses_after", rf"(?:{AMT}[vR]*(?>{SLOTS})){{2,}}(?!{NUM}U)"),
    ("dose_each", rf"(?:E|N)Tv*{AMT}|{AMT}(?:/|E)T"),
    ("slots_times", rf"(?:ED[;v]*)?(?>{SLOTS})(?:g[v;]*(?:NT|A)?(?!{NUM}v*U)|NT(?!{NUM}v*U))|Av*(?>{SLOTS})"),
    ("slots_dose", rf"(?>{SLOTS})R?v*(?:g[;v]*)?{AMT}"),
    ("strength", rf"{NUM}UX?{NUM}U(?!v*(?>{SLOTS}))"),
    ("dose_slots", rf"{AMT}[vR]*(?>{SLOTS})(?!g|N[TU])"),
    ("aside", rf"\({NUM}U\)"),
    ("dose", AMT),
    ("slots", rf"(?>{SLOTS})"),
    ("daily", "E[DWM]"),
    ("code", "F(?:v*NT(?!/))?"),
    ("divided", "kv*(?:NT)?|Nk"),
    ("duration", r"(?:[cu][cuv;]*|X|Q[;v]*|v)?(?:Nh|N|h)v?[DWM](?:v*[cu])?|Nu"),
    ("total", r"#;?N|Q[;v]*#?;?Nv?U?"),
    ("at_meal", rf"G(?:v*{NUM}[HI]v*)?|{NUM}[HI]v*G"),
    ("prn", "K(?:[cv]*r)*"),
    ("pause", r"sv*(?:Nh?|h)v?[DWM]"),
    ("doubled", "P"),
    ("stat", "S"),
    ("route", "R"),
    ("phase", "p"),
    ("phase_behind", "Y"),
    ("then", "j"),
    ("directed", "q"),
    ("open_ended", "f"),
    ("pairs", "zU?"),
    ("once_alone", "A"),
    ("noise", "[v;()]"),
    ("bare", r"N(?=[;v(]*(?:R[;v]*|G[;v]*)*(?:F|XN/|EN?[DWM]v*NT|ENH|NDNT|NT[/Ev]|A(?:F|[/Ev]*D)|L))"),
    ("times_alone", "NT"),
)
MASTER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in RULES))
