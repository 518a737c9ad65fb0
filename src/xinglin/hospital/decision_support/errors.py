"""What the check of medicines refuses."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class MayNotBeAccepted(DomainError):
    """A finding of tier X: no reason answers it online."""

    code = "decision_support.may_not_be_accepted"
    text = T(
        zh="这一条属于“不得使用”，线上不能以理由接受：{finding}",
        en="This one must not be given; online no reason can accept it: {finding}",
    )
    hint = T(
        zh="请换药或去掉这一行；确需使用的，请转线下，由医师和药师共同决定。",
        en="Switch or take the line off; if it is needed, refer: physician and pharmacist decide together.",
    )


class FindingGone(DomainError):
    """The finding no longer holds: the prescription or the patient's facts have changed."""

    code = "decision_support.finding_gone"
    text = T(zh="这条提示已不存在：处方或患者资料变了。", en="This finding is gone: prescription or facts changed.")
    hint = T(zh="请看最新的提示。", en="Look at what is shown now.")


class TooManyChecks(DomainError):
    """One account asks more often than a desk can work."""

    code = "decision_support.too_many_checks"
    text = T(zh="核查太频繁，每分钟最多 {most} 次。", en="Too many checks: at most {most} a minute.")
    hint = T(
        zh="请过一分钟再试；大批量请用命令 xinglin check。",
        en="Try again in a minute; for many cases use the command xinglin check.",
    )
    status = 429


class AlarmClosed(DomainError):
    """The alarm was answered before: stood down, or the patient was referred."""

    code = "decision_support.alarm_closed"
    text = T(zh="这个警报已经处理过了。", en="This alarm was answered before.")
    hint = T(zh="请看最新的状态。", en="Look at its present state.")


class NoLanguageModel(DomainError):
    """No language model is configured."""

    code = "decision_support.no_language_model"
    text = T(zh="本院没有启用语言模型。", en="No language model is configured here.")
    hint = T(
        zh="运维人员可按《语言模型》说明页设置地址和模型名。",
        en="The operator can set its address and name; see the page on the language model.",
    )


class AskedTooOften(DomainError):
    """The language model was asked about one visit as often as the house allows."""

    code = "decision_support.asked_too_often"
    text = T(zh="一次问诊最多请语言模型看 {most} 次。", en="The language model may be asked {most} times a visit.")
    hint = T(zh="请按已有的信息判断。", en="Please judge by what is there.")
    status = 429


class ProposalAnswered(DomainError):
    """The proposal was confirmed or declined before."""

    code = "decision_support.proposal_answered"
    text = T(zh="这条建议已经处理过了。", en="This proposal was answered before.")
    hint = T(
        zh="需要改变时，请在“系统理解到的”里更正。", en="To change it, correct the finding among what was understood."
    )
