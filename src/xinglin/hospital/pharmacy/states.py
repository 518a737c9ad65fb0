"""The life of a prescription: which state may follow which, for every module and screen alike. Pure.

signed ─ask→ questioned ─answer→ signed
signed, questioned ─→ approved │ returned │ refused
approved ─pick→ picked ─settle→ settled ─hand over→ handed_over ─→ delivered
picked ─unpick→ approved            settled ─payment reversed→ picked
before hand-over ─→ cancelled │ expired
after hand-over ─→ taken_back
"""

from enum import StrEnum

from xinglin.hospital.kernel.texts import T


class State(StrEnum):
    """Where a signed prescription stands. A draft is not a prescription yet."""

    SIGNED = "signed"
    QUESTIONED = "questioned"
    APPROVED = "approved"
    PICKED = "picked"
    SETTLED = "settled"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    RETURNED = "returned"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> T:
        """The state in plain words."""
        return LABELS[self]


LABELS = {
    State.SIGNED: T(zh="待药师审核", en="Waiting for the pharmacist"),
    State.QUESTIONED: T(zh="药师有疑问，待医师答复", en="The pharmacist asked; waiting for the physician"),
    State.APPROVED: T(zh="审核通过，待配药", en="Approved, waiting to be picked"),
    State.PICKED: T(zh="已配好，待付款", en="Picked, waiting for payment"),
    State.SETTLED: T(zh="已付款，待发药", en="Paid, waiting to be handed over"),
    State.HANDED_OVER: T(zh="已发药，配送中", en="Handed over, on its way"),
    State.DELIVERED: T(zh="已送达", en="Delivered"),
    State.RETURNED: T(zh="药师退回医师修改", en="Returned to the physician"),
    State.REFUSED: T(zh="药师拒绝调配", en="Refused by the pharmacist"),
    State.CANCELLED: T(zh="已作废", en="Cancelled"),
    State.EXPIRED: T(zh="已过有效期", en="Expired"),
    State.TAKEN_BACK: T(zh="药品已退回", en="Medicine taken back"),
}

CUSTODY = {
    "handed_over": T(zh="药房发出", en="Handed over by the pharmacy"),
    "collected": T(zh="快递已取件", en="Collected by the courier"),
    "in_transit": T(zh="运输中", en="In transit"),
    "at_station": T(zh="到达配送站", en="At the delivery station"),
    "out_for_delivery": T(zh="派送中", en="Out for delivery"),
    "delivered": T(zh="已送达", en="Delivered"),
    "refused": T(zh="收件人拒收", en="Refused at the door"),
    "lost": T(zh="途中遗失", en="Lost on the way"),
    "recalled": T(zh="药房追回", en="Called back by the pharmacy"),
    "returning": T(zh="退回途中", en="On the way back"),
    "returned": T(zh="已退回药房", en="Back at the pharmacy"),
    "taken_back": T(zh="药房收回，不再出售", en="Taken back, not to be sold again"),
}
"""Changes of hands in plain words."""

_ENDS = {State.CANCELLED, State.EXPIRED}
MOVES: dict[State, frozenset[State]] = {
    State.SIGNED: frozenset({State.QUESTIONED, State.APPROVED, State.RETURNED, State.REFUSED} | _ENDS),
    State.QUESTIONED: frozenset({State.SIGNED, State.RETURNED, State.REFUSED} | _ENDS),
    State.APPROVED: frozenset({State.PICKED} | _ENDS),
    State.PICKED: frozenset({State.SETTLED, State.APPROVED} | _ENDS),
    State.SETTLED: frozenset({State.HANDED_OVER, State.PICKED} | _ENDS),
    State.HANDED_OVER: frozenset({State.DELIVERED, State.TAKEN_BACK}),
    State.DELIVERED: frozenset({State.TAKEN_BACK}),
    State.RETURNED: frozenset(),
    State.REFUSED: frozenset(),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
    State.TAKEN_BACK: frozenset(),
}
OPEN_FOR_REVIEW = frozenset({State.SIGNED, State.QUESTIONED})
AT_THE_DISPENSARY = frozenset({State.APPROVED, State.PICKED, State.SETTLED, State.HANDED_OVER, State.DELIVERED})
BEFORE_HAND_OVER = frozenset({State.SIGNED, State.QUESTIONED, State.APPROVED, State.PICKED, State.SETTLED})
OUT_OF_THE_HOUSE = frozenset({State.HANDED_OVER, State.DELIVERED})
ENDED = frozenset(state for state, onward in MOVES.items() if not onward)


def may_move(before: State, after: State) -> bool:
    """Whether `after` may follow `before`."""
    return after in MOVES[before]
