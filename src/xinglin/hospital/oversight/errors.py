"""What oversight refuses."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class EngineSilent(DomainError):
    """The engine let a known bad case pass, or found fault with a clean one: nothing may rest on it."""

    code = "oversight.engine_silent"
    text = T(
        zh="规则引擎自检未通过（{rules}），暂不能开方、发药和结算。",
        en="The rule engine failed its own test ({rules}); nothing is prescribed, released or settled for now.",
    )
    hint = T(
        zh="请联系信息科；恢复前请引导患者到线下就诊。",
        en="Call the information desk; until it is back, send patients to care in person.",
    )
    status = 424


class NothingToAnswer(DomainError):
    """This verdict asks for no reason."""

    code = "oversight.nothing_to_answer"
    text = T(
        zh="规则 {rule} 的这一结论不能以说明理由的方式继续。",
        en="This verdict of rule {rule} cannot be passed with a reason.",
    )
    hint = T(zh="请按提示修改后重新提交。", en="Change what the hint says and try again.")


class NotAFinding(DomainError):
    """Due process was asked for something that is no finding."""

    code = "oversight.not_a_finding"
    text = T(
        zh="规则 {rule} 在这里只是无法判断，并没有发现问题，不能据此追究。",
        en="Rule {rule} could not tell here; it found nothing that could be held against anybody.",
    )
    hint = T(zh="补齐缺少的事实后再判断。", en="Supply the missing facts and judge again.")


class OutOfOrder(DomainError):
    """A step does not follow the state that the finding is in."""

    code = "oversight.out_of_order"
    text = T(
        zh="这条疑点现在是“{state}”，不能做“{step}”。", en="This finding is now “{state}”; “{step}” does not follow."
    )
    hint = T(zh="请刷新页面，按显示的下一步办理。", en="Reload the page and take the next step that it shows.")


class ProviderNotHeard(DomainError):
    """A suspicious finding was to be decided before the provider was heard."""

    code = "oversight.provider_not_heard"
    text = T(
        zh="可疑结论在听取机构说明并核实之前不能认定，也不产生费用。",
        en="A suspicious finding is not decided, and costs nothing, before the provider was heard and it was verified.",
    )
    hint = T(zh="先告知机构，收到说明或期满后核实。", en="Tell the provider; verify after its statement or its time.")


class StatementTimeRuns(DomainError):
    """Verification was begun while the provider may still state its case."""

    code = "oversight.statement_time_runs"
    text = T(
        zh="机构可在 {until} 之前说明情况，目前尚未说明。",
        en="The provider may state its case until {until}, and has not done so yet.",
    )
    hint = T(zh="收到说明或期满后再核实。", en="Verify once the statement is there or its time has passed.")


class AppealTimeOver(DomainError):
    """The time for an appeal has passed."""

    code = "oversight.appeal_time_over"
    text = T(zh="申诉期已于 {until} 届满。", en="The time for an appeal ended on {until}.")
    hint = T(zh="可依法申请行政复议或提起诉讼。", en="Administrative review or an action at law remain open.")


class AnotherPersonNeeded(DomainError):
    """Somebody was to decide about the own decision or the own statement."""

    code = "oversight.another_person_needed"
    text = T(
        zh="作出原认定或代表机构说明的人不能再作这一决定。",
        en="Whoever decided before, or spoke for the provider, does not take this decision.",
    )
    hint = T(zh="请由另一位有权限的人办理。", en="Another person who holds the right takes it.")


class NobodyToAnswer(DomainError):
    """Points were asked for a finding that names no practitioner."""

    code = "oversight.nobody_to_answer"
    text = T(
        zh="这条疑点的事实中没有具体责任人，不能记分。",
        en="The facts of this finding name no practitioner; no points follow.",
    )
    hint = T(zh="不记分，只作认定。", en="Decide it without points.")


class NoSuchPoints(DomainError):
    """More points were to be taken back than there are."""

    code = "oversight.no_such_points"
    text = T(
        zh="{year} 年只有 {points} 分，不能扣回更多。", en="There are {points} points in {year}; no more can go back."
    )
    hint = T(zh="请填写不超过现有分数的数字。", en="Enter a number up to the points there are.")


class RunDiffers(DomainError):
    """An audit was stored again under its own key with another content."""

    code = "oversight.run_differs"
    text = T(
        zh="审计 {key} 已保存过，内容与这次不同。",
        en="Audit {key} is stored already, with a content other than this one.",
    )
    hint = T(zh="内容不同的审计请用新的编号。", en="Give an audit with another content a key of its own.")


class RuleIsLaw(DomainError):
    """A rule that stops by law was to be silenced."""

    code = "oversight.rule_is_law"
    text = T(
        zh="规则 {rule} 依法拦截，不能试运行或停用。", en="Rule {rule} stops what the law forbids; it is not silenced."
    )
    hint = T(
        zh="如法规已变，请更新规则版本或处理政策。",
        en="If the law changed, a new version of the rule or its policy is due.",
    )


class LimitAlreadyProposed(DomainError):
    """The same limit of the same place is being changed already."""

    code = "oversight.limit_already_proposed"
    text = T(
        zh="限值 {limit} 在该地区已有一项提议未了结。",
        en="A change of the limit {limit} is under way for this place already.",
    )
    hint = T(zh="请先批准或撤回那一项。", en="Approve or give up that one first.")


class LimitOutOfOrder(DomainError):
    """A step with a changed limit that its state does not allow."""

    code = "oversight.limit_out_of_order"
    text = T(
        zh="限值 {limit} 目前“{state}”，不能这样办理。", en='The change of {limit} is "{state}"; not this step now.'
    )
    hint = T(
        zh="顺序是：提议、试运行、由另一人批准。",
        en="The order is: propose, run in shadow, have another person approve.",
    )


class KnowledgeDamaged(DomainError):
    """The imported official knowledge cannot be used: judging without it would clear what it should find."""

    code = "oversight.knowledge_damaged"
    text = T(
        zh="已导入的官方知识（{file}）已损坏或与本版本不符，暂时不能按规则判断。",
        en="The imported official knowledge ({file}) is damaged or does not fit this version; nothing is judged.",
    )
    hint = T(zh="请管理员重新导入官方知识。", en="The administrator imports the official knowledge again.")
