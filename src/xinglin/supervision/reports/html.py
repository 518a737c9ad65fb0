"""One self-contained page about a run: figures, findings, what could not be judged, and the coverage manifest.

Nothing is loaded from elsewhere. Both languages are in the page and a button changes between them; light and dark
follow the reader's system, and a button changes them too. A page for the public hides counts from 1 to 9 and shows no
single finding.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final

from xinglin.supervision.engines.sentences import ENUMERATIONS
from xinglin.supervision.intake.result import in_both
from xinglin.supervision.reports import sex_age
from xinglin.supervision.reports.figures import Figures
from xinglin.supervision.reports.manifest import SUPPRESSED_BELOW, suppressed
from xinglin.supervision.reports.markup import bars, both, card, columns_chart, legend, share, table, tile, words, yuan
from xinglin.supervision.reports.remarks import made_from, remark
from xinglin.supervision.tables.knowledge import Knowledge
from xinglin.supervision.verdicts import Certainty, Concern, Json, Outcome, Words

SHOWN_MISSING: Final = 20
SHOWN_NAMES: Final = 12
ROLES: Final = {
    "principal": Words("主要发现", "principal"),
    "secondary": Words("附带发现（金额已计入主要发现）", "secondary: its money stands with the principal finding"),
    "without_money": Words("不涉及金额", "without money"),
}
NO_LOSS: Final = {
    "no_money": Words("没有违规金额", "no amount in breach"),
    "no_claim": Words("没有对应的结算单", "no claim to settle again"),
    "unknown_cover": Words("险种、待遇或金额未知", "insurance, benefit or amounts are not known"),
    "no_policy": Words("没有当地待遇政策", "no benefit policy for the place is at hand"),
    "not_reproduced": Words("重新结算与原单不一致", "settling again does not give the receipts' own figures"),
}


class Page:
    """Draws one report. `publish` is for the public."""

    def __init__(self, manifest: Mapping[str, Any], figures: Figures, knowledge: Knowledge, *, publish: bool) -> None:
        self._manifest = manifest
        self._figures = figures
        self._knowledge = knowledge
        self._publish = publish

    def html(self) -> str:
        """The whole page."""
        folder = files("xinglin.supervision.reports") / "page"
        style, script = ((folder / name).read_text("utf-8") for name in ("style.css", "script.js"))
        sections = [
            self._head(),
            self._tiles(),
            f'<div class="two"><div class="stack">{self._by_rule()}{self._by_time()}</div>{self._by_place()}</div>',
            self._money(),
            self._findings(),
            self._undecided(),
            sex_age.section(self._manifest, self._count),
            self._coverage(),
            self._input(),
            self._reading(),
        ]
        return (
            '<!doctype html><html lang="zh-CN" data-lang="zh"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'\">"
            f"<title>审计报告 · Audit report · Xinglin</title><style>{style}</style></head><body>{self._top()}"
            f'<main class="page">{"".join(sections)}</main><script>{script}</script></body></html>'
        )

    def _count(self, count: int) -> str:
        return escape(self._plain(count))

    def _plain(self, count: int) -> str:
        return suppressed(count, publish=self._publish)

    def _top(self) -> str:
        links = (
            ("findings", "发现", "Findings"),
            ("undecided", "未能判断", "Not judged"),
            ("coverage", "覆盖", "Coverage"),
            ("input", "输入", "Input"),
        )
        shown = "".join(f'<a href="#{anchor}">{both(zh, en)}</a>' for anchor, zh, en in links)
        return (
            f'<header class="top"><span class="brand">{both("杏林", "Xinglin")}</span><nav>{shown}</nav>'
            f'<button id="language" type="button">{both("English", "中文")}</button>'
            f'<button id="theme" type="button">{both("明 / 暗", "Light / dark")}</button></header>'
        )

    def _head(self) -> str:
        run = self._manifest["run"]
        told = [
            (Words("时间", "started"), run["started_at"][:16].replace("T", " ") + " UTC"),
            (Words("引擎", "engine"), run["engine"]),
            (Words("知识版本", "knowledge"), run["knowledge"][:12]),
            (Words("截至", "as of"), run["as_of"]),
            (Words("适用法律日期", "law of"), run["law_of"]),
            (Words("设定的行政区划", "territory assumed"), run["territory"]),
            (Words("设定的事实", "facts assumed"), ", ".join(f"{k}={v}" for k, v in run["assume"].items())),
            (Words("回看", "hindsight"), "✓" if run["hindsight"] else ""),
        ]
        line = " · ".join(f"{words(name)} {escape(str(value))}" for name, value in told if value)
        return f'<div><h1>{both("审计报告", "Audit report")}</h1><p class="small quiet">{line}</p></div>'

    def _tiles(self) -> str:
        found, money, outcomes = self._figures, self._manifest["money"]["together"], self._manifest["outcomes"]
        suspicious = found.findings - found.definite
        asked = sum(outcomes.values())
        undecided = outcomes[Outcome.CANNOT_TELL.value]
        part = share(undecided, asked)
        return (
            '<div class="tiles">'
            + "".join(
                (
                    tile(
                        both("发现", "Findings"),
                        self._count(found.findings),
                        both(
                            f"明确 {self._plain(found.definite)}，可疑 {self._plain(suspicious)}",
                            f"{self._plain(found.definite)} definite, {self._plain(suspicious)} suspicious",
                        ),
                    ),
                    tile(
                        both("违规费用", "Cost in breach"),
                        yuan(found.in_breach_fen) if found.in_breach_fen else "—",
                        both("目录内金额", "in scope of the fund")
                        if found.in_breach_fen
                        else both("没有涉及金额的发现", "no finding holds an amount"),
                    ),
                    tile(
                        both("基金损失（重新结算）", "Fund loss, settled again"),
                        yuan(money["fund_loss_fen"]) if money["in_breach_fen"] else "—",
                        both("没有可重新结算的结算单", "no claim to settle again")
                        if not money["in_breach_fen"]
                        else both(
                            f"对应违规费用 {yuan(money['in_breach_fen'])}",
                            f"of {yuan(money['in_breach_fen'])} in breach that could be settled again",
                        ),
                    ),
                    tile(
                        both("未能判断", "Could not be judged"),
                        self._count(undecided),
                        both(f"占 {asked:,} 次判断的 {part}", f"{part} of {asked:,} verdicts"),
                    ),
                )
            )
            + "</div>"
        )

    def _by_rule(self) -> str:
        rows = self._figures.rules
        top = max((row["n"] for row in rows), default=1)
        drawn = [
            (
                f"<b>{escape(row['rule'])}</b> {both(row['zh'], row['en'])}",
                self._count(row["n"]),
                [(row["n"] / top, "f-1" if row["certainty"] == Certainty.DEFINITE.value else "f-2")],
            )
            for row in rows
        ]
        key = legend((("apricot", words(Certainty.DEFINITE.words)), ("slate-2", words(Certainty.SUSPICIOUS.words))))
        return card(both("按规则", "By rule"), (bars(drawn) + key) if drawn else self._nothing())

    def _by_time(self) -> str:
        points = self._figures.periods
        yearly = bool(points) and len(points[0][0]) == 4
        title = Words("按年" if yearly else "按月", "By year" if yearly else "By month")
        if self._publish:
            points = tuple((label, n if n >= SUPPRESSED_BELOW else 0) for label, n in points)
        return card(words(title), columns_chart(points, title) or self._nothing())

    def _by_place(self) -> str:
        rows = self._figures.places
        top = max((row["n"] for row in rows), default=1)
        drawn = [
            (
                escape(row["place"]) if row["place"] else both("未知机构", "institution not known"),
                self._count(row["n"]) + (f" · {yuan(row['fen'])}" if row["fen"] else ""),
                [(row["n"] / top, "f-1")],
            )
            for row in rows
        ]
        return card(both("按机构", "By institution"), bars(drawn) if drawn else self._nothing())

    def _money(self) -> str:
        rows = [row for row in self._figures.concerns if row["fen"]]
        top = max((row["fen"] for row in rows), default=1)
        drawn = [
            (words(Concern.of(row["concern"]).words), yuan(row["fen"]), [(row["fen"] / top, "f-1")]) for row in rows
        ]
        reasons = "".join(
            f"<li>{words(NO_LOSS[reason])}: {self._count(count)}</li>" for reason, count in self._figures.no_loss
        )
        told = (
            f'<p class="small quiet">{both("未能计算基金损失的发现：", "Findings without a fund loss, and why:")}</p>'
            f'<ul class="small quiet">{reasons}</ul>'
            if reasons
            else ""
        )
        title = both("违规费用按性质", "Cost in breach by what the rule is about")
        none = f'<p class="quiet">{both("没有涉及金额的发现。", "No finding holds an amount.")}</p>'
        return card(title, (bars(drawn) if drawn else none) + told)

    def _nothing(self) -> str:
        return f'<p class="quiet">{both("没有发现。", "Nothing was found.")}</p>'

    def _findings(self) -> str:
        if self._publish:
            hidden = both("公开版本不显示单个发现。", "A published report shows no single finding.")
            return card(both("发现", "Findings"), f'<p class="quiet">{hidden}</p>', anchor="findings")
        shown = "".join(self._finding(row) for row in self._figures.top)
        remark = both(
            f"共 {self._figures.findings:,} 条，此处 {len(self._figures.top)} 条；全部在 findings.csv",
            f"{len(self._figures.top)} of {self._figures.findings:,}; all of them are in findings.csv",
        )
        return card(both("主要发现与证据", "Top findings with evidence"), shown or self._nothing(), remark, "findings")

    def _finding(self, row: Mapping[str, Any]) -> str:
        certain = Certainty.of(row["certainty"])
        badge = (
            f'<span class="badge {"info" if certain is Certainty.DEFINITE else "hold"}">{words(certain.words)}</span>'
        )
        head = (
            f'<span class="head"><b>{escape(row["rule"])}</b><span>{both(row["title_zh"], row["title_en"])}</span>'
            f'{badge}<small class="quiet">{escape(str(row["event_on"] or ""))}</small>'
            f'<span class="money">{yuan(row["in_breach_fen"]) if row["in_breach_fen"] else ""}</span>'
            f'<small class="told quiet">{both(row["sentence_zh"], row["sentence_en"])}</small></span>'
        )
        loss = yuan(row["fund_loss_fen"]) if row["fund_loss_fen"] is not None else words(NO_LOSS[row["no_loss"]])
        place = [
            (Words("日期", "Day"), row["event_on"]),
            (Words("机构", "Institution"), row["institution_name"] or row["institution_id"]),
            (Words("患者编号", "Patient"), row["patient_id"]),
            (Words("医师编号", "Physician"), row["physician_id"]),
            (Words("对象", "Subject"), row["subject"]),
        ]
        told = [(words(name), escape(str(value))) for name, value in place if value]
        told += [
            (both("金额归属", "Money"), words(ROLES[row["role"]])),
            (both("违规费用", "In breach"), _money(row["in_breach_fen"])),
            (both("基金损失", "Fund loss"), loss),
            (both("法律依据", "Legal basis"), both(row["legal_basis_zh"], row["legal_basis_en"])),
            (both("建议", "Suggestion"), both(row["suggestion_zh"], row["suggestion_en"])),
            (both("判断核心", "Core"), f"<code>{escape(row['hash'])}</code>"),
        ]
        listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in told)
        return (
            f"<details><summary>{head}</summary><div><p>{both(row['sentence_zh'], row['sentence_en'])}</p>"
            f"{self._evidence(json.loads(row['evidence']), json.loads(row['origins']))}<dl>{listed}</dl>"
            "</div></details>"
        )

    def _evidence(self, evidence: Mapping[str, Json], origins: Mapping[str, Sequence[Json]]) -> str:
        """The facts that the verdict rests on, each with its record and time."""
        rows = []
        for path, value in evidence.items():
            source = origins.get(path.partition(".")[0], ())
            record = " · ".join(str(part) for part in source if part)
            rows.append((words(self._knowledge.words_of(path)), _shown(path, value), escape(record)))
        head = (
            (both("事实", "Fact"), False),
            (both("值", "Value"), False),
            (both("来源与时间", "Record and time"), False),
        )
        return table(head, rows, "fit")

    def _undecided(self) -> str:
        facts: Counter[str] = Counter()
        rules: dict[str, list[str]] = {}
        made: dict[str, str] = {}
        for rule in self._manifest["rules"]:
            for one in rule["missing"]:
                facts[one["fact"]] += one["subjects"]
                rules.setdefault(one["fact"], []).append(rule["rule"])
                made[one["fact"]] = made_from(one)
        rows = [
            (
                f"{words(self._knowledge.words_of(fact))} <code>{escape(fact)}</code>{made.get(fact, '')}",
                escape(", ".join(sorted(rules[fact]))),
                self._count(count),
            )
            for fact, count in facts.most_common(SHOWN_MISSING)
        ]
        head = (
            (both("缺少的事实", "Missing fact"), False),
            (both("涉及规则", "Rules"), False),
            (both("次数", "Verdicts"), True),
        )
        note = both(
            "缺少事实时规则不作判断，既不算违规也不算合规。一次判断可能缺少多个事实。",
            "Where a fact is missing a rule does not judge: neither breach nor clear. A verdict may lack several.",
        )
        body = f'<p class="small quiet">{note}</p>' + (table(head, rows) if rows else self._nothing())
        return card(both("未能判断及原因", "What could not be judged, and why"), body, anchor="undecided")

    def _coverage(self) -> str:
        rows = []
        for rule in self._manifest["rules"]:
            counts = rule["outcomes"]
            rows.append(
                (
                    f"<b>{escape(rule['rule'])}</b> {both(rule['title_zh'], rule['title_en'])}"
                    + _outcome_bar(counts, rule["asked"]),
                    self._count(rule["asked"]),
                    *(self._count(counts[outcome.value]) for outcome in Outcome),
                    self._count(rule["elsewhere"]) if rule["elsewhere"] else "",
                    remark(rule, self._plain),
                )
            )
        head = (
            (both("规则", "Rule"), False),
            (both("判断", "Asked"), True),
            *((words(outcome.words), True) for outcome in Outcome),
            (both("不在施行范围", "Not in force"), True),
            (both("说明", "Remark"), False),
        )
        key = legend(
            (
                ("faint", words(Outcome.NOT_APPLICABLE.words)),
                ("leaf", words(Outcome.CLEAR.words)),
                ("apricot", words(Outcome.FINDING.words)),
                ("slate-2", words(Outcome.CANNOT_TELL.words)),
            )
        )
        return card(both("覆盖清单", "Coverage manifest"), key + table(head, rows, "wide"), anchor="coverage")

    def _input(self) -> str:
        given = self._manifest["input"]
        rows = [
            (
                escape(name),
                f"{one['rows']:,}",
                self._count(one["quarantined"]),
                "; ".join(f"{words(in_both(why))} ({self._count(count)})" for why, count in one["reasons"].items()),
                escape(", ".join(one["unknown_columns"])),
            )
            for name, one in given["tables"].items()
        ]
        head = (
            (both("表或资源", "Table or resource"), False),
            (both("读入", "Rows"), True),
            (both("隔离", "Quarantined"), True),
            (both("原因", "Reasons"), False),
            (both("不认识的列", "Columns not known"), False),
        )
        body = table(head, rows)
        for kind, names in given["unmapped"].items():
            listed = sorted(names.items(), key=lambda item: -item[1])[:SHOWN_NAMES]
            shown = escape("; ".join(f"{name} ({count:,})" for name, count in listed))
            of = sex_age.KINDS.get(kind, Words(kind, kind))
            title = both(f"未能对应的名称（{of.zh}）", f"Names that did not map ({of.en})")
            body += f'<p class="small"><b>{title}</b>: {shown} — {sum(names.values()):,}</p>'
        body += self._assumed()
        if given["left_alone"]:
            left = escape(", ".join(given["left_alone"]))
            body += f'<p class="small quiet">{both("未读取的文件", "Files left alone")}: {left}</p>'
        return card(both("输入", "Input"), body, anchor="input")

    def _assumed(self) -> str:
        """What was taken for granted where the input is silent."""
        rows = [
            (
                f"{both(one['zh'], one['en'])} <code>{escape(one['fact'])}</code>",
                escape(one["value"]),
                self._count(one["rows"]),
                both(one["why_zh"], one["why_en"]),
            )
            for one in self._manifest["input"]["assumed"]
        ]
        if not rows:
            return ""
        head = (
            (both("设定的事实", "Assumed fact"), False),
            (both("值", "Value"), False),
            (both("行数", "Rows"), True),
            (both("原因", "Why"), False),
        )
        title = both("输入没有说明、按以下设定判断的事实", "Facts that the input does not state and that were assumed")
        off = both("用 --assume none 取消", "--assume none leaves the usual ones out")
        return f'<p class="small"><b>{title}</b> <span class="quiet">({off})</span></p>{table(head, rows)}'

    def _reading(self) -> str:
        sentences = [
            Words(
                "违规费用是明细中超出规则的目录内金额；基金损失是去掉违规部分后重新结算的差额，两者不同。",
                "Cost in breach is what a line has above the rule, in scope of the fund; fund loss is the difference "
                "when the bill is settled again without it. The two differ.",
            ),
            Words(
                "同一明细的金额只归一个主要发现，其他发现附带且金额为零，合计不超过结算单。",
                "The money of a line stands with one principal finding; others are attached with nothing, so the sum "
                "never exceeds the claim.",
            ),
            Words(
                "“可疑”须先听取机构陈述，不能直接处理。规则和表格尚无律师或临床人员审核。",
                "What is suspicious asks for the provider's statement first. No lawyer or clinician has reviewed the "
                "rules.",
            ),
        ]
        if self._publish:
            sentences.append(
                Words(
                    f"小于{SUPPRESSED_BELOW}的计数不显示。", f"Counts from 1 to {SUPPRESSED_BELOW - 1} are not shown."
                )
            )
        body = "".join(f"<p>{words(sentence)}</p>" for sentence in sentences)
        told = ", ".join(f"{name} {number}" for name, number in self._manifest["run"]["versions"].items())
        code = f"<code>{escape(told)} · {escape(self._manifest['run']['knowledge'])}</code>"
        return card(both("如何阅读", "How to read this"), f'{body}<p class="small quiet">{code}</p>')


def _money(fen: int) -> str:
    """An amount, or a dash where there is none."""
    return yuan(fen) if fen else "—"


def _shown(path: str, value: Json) -> str:
    """A fact as a person reads it."""
    if path in ENUMERATIONS:
        return words(ENUMERATIONS[path].of(value).words)
    if isinstance(value, bool):
        return both("是" if value else "否", "yes" if value else "no")
    if path.endswith("_fen") and isinstance(value, int):
        return yuan(value)
    if value == "":
        return both("无", "none")
    return escape(str(value))


def _outcome_bar(counts: Mapping[str, int], asked: int) -> str:
    """The outcomes of a rule as one bar."""
    if not asked:
        return ""
    kinds = (
        (Outcome.NOT_APPLICABLE, "f-3"),
        (Outcome.CLEAR, "f-4"),
        (Outcome.FINDING, "f-1"),
        (Outcome.CANNOT_TELL, "f-2"),
    )
    return bars([("", "", [(counts[outcome.value] / asked, kind) for outcome, kind in kinds])])
