"""Refusals of the pharmacy: what happened, which rule, and what would make it right."""

from typing import Any

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T


class CheckerDown(DomainError):
    """The rule engine does not answer as its self-test expects."""

    code = "prescription.checker_down"
    text = T(
        zh="用药规则检查目前不可用，为了患者安全，现在不能开方、审方和发药。",
        en="The safety checks are not working. To keep patients safe, nothing can be prescribed or handed over now.",
    )
    hint = T(
        zh="请稍候片刻再试；急需用药请转线下就诊。",
        en="Try again in a moment; refer the patient in person if medicine is needed at once.",
    )
    status = 424


class PrescriptionNeedsAnswer(DomainError):
    """The reminder found something that the prescriber has to change or to answer with a coded reason."""

    code = "prescription.needs_answer"
    text = T(zh="还有 {count} 条提醒需要处理：{rules}。", en="{count} reminders still need an answer: {rules}.")
    hint = T(
        zh="请修改处方，或为每条提醒选择理由后再签名。",
        en="Change the prescription, or choose a reason for each reminder, then sign.",
    )

    def __init__(self, *, asks: list[Any]) -> None:
        self.asks = asks
        rules = ", ".join(sorted({ask.rule_id for ask in asks}))
        super().__init__(field="answers", count=len(asks), rules=rules)


class MedicineCardsOpen(DomainError):
    """The check of medicines found something grave that is neither remedied nor accepted."""

    code = "prescription.medicine_cards_open"
    text = T(
        zh="用药核查还有 {count} 项没有处理：{titles}。",
        en="The check of medicines has {count} open: {titles}.",
    )
    hint = T(
        zh="请用卡片上的办法修改处方，或注明理由接受；“不得使用”的只能修改。",
        en="Change the prescription as the card offers, or accept with a reason; what must not be given has to change.",
    )

    def __init__(self, *, cards: list[Any]) -> None:
        self.cards = cards
        zh, en = "、".join(card.title.zh for card in cards), ", ".join(card.title.en for card in cards)
        super().__init__(count=len(cards), titles=T(zh=zh, en=en))


class RemedyGone(DomainError):
    """The tap came for something that is not offered any more."""

    code = "prescription.remedy_gone"
    text = T(
        zh="处方已经变了，这个办法不再适用。", en="The prescription has changed; this remedy does not fit any more."
    )
    hint = T(zh="请看最新的提示。", en="Look at what is shown now.")


class PrescriptionRefused(DomainError):
    """A rule forbids it: no reason can answer it."""

    code = "prescription.refused"
    text = T(zh="规则 {rule} 不允许：{sentence}", en="Rule {rule} does not allow this: {sentence}")
    hint = T(zh="{way}", en="{way}")

    def __init__(self, *, asks: list[Any]) -> None:
        self.asks = asks
        first = asks[0]
        super().__init__(rule=first.rule_id, sentence=first.sentence, way=first.hint)


class DispensingRefused(PrescriptionRefused):
    """A rule forbids handing over."""

    code = "prescription.dispensing_refused"
    text = T(zh="现在不能发药。规则 {rule}：{sentence}", en="It cannot be handed over now. Rule {rule}: {sentence}")


class WrongStage(DomainError):
    """The step does not follow from the state in which the prescription is."""

    code = "prescription.wrong_stage"
    text = T(zh="处方目前“{state}”，不能这样做。", en='The prescription is "{state}"; this step does not follow.')
    hint = T(zh="请刷新页面，看看它现在到了哪一步。", en="Reload the page to see where it stands now.")


class RecordNotSigned(DomainError):
    """No signed record with a diagnosis."""

    code = "prescription.record_not_signed"
    text = T(
        zh="开方前要有已签名、写明诊断的病历（处方管理办法第六条）。",
        en="A signed record with a diagnosis comes before a prescription (Prescription Rules 2007, article 6).",
    )
    hint = T(zh="请先写好诊断并签名病历。", en="Write the diagnosis and sign the record first.")


class VisitNotOpen(DomainError):
    """The visit has not begun, or ended too long ago."""

    code = "prescription.visit_not_open"
    text = T(
        zh="这次问诊还没有开始，或结束已超过三天，不能开方。",
        en="This visit has not begun, or ended over three days ago.",
    )
    hint = T(zh="请在问诊中开方。", en="Prescribe during the visit.")


class SameIdOtherContent(DomainError):
    """A caller's id came back with something else."""

    code = "prescription.id_reused"
    text = T(zh="这个编号已经用于另一项操作。", en="This id already belongs to another deed.")
    hint = T(zh="请刷新页面后重试。", en="Reload the page and try again.")


class NothingPrescribed(DomainError):
    """An empty draft."""

    code = "prescription.empty"
    text = T(zh="处方里还没有药品。", en="There is no medicine on the prescription yet.")
    hint = T(zh="请搜索并加入药品。", en="Search for a medicine and add it.")
    status = 422


class ReviewerIsPrescriber(DomainError):
    """One may not review one's own prescription."""

    code = "prescription.reviewer_is_prescriber"
    text = T(
        zh="开方和审方不能是同一人（处方管理办法第二十九至三十六条）。",
        en="Prescriber and reviewer cannot be the same person (Prescription Rules 2007, articles 29 to 36).",
    )
    hint = T(zh="请由另一位药师审核。", en="Let another pharmacist review it.")


class SignatureBroken(DomainError):
    """The content is not what was signed, or the signature is not by its key."""

    code = "prescription.signature_broken"
    text = T(
        zh="处方的电子签名验证不通过（规则 B08），不能继续。",
        en="The prescription's signature does not hold (rule B08); it cannot go on.",
    )
    hint = T(zh="请退回医师重新开具，并报告医务管理。", en="Return it to the physician and tell medical affairs.")


class PrescriptionExpired(DomainError):
    """Past its validity."""

    code = "prescription.expired"
    text = T(
        zh="处方已于 {until} 过有效期（处方管理办法第十八条）。",
        en="The prescription expired at {until} (Prescription Rules 2007, article 18).",
    )
    hint = T(zh="请医师重新开具。", en="Ask the physician for a new one.")


class TraceCodeMalformed(DomainError):
    """Not twenty digits."""

    code = "dispensing.trace_code_malformed"
    text = T(zh="追溯码“{given}”不对：应为 20 位数字。", en='"{given}" is not a trace code: it has 20 digits.')
    hint = T(zh="请重新扫描药盒上的追溯码。", en="Scan the trace code on the box again.")
    status = 422


class TraceCodeOfOtherProduct(DomainError):
    """The box holds another medicine."""

    code = "dispensing.trace_code_other_product"
    text = T(zh="追溯码 {given} 不是{product}的药盒。", en="The box {given} is not {product}.")
    hint = T(zh="请核对药名和规格，换成正确的药盒再扫。", en="Check name and strength, then scan the right box.")
    status = 422


class TraceCodeTaken(DomainError):
    """This box was sold, taken back, or stands ready for somebody else."""

    code = "dispensing.trace_code_taken"
    text = T(
        zh="追溯码 {given} 已经用过，一盒药只能售出一次（规则 J01）。",
        en="The box {given} has been used already: one box is sold once (rule J01).",
    )
    hint = T(
        zh="请换一盒再扫，并把这一盒放到一边待查。",
        en="Scan another box and put this one aside for checking.",
    )


class TraceCodeTwice(DomainError):
    """The same box scanned twice for one prescription."""

    code = "dispensing.trace_code_twice"
    text = T(zh="追溯码 {given} 扫了两次。", en="The box {given} was scanned twice.")
    hint = T(zh="每盒药扫一次。", en="Scan each box once.")
    status = 422


class WrongNumberOfPacks(DomainError):
    """Not as many boxes as prescribed."""

    code = "dispensing.wrong_number_of_packs"
    text = T(
        zh="{product}应配 {wanted} 盒，扫了 {scanned} 盒。",
        en="{product}: {wanted} packs prescribed, {scanned} scanned.",
    )
    hint = T(zh="请补扫或移去多余的。", en="Scan the missing ones or remove the surplus.")
    status = 422


class NotPaidYet(DomainError):
    """Nothing is handed over before settlement."""

    code = "dispensing.not_paid"
    text = T(zh="还没有结算，不能发药。", en="It has not been settled; nothing can be handed over.")
    hint = T(zh="请患者先付款。", en="The patient pays first.")


class AlreadyHandedOver(DomainError):
    """Handed over once already, by another deed."""

    code = "dispensing.already_handed_over"
    text = T(
        zh="这张处方已于 {at} 发过药，不能再发。", en="It was handed over at {at} and cannot be handed over again."
    )


class AlreadyReleased(DomainError):
    """Another settlement has released it."""

    code = "dispensing.already_released"
    text = T(zh="这张处方已由另一笔结算付清。", en="Another settlement has paid for this prescription.")


class CourierUnavailable(DomainError):
    """The courier does not answer or does not take the parcel."""

    code = "delivery.courier_unavailable"
    text = T(zh="配送公司暂时没有接单：{why}。", en="The courier has not taken the order: {why}.")
    hint = T(
        zh="药已备好，系统会继续联系；也可改为到店自取。",
        en="The medicine is ready and we keep trying; it can be collected instead.",
    )
    status = 424


class ReturnNotAllowed(DomainError):
    """Medicine that has left the house is not taken back for this reason."""

    code = "dispensing.return_not_allowed"
    text = T(
        zh="药品发出后，除质量等原因外不能退回（医疗机构药事管理规定第二十八条）。",
        en="Medicine that has been handed over is not taken back except for quality and the like (Rules on Pharmacy "
        "Administration in Medical Institutions 2011, article 28; from memory).",
    )
    hint = T(
        zh="如对用药有疑问，请先联系医师或药师。",
        en="If you have doubts about the medicine, ask the physician or pharmacist first.",
    )


class RecipientUnknown(DomainError):
    """Nobody has said where the medicine goes."""

    code = "delivery.recipient_unknown"
    text = T(zh="还没有收货方式和地址。", en="No way of delivery and no address has been chosen yet.")
    hint = T(zh="请患者在处方页面选择。", en="The patient chooses on the prescription page.")
    status = 422


class KeyAlreadyRevoked(DomainError):
    """A revocation is final."""

    code = "authority.already_revoked"
    text = T(zh="证书 {serial} 已于 {at} 吊销。", en="Certificate {serial} was revoked at {at}.")


class RootStays(DomainError):
    """The root is neither revoked nor changed by a command."""

    code = "authority.root_stays"
    text = T(
        zh="根证书不能这样吊销或更换：各处阅读器都装着它。",
        en="The root cannot be revoked or changed this way: readers everywhere have it installed.",
    )
    hint = T(
        zh="请吊销签发证书；根密钥泄露时须另立新根并通知所有机构。",
        en="Revoke the issuing certificate; if the root key is known to others, found a new root and tell every house.",
    )


class NameNotCanonical(DomainError):
    """A name on the prescription is not in its proper form: it may pose as another."""

    code = "prescription.name_not_canonical"
    text = T(zh="{who}的姓名写法不规范：{what}。", en="The name of the {who} is not in its proper form: {what}.")
    hint = T(
        zh="请核对证件，由医务管理更正登记姓名后再签发。",
        en="Compare it with the document; medical affairs corrects the registered name, then it can be issued.",
    )


class NoDocumentForEnded(DomainError):
    """A prescription that ended before the review is not handed out as a document."""

    code = "prescription.no_document"
    text = T(zh="处方“{state}”，不再签发文件。", en='The prescription is "{state}"; no document is signed for it.')


class TooManyVerifications(DomainError):
    """The public page is asked too often from one address."""

    code = "verify.too_many"
    text = T(zh="查询太频繁，每分钟最多 {most} 次。", en="Too many questions: at most {most} a minute.")
    hint = T(zh="请过一分钟再试；批量核验请用离线命令。", en="Try again in a minute; verify many offline instead.")
    status = 429


class NoTimestamp(DomainError):
    """The outside timestamp authority does not answer."""

    code = "authority.no_timestamp"
    text = T(zh="时间戳服务没有应答，暂时不能签发处方文件。", en="The timestamp authority does not answer.")
    hint = T(zh="请稍后再试。", en="Try again in a moment.")
    status = 424


class SheetHeldByAnother(DomainError):
    """Another pharmacist has the prescription open."""

    code = "prescription.held_by_another"
    text = T(zh="{holder}正在审这张处方。", en="{holder} has this prescription open.")
    hint = T(
        zh="请审下一张；对方离开或五分钟没有动作后会自动放开。",
        en="Take the next one; this one is free again when they leave, or after five minutes without a move.",
    )


class SecondSignerNeeded(DomainError):
    """A finding of tier X stands: one signature does not approve."""

    code = "prescription.second_signer_needed"
    text = T(
        zh="有“不得使用”的提示，须两位药师先后签名才能通过（本院规定，规则 B12）。",
        en="A finding says that it must not be given: two pharmacists sign before it is approved (policy, rule B12).",
    )
    hint = T(
        zh="请退回医师；确需使用的，写明理由签第一个名，由另一位药师复核。",
        en="Return it to the physician; if it is needed, sign first with reasons and let another pharmacist review.",
    )


class SecondSignerIsFirst(DomainError):
    """Both signatures by one person."""

    code = "prescription.second_signer_is_first"
    text = T(zh="两个签名不能是同一人（规则 B12）。", en="The two signatures cannot be the same person's (rule B12).")
    hint = T(zh="请由另一位药师复核签名。", en="Let another pharmacist review and sign.")


class OnlyTheHead(DomainError):
    """Figures of others, and of medicines by physician, are for the head of the pharmacy and medical affairs."""

    code = "pharmacy.only_the_head"
    text = T(
        zh="各药师的数字和按医师统计的用药，只向药学部门负责人和医务管理开放（规则 B15，禁止统方）。",
        en="Figures of each desk, and of medicines by physician, are open to the head of the pharmacy and to medical "
        "affairs only (rule B15).",
    )
    hint = T(
        zh="请看自己的数字；需要汇总时请药学部门负责人查询。",
        en="Your own figures are yours to see; ask the head of the pharmacy for others.",
    )
    status = 403


class MonthNotOver(DomainError):
    """A sample of a month that still runs would leave out its last days."""

    code = "pharmacy.month_not_over"
    text = T(zh="{month} 还没有结束，不能抽样。", en="{month} is not over; its sample cannot be drawn yet.")
    hint = T(zh="请在次月抽样。", en="Draw it in the next month.")


class NothingToSample(DomainError):
    """No approved prescription in the month."""

    code = "pharmacy.nothing_to_sample"
    text = T(zh="{month} 没有审核通过的处方。", en="No prescription was approved in {month}.")


class TitleBelowCommenter(DomainError):
    """Comments are made by pharmacists of the intermediate title or above."""

    code = "pharmacy.title_below_commenter"
    text = T(
        zh="处方点评由主管药师及以上人员进行（医院处方点评管理规范（试行）第八条，凭记忆）。",
        en="Prescriptions are commented by pharmacists of the intermediate title or above (Rules on Prescription "
        "Comments 2010, article 8; from memory).",
    )
    hint = T(zh="请由主管药师及以上人员点评。", en="Let a pharmacist-in-charge or above comment.")
    status = 403
