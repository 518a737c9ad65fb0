"""The life of a prescription: the machine itself, and every verb tried in every state in any order."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests import builders as make
from tests.unit.pharmacy.world import World

from xinglin.hospital.kernel.access import system_actor
from xinglin.hospital.kernel.errors import DomainError
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.pharmacy import services
from xinglin.hospital.pharmacy.models import Prescription
from xinglin.hospital.pharmacy.states import BEFORE_HAND_OVER, ENDED, LABELS, MOVES, OUT_OF_THE_HOUSE, State, may_move


def test_every_state_is_described_and_can_be_reached() -> None:
    assert set(MOVES) == set(State) == set(LABELS)
    reached, edge = {State.SIGNED}, {State.SIGNED}
    while edge:
        edge = {after for before in edge for after in MOVES[before]} - reached
        reached |= edge
    assert reached == set(State)


def test_nothing_follows_an_end_and_nothing_comes_back_into_the_house() -> None:
    for state in ENDED:
        assert not MOVES[state]
    for state in OUT_OF_THE_HOUSE:
        assert not MOVES[state] & BEFORE_HAND_OVER
    assert not any(may_move(State.PICKED, state) for state in OUT_OF_THE_HOUSE), "nothing leaves unpaid"
    assert not any(may_move(state, State.HANDED_OVER) for state in State if state is not State.SETTLED)
    assert not any(may_move(state, State.PICKED) for state in (State.SIGNED, State.QUESTIONED)), "reviewed first"


# What each verb does, from where to where: written down again here, apart from the code.
VERBS: dict[str, dict[str, str]] = {
    "approve": {"signed": "approved"},
    "ask": {"signed": "questioned"},
    "return": {"signed": "returned", "questioned": "returned"},
    "refuse": {"signed": "refused", "questioned": "refused"},
    "answer": {"questioned": "signed"},
    "pick": {"approved": "picked"},
    "unpick": {"picked": "approved"},
    "release": {"picked": "settled"},
    "withdraw": {"settled": "picked"},
    "hand_over": {"settled": "delivered"},
    "cancel": dict.fromkeys(("signed", "questioned", "approved", "picked", "settled", "cancelled"), "cancelled"),
    "take_back": {"delivered": "taken_back"},
    "expire": dict.fromkeys(("signed", "questioned", "approved", "picked", "settled"), "expired"),
}
CLOCK = system_actor("test-clock")
NEVER_RAISES = {"withdraw": set(State) - {"delivered", "handed_over"}}


class Life(RuleBasedStateMachine):
    """A prescription to which anything may be done at any time."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.minute = 3
        make.a_proof(self.world.doctor.account, at=self.world.later(3))
        self.row = self.world.issue(self.world.draft())
        self.state = "signed"

    def now(self) -> datetime:
        return self.world.later(self.minute)

    @rule(verb=st.sampled_from(sorted(set(VERBS) - {"expire"})))
    def try_verb(self, verb: str) -> None:
        self.minute += 1
        after = VERBS[verb].get(self.state)
        try:
            getattr(self, f"do_{verb}")()
            worked = True
        except DomainError:
            worked = False
        tolerated = self.state in NEVER_RAISES.get(verb, ())
        assert worked == (after is not None or tolerated), (verb, self.state)
        self.state = after or self.state

    @rule()
    def time_runs_out(self) -> None:
        """The clock of another world: far in the future everything that has not left the house expires."""
        services.expire_prescriptions(actor=CLOCK, now=self.now() + timedelta(days=9))
        self.state = VERBS["expire"].get(self.state, self.state)

    def review(self, outcome: str) -> None:
        codes = ["2-1"] if outcome in {"return", "refuse"} else []
        self.world.review(
            self.row, outcome, at=self.minute, codes=codes, text="肾功能如何？" if outcome == "ask" else ""
        )

    def do_approve(self) -> None:
        self.review("approve")

    def do_ask(self) -> None:
        self.review("ask")

    def do_return(self) -> None:
        self.review("return")

    def do_refuse(self) -> None:
        self.review("refuse")

    def do_answer(self) -> None:
        services.answer_question(
            actor=self.world.doctor.actor, prescription_id=self.row.id, text="正常", now=self.now()
        )

    def do_pick(self) -> None:
        self.world.pick(self.row, at=self.minute)

    def do_unpick(self) -> None:
        services.unpick(actor=self.world.pharmacist.actor, prescription_id=self.row.id, now=self.now())

    def do_release(self) -> None:
        self.world.release(self.row, at=self.minute)

    def do_withdraw(self) -> None:
        self.row.refresh_from_db()
        services.withdraw_release(
            actor=self.world.patient.actor,
            prescription_id=self.row.id,
            settlement_id=self.row.settlement_id or new_id(),
            now=self.now(),
        )

    def do_hand_over(self) -> None:
        self.world.hand_over(self.row, at=self.minute)

    def do_cancel(self) -> None:
        services.cancel_prescription(
            actor=self.world.patient.actor, prescription_id=self.row.id, reason_code="price", now=self.now()
        )

    def do_take_back(self) -> None:
        services.return_medicine(
            actor=self.world.pharmacist.actor,
            prescription_id=self.row.id,
            return_id=new_id(),
            reason_code="quality",
            now=self.now(),
        )

    @invariant()
    def the_rows_agree(self) -> None:
        if not hasattr(self, "row"):
            return
        row = Prescription.objects.get(id=self.row.id)
        assert row.state == self.state
        steps = list(row.steps.all())
        assert [step.seq for step in steps] == list(range(1, len(steps) + 1))
        assert steps[-1].after == self.state
        assert all(may_move(State(step.before), State(step.after)) for step in steps[1:])
        held = row.packs.filter(shelved_at=None)
        assert held.count() == (1 if self.state in {"picked", "settled", "delivered", "taken_back"} else 0)
        assert held.filter(sold_at__isnull=False).exists() == (self.state in {"delivered", "taken_back"})
        assert held.filter(returned_at__isnull=False).exists() == (self.state == "taken_back")


@pytest.mark.parametrize("examples", [15, pytest.param(150, marks=pytest.mark.long)])
def test_any_deed_in_any_state_either_follows_or_changes_nothing(world: World, examples: int) -> None:
    machine = type("LifeHere", (Life,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
