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
