"""Refusals of the consultation: which rule, why, and what would make it right."""

from collections.abc import Sequence
from typing import Any

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T

# ASKING FOR A VISIT


class EvidenceNeeded(DomainError):
    """A follow-up without any paper of the earlier diagnosis."""

    code = "consultation.evidence_needed"
    text = T(
        zh="线上只能复诊：需要一份实体医疗机构的既往诊断材料（《互联网诊疗管理办法（试行）》第十六条）。",
        en="Only follow-up visits are possible online: a paper of an earlier diagnosis at a physical institution is "
        "needed (Measures for Internet Diagnosis and Treatment, trial, article 16).",
    )
    hint = T(
        zh="请选择本院系统内的既往诊断，或上传门诊病历、住院病历、出院小结、诊断证明之一；没有的话请先到线下就诊。",
        en="Choose an earlier diagnosis in this house, or upload an outpatient record, inpatient record, discharge "
        "summary or diagnosis certificate. If you have none, please see a physician in person first.",
    )
    status = 422


class ConsentOutdated(DomainError):
    """The patient agreed to a version that is no longer the one in force."""

    code = "consultation.consent_outdated"
    text = T(
        zh="知情同意书已更新为 {current} 版，请重新阅读并同意。",
        en="The informed consent has a new version, {current}. Please read it and agree again.",
    )
    hint = T(zh="打开新版，读完后勾选同意。", en="Open the new version, read it, then tick that you agree.")
    status = 422


class PhysicianNotReceiving(DomainError):
    """The physician is not on duty."""

    code = "consultation.physician_not_receiving"
    text = T(zh="这位医师目前不接新的问诊。", en="This physician takes no new visits at present.")
    hint = T(zh="请选择另一位医师，或稍后再来。", en="Choose another physician, or come back later.")


class VisitAlreadyOpen(DomainError):
    """The patient has an open visit with this physician."""

    code = "consultation.visit_already_open"
    text = T(zh="您与这位医师已有一次进行中的问诊。", en="You already have an open visit with this physician.")
    hint = T(zh="请回到那次问诊继续。", en="Please go on in that visit.")


class NotEligibleOnline(DomainError):
    """Rules of supervision refuse the deed. `asks` are the rules' own sentences."""

    code = "consultation.not_eligible"
    text = T(zh="{sentence}", en="{sentence}")
    hint = T(zh="{advice}", en="{advice}")

    def __init__(self, asks: Sequence[Any]) -> None:
        self.asks = list(asks)
        sentence = T(zh="；".join(a.sentence.zh for a in asks), en=" ".join(a.sentence.en for a in asks))
        advice = T(zh="；".join(a.hint.zh for a in asks if a.hint), en=" ".join(a.hint.en for a in asks if a.hint))
        super().__init__(sentence=sentence, advice=advice, rules=[a.rule_id for a in asks])

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {"rules": self.fields["rules"]}


class ConfirmAgain(NotEligibleOnline):
    """The physician must prove identity again before this visit (rule A09)."""

    code = "consultation.confirm_again"


class NeedsAnswer(NotEligibleOnline):
    """A finding must be answered with a coded reason before signing."""

    code = "consultation.needs_answer"


# THE COURSE OF A VISIT


class WrongState(DomainError):
    """The visit is not in a state in which this can be done."""

    code = "consultation.wrong_state"
    text = T(
        zh="这次问诊现在是“{state}”，不能{deed}。",
        en="This visit is now “{state}”; it is not possible to {deed}.",
    )
    hint = T(zh="请刷新页面查看最新状态。", en="Reload the page to see where it stands.")


class EvidenceNotAccepted(DomainError):
    """No evidence of this visit has been accepted by the physician."""

    code = "consultation.evidence_not_accepted"
    text = T(
        zh="开始前需由您判断并认可一份复诊依据（《互联网诊疗监管细则（试行）》第十八条）。",
        en="Before the start you need to judge and accept one paper of the earlier diagnosis "
        "(Rules for Supervision of Internet Care, trial, article 18).",
    )
    hint = T(zh="查看患者提供的材料后点“认可”或“不认可”。", en="Look at the patient's paper, then accept or refuse it.")


class EvidenceAlreadyJudged(DomainError):
    """The paper was judged before."""

    code = "consultation.evidence_already_judged"
    text = T(zh="这份材料已经判断过：{judgement}。", en="This paper was already judged: {judgement}.")


class VisitClosed(DomainError):
    """The conversation is over."""

    code = "consultation.visit_closed"
    text = T(zh="这次问诊已经结束，不能再发消息。", en="This visit is over; no more messages can be sent.")
    hint = T(zh="需要继续的话，请申请新的复诊。", en="To go on, ask for a new visit.")


class NotStartedYet(DomainError):
    """The physician speaks before having opened the visit."""

    code = "consultation.not_started"
    text = T(zh="请先开始接诊，再回复患者。", en="Please start the visit before you answer the patient.")
    hint = T(zh="点“开始接诊”。", en="Choose “Start the visit”.")


class MessageIdTaken(DomainError):
    """The same id was sent before with another content."""

    code = "consultation.message_id_taken"
    text = T(zh="这个消息编号已用于另一条内容。", en="This message id was already used for another content.")
    hint = T(zh="请换一个新的编号再发。", en="Send it again under a new id.")


class TooManyMessages(DomainError):
    """More messages in a minute than a person writes."""

    code = "consultation.too_many_messages"
    text = T(zh="发送太快：一分钟最多 {limit} 条。", en="Too fast: at most {limit} messages a minute.")
    hint = T(zh="请稍等片刻再发。", en="Please wait a moment.")
    status = 429


class EmergencyStands(DomainError):
    """A red flag rang in the visit: online care has stopped until the patient is referred or the alarm is answered."""

    code = "consultation.emergency_stands"
    text = T(
        zh="患者的话里有危险信号“{name}”，线上诊疗已停止，现在不能签署、开方或结束（《互联网诊疗管理办法（试行）》第十六条）。",
        en="The patient's words raised the red flag “{name}”. Online care has stopped: nothing can be signed, "
        "prescribed or ended now (Measures for Internet Diagnosis and Treatment, trial, article 16).",
    )
    hint = T(
        zh="请立即转线下（转诊信已拟好）；如确无危险，请注明理由解除警报。",
        en="Refer the patient now (the letter is drafted), or stand the alarm down with a reason if all is well.",
    )


# THE RECORD


class RecordLocked(DomainError):
    """The record was signed."""

    code = "consultation.record_locked"
    text = T(
        zh="病历已于 {at} 签名锁定，不能再改。",
        en="The record was signed and locked at {at}; it cannot be changed.",
    )
    hint = T(zh="需要补充时，请写补记并签名。", en="To add something, write and sign an addendum.")


class RecordMoved(DomainError):
    """Another page saved a newer draft."""

    code = "consultation.record_moved"
    text = T(
        zh="病历草稿已在别处保存到第 {current} 版，您的页面还是第 {given} 版。",
        en="The draft was saved elsewhere as version {current}; your page still has version {given}.",
    )
    hint = T(
        zh="请先复制您刚写的内容，刷新后再合并。", en="Copy what you just wrote, reload the page, then bring it in."
    )


class RecordNotSigned(DomainError):
    """The visit cannot end, or be added to, before its record is signed."""

    code = "consultation.record_not_signed"
    text = T(zh="病历还没有签名。", en="The record is not signed yet.")
    hint = T(zh="请先完成并签署病历。", en="Finish and sign the record first.")


class TooManyAttachments(DomainError):
    """More pictures than a record holds."""

    code = "consultation.too_many_attachments"
    text = T(zh="一份病历最多 {limit} 个附件。", en="A record holds at most {limit} attachments.")
    status = 422


# THE LIVE VISIT


class LiveNotHere(DomainError):
    """This installation has no media process: the extra parts for picture and sound are not installed."""

    code = "consultation.live_not_here"
    text = T(
        zh="本院目前只提供图文问诊：服务器上没有安装音视频组件。",
        en="This hospital offers text only at present: its server has no parts for picture and sound.",
    )
    hint = T(zh="请用下面的文字和图片继续。", en="Please go on below by text and pictures.")


class LiveOver(DomainError):
    """The visit, or its live session, is over."""

    code = "consultation.live_over"
    text = T(zh="这次问诊或通话已经结束。", en="This visit, or its call, is over.")
    hint = T(
        zh="需要继续的话，请在问诊中重新进入，或申请新的复诊。",
        en="Come in again from the visit, or ask for another.",
    )


class OneLiveVisit(DomainError):
    """The physician is in another live visit."""

    code = "consultation.one_live_visit"
    text = T(
        zh="一位医师同一时间只能进行一场音视频问诊（规则 I03），现在还有另一场没有结束。",
        en="A physician holds one live visit at a time (rule I03), and another one has not ended yet.",
    )
    hint = T(zh="请先结束另一场通话；在那之前可以用文字继续。", en="End the other call first; until then text goes on.")


class ProofForLive(DomainError):
    """No proof of identity within the window of rule A09."""

    code = "consultation.proof_for_live"
    text = T(
        zh="进入音视频问诊前 {minutes} 分钟内需要核验一次本人身份"
        "（规则 A09；《互联网诊疗监管细则（试行）》第十三条）。",
        en="Within {minutes} minutes before a live visit you prove once who you are (rule A09; Rules on the "
        "supervision of internet care, trial, article 13).",
    )
    hint = T(zh="请核验身份，然后回到这里进入。", en="Prove who you are, then come back and join.")


class NoPurpose(DomainError):
    """A recording was asked for without a purpose."""

    code = "consultation.no_purpose"
    text = T(
        zh="回放前请用 {least} 到 {most} 个字写明目的；它会记入日志。",
        en="Say in {least} to {most} characters what you play this for; it is written into the journal.",
    )
    hint = T(
        zh="例如：核查投诉 C-12 中患者说没有说明用药风险。", en="For example: complaint C-12, was the risk explained?"
    )
    status = 422


class RecordingGone(DomainError):
    """The recording was deleted after its time, is still being written, or its file or key is not here."""

    code = "consultation.recording_gone"
    text = T(zh="这段录存现在不能回放：{why}。", en="This recording cannot be played now: {why}.")
