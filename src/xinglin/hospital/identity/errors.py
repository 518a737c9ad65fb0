"""What identity refuses, and what would make it right."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T

# PROOFS


class ConfirmationNeeded(DomainError):
    """A signature, or another deed that counts, without a fresh proof of identity."""

    code = "identity.confirmation_needed"
    text = T(
        zh="请先确认是您本人：最近 {minutes} 分钟内没有身份确认。",
        en="Please confirm that it is you: there is no proof of identity in the last {minutes} minutes.",
    )
    hint = T(zh="输入密码或动态口令后再签名。", en="Enter your password or one-time code, then sign.")
    status = 403


class ConfirmationFailed(DomainError):
    """A wrong password or one-time code."""

    code = "identity.confirmation_failed"
    text = T(zh="密码或动态口令不对。", en="The password or one-time code does not fit.")
    hint = T(zh="还可以再试 {left} 次。", en="You can try {left} more times.")
    status = 422


class ConfirmationLocked(DomainError):
    """Too many wrong proofs."""

    code = "identity.confirmation_locked"
    text = T(zh="连续多次输入不对，确认功能暂停。", en="Too many wrong attempts: confirming is paused.")
    hint = T(zh="请在 {minutes} 分钟后再试。", en="Try again in {minutes} minutes.")
    status = 429


class NoCredential(DomainError):
    """Someone without a valid credential record tries to sign."""

    code = "identity.no_credential"
    text = T(
        zh="您目前没有有效的执业资格记录，不能签名。",
        en="You have no valid credential record at present, so you cannot sign.",
    )
    hint = T(zh="请联系医务管理部门。", en="Please contact medical affairs.")
    status = 403


# REGISTRATION


class CodeTooSoon(DomainError):
    """A second code within the pause."""

    code = "identity.code_too_soon"
    text = T(zh="刚刚已发送过验证码。", en="A code has just been sent.")
    hint = T(zh="请 {seconds} 秒后再获取。", en="Ask again in {seconds} seconds.")
    status = 429


class TooManyCodes(DomainError):
    """More codes in an hour than a phone may get."""

    code = "identity.too_many_codes"
    text = T(zh="这个手机号一小时内获取验证码过多。", en="This phone has asked for too many codes within an hour.")
    hint = T(zh="请稍后再试。", en="Please try again later.")
    status = 429


class WrongCode(DomainError):
    """The code does not fit."""

    code = "identity.wrong_code"
    text = T(zh="验证码不对。", en="The code does not fit.")
    hint = T(zh="还可以再试 {left} 次。", en="You can try {left} more times.")
    status = 422


class CodeDead(DomainError):
    """There is no code that could fit: none sent, too old, used, or tried too often."""

    code = "identity.code_dead"
    text = T(zh="验证码已失效。", en="The code is no longer valid.")
    hint = T(zh="请重新获取验证码。", en="Please ask for a new code.")
    status = 422


class MessagesDown(DomainError):
    """The text message could not be handed to a provider."""

    code = "identity.messages_down"
    text = T(zh="短信暂时发不出去。", en="The text message cannot be sent at present.")
    hint = T(zh="请稍后再试；急症请拨打 120。", en="Please try again later; in an emergency call 120.")
    status = 424


class NoAccountForPhone(DomainError):
    """A phone that was proved, but no patient's account has it."""

    code = "identity.no_account_for_phone"
    text = T(zh="这个手机号还没有注册。", en="This phone is not registered yet.")
    hint = T(zh="请先实名注册。", en="Please register with your real name first.")
    status = 404


class PhoneTaken(DomainError):
    """The phone already belongs to an account."""

    code = "identity.phone_taken"
    text = T(zh="这个手机号已经注册过。", en="This phone is registered already.")
    hint = T(
        zh="请直接登录；若号码是新换来的，请联系医院。", en="Please sign in; if the number is new to you, contact us."
    )


class NumberTaken(DomainError):
    """The identity number is registered already, and the person here has not proved to be that one."""

    code = "identity.number_taken"
    text = T(zh="这个证件号码已经登记，但登记的手机号不是这一个。", en="This number is registered, with another phone.")
    hint = T(
        zh="请用原手机号登录；原号码已停用的，请带证件到医院更正。",
        en="Please sign in with that phone; if you no longer have it, bring your document to the hospital.",
    )


class MinorNeedsGuardian(DomainError):
    """A minor registers through a guardian."""

    code = "identity.minor_needs_guardian"
    text = T(zh="未满 {years} 周岁，需要监护人来注册。", en="People under {years} are registered by a guardian.")
    hint = T(
        zh="请监护人先用本人证件注册，再添加孩子。",
        en="Let the guardian register with the own document first, then add the child.",
    )


class AlreadyVerified(DomainError):
    """A confirmed name is not changed on a page."""

    code = "identity.already_verified"
    text = T(zh="实名信息已经核验通过，不能在这里修改。", en="Your identity is verified; it cannot be changed here.")
    hint = T(
        zh="姓名或证件有变更的，请带新证件到医院办理。", en="If it changed, bring the new document to the hospital."
    )


class RegistryAskedTooOften(DomainError):
    """More questions about one person than the register should get."""

    code = "identity.registry_asked_too_often"
    text = T(zh="一小时内核验次数过多。", en="Too many checks within an hour.")
    hint = T(zh="请先核对姓名和证件号码，稍后再试。", en="Please check name and number, and try again later.")
    status = 429


class NotCheckable(DomainError):
    """The population register knows resident identity cards only."""

    code = "identity.not_checkable"
    text = T(zh="人口库只能核验居民身份证。", en="The population register checks resident identity cards only.")
    hint = T(zh="其他证件请上传照片，由医务人员审核。", en="Upload a photo of the document; the hospital reviews it.")


# GUARDIANS


class GuardianNotVerified(DomainError):
    """The guardian's own real name is not verified yet."""

    code = "identity.guardian_not_verified"
    text = T(zh="您本人的实名核验还没有通过。", en="Your own real-name check has not passed yet.")
    hint = T(zh="请先完成本人的实名核验，再添加家人。", en="Complete your own check first, then add family members.")


class GuardianTooYoung(DomainError):
    """A minor cannot be a guardian."""

    code = "identity.guardian_too_young"
    text = T(zh="监护人须年满 {years} 周岁。", en="A guardian must be at least {years} years old.")


class GuardianshipExists(DomainError):
    """The same guardian asked for the same ward before."""

    code = "identity.guardianship_exists"
    text = T(zh="这位家人已经添加过。", en="This family member has been added already.")


class AlreadyDecided(DomainError):
    """Someone else decided first."""

    code = "identity.already_decided"
    text = T(zh="这件事已经有人处理过。", en="This has been decided already.")
    hint = T(zh="请刷新后查看结果。", en="Please reload to see the outcome.")


# PRACTICE


class UsernameTaken(DomainError):
    """The user name belongs to someone."""

    code = "identity.username_taken"
    text = T(zh="这个用户名已有人使用。", en="This user name is taken.")
    hint = T(zh="请换一个。", en="Please choose another.")


class ApplicationWaiting(DomainError):
    """A second application while the first waits."""

    code = "identity.application_waiting"
    text = T(zh="您已有一份申请在等待审核。", en="An application of yours is waiting for a decision.")


class RegisterNumberTaken(DomainError):
    """The register number belongs to another credential record."""

    code = "identity.register_number_taken"
    text = T(
        zh="这个执业注册号已经登记在另一份资格记录上。", en="This register number stands on another credential record."
    )
    hint = T(zh="请核对证书上的号码。", en="Please check the number on the certificate.")


class PapersMissing(DomainError):
    """An application cannot be approved without its papers."""

    code = "identity.papers_missing"
    text = T(zh="还缺少材料：{papers}。", en="Papers are missing: {papers}.")
    hint = T(zh="请退回补正并说明缺什么。", en="Return the application and say what is missing.")


class ApplicantNotVerified(DomainError):
    """The applicant's real name is not verified."""

    code = "identity.applicant_not_verified"
    text = T(zh="申请人的实名核验没有通过。", en="The applicant's real name is not verified.")
    hint = T(zh="请先核验；不一致的退回补正。", en="Check it first; return the application where it does not match.")


class TooFewYears(DomainError):
    """Fewer years of independent practice than the place of the institution asks."""

    code = "identity.too_few_years"
    text = T(
        zh="独立执业满 {have} 年，本地线上诊疗要求满 {need} 年（规则 A07）。",
        en="{have} years of independent practice; online care here asks for {need} (rule A07).",
    )
    hint = T(zh="年限达到后可再次申请。", en="The applicant may apply again when the years are complete.")


class OutsideRegistration(DomainError):
    """The registration does not hold today."""

    code = "identity.outside_registration"
    text = T(
        zh="执业注册或备案不覆盖今天（{first} 至 {last}）。",
        en="Registration or filing does not cover today ({first} to {last}).",
    )
    hint = T(zh="请核对生效日期。", en="Please check the effective dates.")


class DepartmentNotLicensed(DomainError):
    """The institution is not licensed for the department."""

    code = "identity.department_not_licensed"
    text = T(zh="机构没有登记科室 {department}。", en="The institution holds no licence for department {department}.")
    hint = T(zh="请选择已登记的科室，或先登记该科室。", en="Choose a licensed department, or enter it first.")


class AlreadySuspended(DomainError):
    """A suspension is open."""

    code = "identity.already_suspended"
    text = T(zh="已经处于暂停状态。", en="Already suspended.")


class NotSuspended(DomainError):
    """There is nothing to lift."""

    code = "identity.not_suspended"
    text = T(zh="目前没有暂停。", en="Not suspended at present.")


# TOKENS


class SignInFailed(DomainError):
    """User name, password or one-time code do not fit; which of them is not said."""

    code = "identity.sign_in_failed"
    text = T(zh="用户名、密码或动态口令不对。", en="The user name, the password or the one-time code does not fit.")
    hint = T(
        zh="令牌需要密码和动态口令；还没有动态口令的，请先在网页登录后设置。",
        en="A token needs the password and a one-time code; if you have none yet, sign in on the pages and set it up.",
    )
    status = 401


class SignInLocked(DomainError):
    """Too many wrong tries for one user name, whether or not it exists."""

    code = "identity.sign_in_locked"
    text = T(zh="连续多次不对，登录暂停。", en="Too many wrong attempts: signing in is paused.")
    hint = T(zh="请在 {minutes} 分钟后再试。", en="Try again in {minutes} minutes.")
    status = 429


class SecondFactorNeeded(DomainError):
    """A staff session without one-time codes or a passkey asks for something."""

    code = "identity.second_factor_needed"
    text = T(zh="请先设置动态口令或通行密钥。", en="Please set up one-time codes or a passkey first.")
    hint = T(zh="在网页 /staff/2fa/ 设置。", en="Set one up on the page /staff/2fa/.")
    status = 403


# LIKENESS


class LikenessConsentNeeded(DomainError):
    """A face or voice is looked at only with a separate consent."""

    code = "identity.likeness_consent_needed"
    text = T(zh="您还没有单独同意处理{kind}信息。", en="You have not given the separate consent for your {kind}.")
    hint = T(
        zh="不同意也可以就诊：可以用验证码等其他方式，或申请人工核验。",
        en="You can be seen without it: by a code, or checked by a person.",
    )
    status = 403


class ConsentTextChanged(DomainError):
    """The text that was on the screen is not the one in force."""

    code = "identity.consent_text_changed"
    text = T(zh="同意书内容已更新。", en="The text of the consent has changed.")
    hint = T(zh="请阅读新的内容后再决定。", en="Please read the new text and decide again.")


class MinorNotEnrolled(DomainError):
    """Faces and voices of minors are not enrolled."""

    code = "identity.minor_not_enrolled"
    text = T(
        zh="不登记未满 {years} 周岁的人的人脸和声音。", en="Faces and voices of people under {years} are not enrolled."
    )
    hint = T(zh="由监护人核验本人身份。", en="The guardian proves their own identity instead.")


class LikenessUnavailable(DomainError):
    """A model or library that the check needs is not installed on this server."""

    code = "identity.likeness_unavailable"
    text = T(
        zh="这台服务器没有安装{what}，现在无法自动核验。",
        en="This server has no {what} installed, so nothing can be verified automatically.",
    )
    hint = T(zh="可以使用其他方式，或申请人工核验。", en="Use another way, or ask to be checked by a person.")
    status = 424


class NoTemplate(DomainError):
    """There is nothing to compare with."""

    code = "identity.no_template"
    text = T(zh="您还没有登记{kind}。", en="Your {kind} is not enrolled.")
    hint = T(zh="可以先登记，或使用其他方式。", en="Enrol first, or use another way.")


class TemplateForeign(DomainError):
    """A sealed template does not open for this person: it was copied, altered, or its key is gone."""

    code = "identity.template_foreign"
    text = T(zh="保存的模板打不开，不能用于这个人。", en="The stored template does not open for this person.")
    hint = T(zh="请重新登记；医务管理部门会收到提醒。", en="Please enrol again; the journal holds this event.")


class TemplateOutdated(DomainError):
    """The template was made by another engine or version."""

    code = "identity.template_outdated"
    text = T(zh="登记时使用的核验引擎已更换。", en="The engine has been replaced since you enrolled.")
    hint = T(zh="请重新登记一次。", en="Please enrol once more.")


class ChallengeOver(DomainError):
    """A challenge that was answered before, is too old, or was replaced by a newer one."""

    code = "identity.challenge_over"
    text = T(zh="这次动作提示已经失效。", en="These movements are no longer asked for.")
    hint = T(zh="请重新开始一次。", en="Please start again.")


class TooManyChallenges(DomainError):
    """More tries in an hour than an account may make."""

    code = "identity.too_many_challenges"
    text = T(zh="一小时内尝试次数过多。", en="Too many tries within an hour.")
    hint = T(zh="请稍后再试，或申请人工核验。", en="Try again later, or ask to be checked by a person.")
    status = 429


class TriesUsedUp(DomainError):
    """The tries that policy allows have failed; a person checks now."""

    code = "identity.tries_used_up"
    text = T(
        zh="{tries} 次都没有通过，这不一定是您的问题。", en="{tries} tries did not pass; that need not be your doing."
    )
    hint = T(
        zh="请使用其他方式或申请人工核验；{minutes} 分钟后也可以再试。",
        en="Use another way or ask to be checked by a person; in {minutes} minutes you can also try again.",
    )
    status = 429


class FramesWrong(DomainError):
    """No picture, several at once, or one that is too large: pictures are shown one by one while a step is asked."""

    code = "identity.frames_wrong"
    text = T(
        zh="每次只送一张画面，不超过 {kilobytes} KB；画面要在看到提示之后拍摄。",
        en="One picture at a time, of at most {kilobytes} KB, taken after the prompt was shown.",
    )
    hint = T(zh="请按提示一步一步来。", en="Follow the prompts step by step.")
    status = 422


class FrameOutOfTurn(DomainError):
    """A picture that was not the next one: sent before the step was asked, twice, in another order, or side by side."""

    code = "identity.frame_out_of_turn"
    text = T(
        zh="这张画面不是现在要的：它在提示之前送出，或重复、同时送了多张。",
        en="This picture is not the one wanted now: sent before the prompt, twice, or beside another.",
    )
    hint = T(
        zh="没有记录它。取得现在的提示后，再送新拍的一张。",
        en="Nothing was recorded. Ask where the challenge stands, then send a new picture.",
    )


class FrameRepeated(DomainError):
    """The very same bytes as an earlier picture of this challenge; no camera gives them twice."""

    code = "identity.frame_repeated"
    text = T(zh="这张画面已经送过。", en="This picture was sent before.")
    hint = T(zh="请送一张新拍的画面。", en="Send a newly taken one.")


class EnrolledAlready(DomainError):
    """There is a live template of this kind."""

    code = "identity.enrolled_already"
    text = T(zh="您已经登记过{kind}。", en="Your {kind} is enrolled already.")
    hint = T(zh="需要更换时，请先删除原来的登记。", en="To replace it, delete the present one first.")


class NotThePortrait(DomainError):
    """The live face is not the face on the card."""

    code = "identity.not_the_portrait"
    text = T(
        zh="现场画面与证件头像不是同一个人，没有登记。", en="The live face is not the portrait's: nothing was enrolled."
    )
    hint = T(
        zh="请在光线充足处正对镜头再试，或申请人工核验。",
        en="Try again in good light facing the camera, or ask to be checked by a person.",
    )
    status = 422


class ReviewOpen(DomainError):
    """A request of this kind waits already."""

    code = "identity.review_open"
    text = T(zh="您的申请已在等待审核。", en="Your request is waiting already.")
    hint = T(zh="审核后会在这里告诉您。", en="You will be told here.")


class OwnReview(DomainError):
    """Nobody decides about the own likeness."""

    code = "identity.own_review"
    text = T(zh="不能审核自己的申请。", en="Nobody reviews their own request.")
    hint = T(zh="请由另一位医务管理人员审核。", en="Another officer decides it.")
    status = 403
