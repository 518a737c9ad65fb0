"""The last parts of the tour: the auditor's findings over the three moments, and the journal with a planted forgery."""

from django.db import connection, transaction

from xinglin.hospital.demo.tour.people import AUDITOR, SYSTEM
from xinglin.hospital.demo.tour.telling import Part, Scene, same
from xinglin.hospital.identity import selectors as identity
from xinglin.hospital.kernel import journal as chain
from xinglin.hospital.kernel.clock import now as clock_now
from xinglin.hospital.kernel.journal import Verification
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight import selectors, services
from xinglin.hospital.oversight.selectors import Filters

REGULATOR = T(zh="监管", en="Regulator")


class _Undo(Exception):
    """Leaves the transaction of the forgery, so that it never happened."""


def judging(scene: Scene) -> Part:
    """The auditor opens the finding that was answered: the same rule, the same answer at every moment."""
    page = selectors.findings(actor=scene.actor("auditor"), filters=Filters())
    row = next(one for one in page.rows if one.rule == "B03" and one.answered)
    detail = services.open_finding(actor=scene.actor("auditor"), verdict_id=row.id, now=scene.now())
    answers = {(moment.outcome_code, moment.sentence) for moment in detail.moments}
    scene.hold(len(answers) == 1, "a rule answered differently at two moments")
    scene.hold(len({moment.moment_code for moment in detail.moments}) > 1, "the rule was asked at one moment only")
    scene.step(
        AUDITOR,
        T(zh="稽核台上有 {n} 条，打开 B03 那一条", en="sees {n} findings and opens the one of B03").with_(n=page.total),
        *(
            (
                moment.moment,
                T(zh="{outcome} → {then}", en="{outcome} → {then}").with_(
                    outcome=moment.outcome, then=moment.consequence or same("")
                ),
            )
            for moment in reversed(detail.moments)
        ),
        (T(zh="每次的说法", en="what it said each time"), row.sentence),
        *((T(zh="当时的理由", en="the reason given then"), same(one.reason_code)) for one in detail.reasons[:1]),
        *((T(zh="依据", en="source"), source) for source in detail.sources[:1]),
    )
    return scene.part(
        T(zh="事后稽核", en="The audit"),
        T(
            zh="事前提醒、事中控制、事后稽核问的是同一条规则，回答相同；不同的只是后果。",
            en="Reminder, control and audit ask one rule and get one answer; only what follows differs.",
        ),
    )


def journal(scene: Scene) -> Part:
    """Seal, plant a forgery in a transaction that is rolled back, then verify what really is there."""
    sealed = 0
    while count := chain.seal(now=scene.now()):
        sealed += count
    house = scene.ids["house"]
    scene.step(
        SYSTEM,
        T(zh="封存日志", en="seals the journal"),
        (T(zh="条目", en="entries"), same(sealed)),
        (T(zh="链条", en="chains"), same(len(chain.institutions_with_journal()))),
    )
    for title, forgery in FORGERIES:
        found = _with_forgery(scene, forgery)
        scene.hold(not found.intact, f"the journal did not notice: {title.en}")
        scene.step(
            T(zh="一个有数据库权限的人", en="Someone with rights on the database"),
            title,
            (T(zh="journal verify 会说", en="journal verify would say"), found.sentence),
        )
    scene.step(
        REGULATOR,
        T(zh="这些手脚都撤回了；现在真正核对一遍", en="the forgeries are rolled back; now the real verification"),
        *_verified(scene),
    )
    scene.hold(chain.verify(institution_id=house, now=clock_now()).intact, "the journal is not intact")
    return scene.part(
        T(zh="日志不能改", en="The journal cannot be bent"),
        T(
            zh="每件事都写进机构自己的哈希链，检查点由医院私钥签名。",
            en="Every deed is in the institution's own hash chain; checkpoints are signed with the hospital's key.",
        ),
    )


FORGERIES = (
    (
        T(zh="把一条“发药”改成别人做的", en="rewrites who handed the medicine over"),
        "UPDATE journal_entry SET actor_label = '演示无名氏' WHERE id = (SELECT id FROM journal_entry "
        "WHERE institution_id = %s AND verb = 'hand_over' ORDER BY id LIMIT 1)",
    ),
    (
        T(zh="删掉付款那一条", en="removes the entry of the payment"),
        "DELETE FROM journal_entry WHERE id = (SELECT id FROM journal_entry "
        "WHERE institution_id = %s AND verb = 'settle' ORDER BY id LIMIT 1)",
    ),
)


def _with_forgery(scene: Scene, statement: str) -> Verification:
    """What verification says while the forgery is there. The table's guards are taken off for it, as a forger would."""
    found: list[Verification] = []
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER ALL")
            cursor.execute(statement, [scene.ids["house"]])
            if cursor.rowcount != 1:
                raise AssertionError("the forgery found nothing to forge")
            found.append(chain.verify(institution_id=scene.ids["house"], now=clock_now()))
            raise _Undo
    except _Undo:
        return found[0]


def _verified(scene: Scene) -> list[tuple[T, T]]:
    names = {scene.ids["house"]: identity.institution(institution_id=scene.ids["house"], at=clock_now()).name}
    platform = T(zh="平台（登录、注册）", en="the platform (sign-in, registration)")
    rows = []
    for institution in chain.institutions_with_journal():
        found = chain.verify(institution_id=institution, now=clock_now())
        scene.hold(found.intact, f"the journal of {institution} is not intact: {found.sentence.en}")
        rows.append((names.get(institution, platform), found.sentence))
    return rows
