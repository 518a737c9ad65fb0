"""Refusals of the books, one class each; `ANSWERS` maps the pure answers to them."""

from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger.entries import Answer


class TransferIdReused(DomainError):
    """The id belongs to another transfer."""

    code = "ledger.id_reused"
    text = T(zh="转账编号 {id} 已用于另一笔转账。", en="The id {id} belongs to another transfer.")
    hint = T(zh="请为新的转账使用新的编号。", en="Use a new id for a new transfer.")


class AmountNotPositive(DomainError):
    """Zero or negative."""

    code = "ledger.amount_not_positive"
    text = T(zh="转账金额必须大于零。", en="A transfer moves more than nothing.")
    hint = T(zh="方向相反的转账请交换两个账户。", en="To move money the other way, exchange the two accounts.")
    status = 422


class OneAccount(DomainError):
    """From an account to itself."""

    code = "ledger.one_account"
    text = T(zh="付出和收入不能是同一个账户。", en="A transfer needs two accounts.")
    hint = T(zh="请选择两个不同的账户。", en="Choose two different accounts.")
    status = 422


class ReservationUnknown(DomainError):
    """Nothing was reserved under this id."""

    code = "ledger.reservation_unknown"
    text = T(zh="没有这笔预留。", en="Nothing was reserved under this id.")
    hint = T(zh="请先预留，再入账或撤销。", en="Reserve first, then post or void.")
    status = 404


class NotAReservation(DomainError):
    """A final transfer cannot be posted or voided."""

    code = "ledger.not_a_reservation"
    text = T(zh="这笔转账不是预留，不能入账或撤销。", en="This transfer is final; it cannot be posted or voided.")
    hint = T(zh="请写一笔方向相反的转账。", en="Write a transfer in the other direction.")


class DiffersFromReservation(DomainError):
    """Accounts, amount or group are not those reserved."""

    code = "ledger.differs_from_reservation"
    text = T(zh="入账内容与预留不符。", en="This is not what was reserved.")
    hint = T(zh="请撤销预留，再按新的金额预留。", en="Void the reservation and reserve the new amount.")


class AlreadyPosted(DomainError):
    """It went the other way already."""

    code = "ledger.already_posted"
    text = T(zh="这笔预留已经入账，不能再撤销。", en="This reservation was posted; it cannot be voided any more.")
    hint = T(zh="请写一笔方向相反的转账。", en="Write a transfer in the other direction.")


class AlreadyVoided(DomainError):
    """It went the other way already."""

    code = "ledger.already_voided"
    text = T(zh="这笔预留已经撤销，不能再入账。", en="This reservation was voided; it cannot be posted any more.")
    hint = T(zh="请重新预留。", en="Reserve again.")


class Overdrawn(DomainError):
    """The account would fall below its floor."""

    code = "ledger.overdrawn"
    text = T(
        zh="账户余额不足，还差 {missing_fen} 分。", en="The account holds too little; {missing_fen} fen are missing."
    )
    hint = T(zh="请减少金额，或用其他方式支付其余部分。", en="Take less, or pay the rest another way.")


class AccountDiffers(DomainError):
    """An account with this code exists and is another one."""

    code = "ledger.account_differs"
    text = T(zh="账户 {account} 已存在，但内容不同。", en="The account {account} exists and is a different one.")
    hint = T(zh="请使用已有账户或另取代码。", en="Use the one that exists, or choose another code.")


ANSWERS: dict[Answer, type[DomainError]] = {
    Answer.ID_REUSED: TransferIdReused,
    Answer.AMOUNT_NOT_POSITIVE: AmountNotPositive,
    Answer.ONE_ACCOUNT: OneAccount,
    Answer.PENDING_UNKNOWN: ReservationUnknown,
    Answer.NOT_A_RESERVATION: NotAReservation,
    Answer.DIFFERS_FROM_RESERVATION: DiffersFromReservation,
    Answer.ALREADY_POSTED: AlreadyPosted,
    Answer.ALREADY_VOIDED: AlreadyVoided,
    Answer.OVERDRAWN: Overdrawn,
}
