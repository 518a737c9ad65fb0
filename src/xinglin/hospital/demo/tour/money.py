"""Paying and handing over in the tour: who pays what and why, once; the medicine leaves the house once."""

from xinglin.hospital.demo.tour.people import PATIENT, PHARMACIST, SYSTEM
from xinglin.hospital.demo.tour.telling import GUIDE, Part, Scene, same
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.ledger import selectors as books
from xinglin.hospital.pharmacy import services as pharmacy
from xinglin.hospital.pharmacy.errors import AlreadyHandedOver
from xinglin.hospital.settlement import selectors, services
from xinglin.hospital.settlement.selectors import Receipt


def paying(scene: Scene) -> Part:
    """A quote, the payment, the same payment once more, the receipt with its reasons."""
    prescription, key = scene.ids["prescription"], f"tour-{new_id()}"
    quote = services.presettle(actor=scene.actor("patient"), prescription_id=prescription, now=scene.now())
    paid = services.settle(
        actor=scene.actor("patient"),
        prescription_id=prescription,
        key=key,
        shown_cash_fen=quote.figures.cash_fen,
        now=scene.now(),
    )
    receipt = selectors.receipt(actor=scene.actor("patient"), settlement_id=paid.id, now=scene.now())
    scene.hold(paid.cash_fen == quote.figures.cash_fen, "the patient paid another amount than was shown")
    scene.step(
        PATIENT,
        T(zh="看过报价后付款", en="sees the quote, then pays"),
        *_payers(receipt),
        *((line.name, told.says) for part in receipt.parts for line in part.lines for told in line.told),
        *((part.scheme, told.says) for part in receipt.parts for told in part.told),
    )
    again = services.settle(actor=scene.actor("patient"), prescription_id=prescription, key=key, now=scene.now())
    scene.hold(again.id == paid.id, "the same payment was taken twice")
    _books(scene, receipt)
    return scene.part(
        T(zh="谁付了多少，为什么", en="Who paid what, and why"),
        T(
            zh="先占额度和金额，再问规则，再问医保，最后入账或全部撤回：不会只付一半。",
            en="Limits and amounts are reserved, the rules are asked, the insurer is asked, then all is posted or all "
            "is let go: nothing is ever half-paid.",
        ),
    )


def _payers(receipt: Receipt) -> list[tuple[T, T]]:
    row = receipt.settlement
    names = {
        "total_fen": T(zh="总额", en="total"),
        "fund_fen": T(zh="医保基金", en="insurance fund"),
        "account_fen": T(zh="个人账户", en="personal account"),
        "cash_fen": T(zh="现金", en="cash"),
        "hospital_fen": T(zh="医院承担", en="borne by the house"),
    }
    shown = {name: getattr(row, name) for name in names}
    return [
        (names[name], same(f"¥{yuan(fen)}"))
        for name, fen in shown.items()
        if fen or name in {"total_fen", "fund_fen", "account_fen", "cash_fen"}
    ]


def _books(scene: Scene, receipt: Receipt) -> None:
    added = books.books_add_up(actor=GUIDE)
    scene.hold(added.adds_up, "the books do not add up")
    scene.step(
        PATIENT,
        T(zh="网络不稳，同一笔付款又发了一次：还是那一笔", en="sends the same payment once more: it is the same one"),
        (T(zh="医保流水号", en="insurer's reference"), same(receipt.settlement.insurer_ref)),
        (
            T(zh="复式账", en="the books"),
            T(
                zh="{a} 个账户、{t} 笔转账，从头再加一遍：合计 {s} 分，平",
                en="{a} accounts, {t} transfers, added up again from the first: sum {s} fen, balanced",
            ).with_(a=added.accounts, t=added.transfers, s=added.sum_fen),
        ),
    )


def handing(scene: Scene) -> Part:
    """Handed over once, a second time refused; the visit ends and its fee is charged by the worker."""
    deed = new_id()

    def hand_over(id_: object = None) -> object:
        return pharmacy.hand_over(
            actor=scene.actor("pharmacist"),
            prescription_id=scene.ids["prescription"],
            hand_over_id=deed if id_ is None else new_id(),
            to="patient",
            recipient=scene.names["patient"],
            now=scene.now(),
        )

    hand_over()
    scene.step(
        PHARMACIST,
        T(zh="发药给 {name}", en="hands the medicine to {name}").with_(name=scene.names["patient"]),
        (T(zh="交付单号", en="hand-over"), same(deed)),
    )
    scene.refused(
        PHARMACIST, T(zh="同一张处方再发一次", en="hands it over again"), lambda: hand_over(1), AlreadyHandedOver
    )
    _end(scene)
    return scene.part(
        T(zh="只发一次", en="Handed over once"),
        T(zh="付了款的药才出门，出门只有一次。", en="Only what is paid leaves the house, and it leaves once."),
    )


def _end(scene: Scene) -> None:
    from xinglin.hospital.consultation import services as consultation
    from xinglin.hospital.demo.tour.jobs import deliver_events

    consultation.end_visit(actor=scene.actor("physician"), visit_id=scene.ids["visit"], now=scene.now())
    count = deliver_events()
    fee = selectors.visit_fee(actor=scene.actor("patient"), visit_id=scene.ids["visit"])
    scene.hold(fee is not None and fee.state == "charged", "the visit's fee was not charged")
    row = next(one for one in selectors.payments(actor=scene.actor("patient")) if one.kind == "visit_fee").settlement
    scene.step(
        SYSTEM,
        T(
            zh="问诊结束，后台送达 {n} 个事件，诊费结算",
            en="the visit ends; {n} events are delivered; its fee is settled",
        ).with_(n=count),
        (
            T(zh="诊费", en="visit fee"),
            T(
                zh="¥{total}：基金 ¥{fund}，账户 ¥{account}，现金 ¥{cash}",
                en="¥{total}: fund ¥{fund}, account ¥{account}, cash ¥{cash}",
            ).with_(
                total=yuan(row.total_fen),
                fund=yuan(row.fund_fen),
                account=yuan(row.account_fen),
                cash=yuan(row.cash_fen),
            ),
        ),
    )
