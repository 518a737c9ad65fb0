"""The prescription of the tour: reminders while typing, a refusal, a coded reason, signatures, the review."""

from dataclasses import replace

from xinglin.hospital.demo.tour.people import DEMO_CODE, PHARMACIST, PHYSICIAN
from xinglin.hospital.demo.tour.telling import Part, Scene, TourBroken, same
from xinglin.hospital.identity import services as identity
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.oversight.services import Ask
from xinglin.hospital.pharmacy import selectors, services
from xinglin.hospital.pharmacy.errors import NotPaidYet, PrescriptionNeedsAnswer, PrescriptionRefused
from xinglin.hospital.pharmacy.services import Answer, Draft, DraftLine
from xinglin.hospital.terminology import selectors as terminology
from xinglin.supervision.tables import load_knowledge

AMLODIPINE, ZOLPIDEM = "XL-C08CA01-002", "XL-N05CF02-001"
REASON = "chronic-stable"
TRACE_PREFIX = "8100001"
"""An invented beginning of trace codes, registered in the tour for the one product."""


def _line(code: str, dose: int, frequency: str, days: int) -> DraftLine:
    return DraftLine(id=new_id(), product_code=code, dose_units=dose, frequency=frequency, route="po", days=days)


def writing(scene: Scene) -> Part:
    """The physician writes; the rules answer as one types, at the attempt to sign, and at the signature."""
    draft = Draft(
        id=new_id(),
        visit_id=scene.ids["visit"],
        lines=(_line(AMLODIPINE, 5000, "qd", 14),),
    )
    half = replace(draft, lines=(replace(draft.lines[0], dose_units=None, packs=2),))
    _typed(
        scene,
        half,
        T(zh="正在录入：氨氯地平 2 盒，剂量还没填", en="types: amlodipine, two packs, no dose yet"),
        "cannot_tell",
    )
    _typed(scene, draft, T(zh="填上每日一次 5 mg、14 天", en="fills in 5 mg once a day for 14 days"), "finding")
    scene.refused(
        PHYSICIAN,
        T(zh="想开安眠药唑吡坦并签名", en="tries to prescribe sleeping tablets (zolpidem)"),
        lambda: _issue(scene, replace(draft, id=new_id(), lines=(_line(ZOLPIDEM, 10_000, "qn", 7),)), ()),
        PrescriptionRefused,
    )
    refusal = scene.refused(
        PHYSICIAN,
        T(
            zh="不理会提醒，直接签氨氯地平 14 天",
            en="takes no notice of the reminder and tries to sign 14 days of amlodipine",
        ),
        lambda: _issue(scene, draft, ()),
        PrescriptionNeedsAnswer,
    )
    keys = [services.ask_key(ask) for ask in refusal.asks]
    _issue(scene, draft, tuple(Answer(key, REASON) for key in keys))
    _signed(scene, draft)
    return scene.part(
        T(zh="开处方：提醒在前", en="The prescription: the reminder comes first"),
        T(
            zh="规则有四种回答：合规、不适用、疑点、无法判断。缺一项事实，它就说缺哪一项，从不当作合规。",
            en="A rule has four answers: clear, not applicable, finding, cannot tell. When a fact is wanting it names "
            "the fact, and never passes for clear.",
        ),
    )


def _typed(scene: Scene, draft: Draft, did: T, outcome: str) -> None:
    """A preview while typing, in which some rule answers with this outcome."""
    seen = services.preview(actor=scene.actor("physician"), draft=draft, now=scene.now())
    asks = [ask for ask in seen.asks if ask.verdict.outcome.value == outcome]
    scene.hold(bool(asks), f"no rule answered {outcome} while the physician was typing")
    lines = tuple(
        (
            T(zh=line.product.name_zh, en=line.product.name_en),
            T(zh="{n} 盒，¥{sum}", en="{n} packs, ¥{sum}").with_(n=line.packs, sum=yuan(line.amount_fen)),
        )
        for line in seen.lines
        if line.packs is not None
    )
    scene.step(PHYSICIAN, did, *lines, *(figure for ask in asks for figure in _said(ask)))


def _said(ask: Ask) -> list[tuple[T, T]]:
    """What a rule says while one types, with the facts that it lacks."""
    knowledge = load_knowledge()
    missing = [knowledge.words_of(path) for path in ask.verdict.core.missing]
    word = T(zh="{rule}：无法判断", en="{rule}: cannot tell") if missing else T(zh="{rule}：疑点", en="{rule}: finding")
    lacks = T(zh="、".join(words.zh for words in missing), en=", ".join(words.en for words in missing))
    return [
        (word.with_(rule=ask.rule_id), ask.sentence),
        *([(T(zh="缺的事实", en="missing fact"), lacks)] if missing else []),
    ]


def _issue(scene: Scene, draft: Draft, answers: tuple[Answer, ...]) -> None:
    services.issue_prescription(actor=scene.actor("physician"), draft=draft, answers=answers, now=scene.now())


def _signed(scene: Scene, draft: Draft) -> None:
    scene.ids["prescription"] = draft.id
    sheet = selectors.prescription(actor=scene.actor("physician"), prescription_id=draft.id, now=scene.now())
    check = selectors.verify_signature(actor=scene.actor("physician"), prescription_id=draft.id)
    scene.hold(check.good, "the physician's signature does not hold")
    reason = next(one.name for one in terminology.override_reasons() if one.code == REASON)
    scene.step(
        PHYSICIAN,
        T(zh="用编码理由回答提醒，然后签名", en="answers the reminder with a coded reason, then signs"),
        (T(zh="理由 {code}", en="reason {code}").with_(code=REASON), reason),
        (T(zh="签名密钥（Ed25519）", en="signing key (Ed25519)"), same(sheet.row.signed.key_id)),
        (T(zh="内容摘要 SHA-256", en="content SHA-256"), same(sheet.sha256[:32] + "…")),
        (T(zh="验签", en="signature checked"), T(zh="完好，确为开方医师所签", en="holds, and is the prescriber's")),
    )


def reviewing(scene: Scene) -> Part:
    """The pharmacist reviews, then picks each box by its trace code."""
    prescription = scene.ids["prescription"]
    identity.confirm_again(actor=scene.actor("pharmacist"), code=DEMO_CODE, now=scene.now())
    review = services.review_prescription(
        actor=scene.actor("pharmacist"),
        prescription_id=prescription,
        outcome="approve",
        codes=(),
        text="",
        review_id=new_id(),
        now=scene.now(),
    )
    scene.step(
        PHARMACIST,
        T(zh="审方通过并签名", en="reviews, approves and signs"),
        (T(zh="签名密钥", en="signing key"), same(review.key_id)),
    )
    _pick(scene)
    scene.refused(
        PHARMACIST,
        T(zh="没付款就想发药", en="tries to hand over before it is paid"),
        lambda: services.hand_over(
            actor=scene.actor("pharmacist"),
            prescription_id=prescription,
            hand_over_id=new_id(),
            to="patient",
            recipient=scene.names["patient"],
            now=scene.now(),
        ),
        NotPaidYet,
    )
    return scene.part(
        T(zh="药师把关", en="The pharmacist"),
        T(
            zh="每张处方先由药师审过；每一盒药凭追溯码出库，一码一生只卖一次。",
            en="A pharmacist reviews every prescription; every box leaves under its trace code, once in its life.",
        ),
    )


def _pick(scene: Scene) -> None:
    prescription = scene.ids["prescription"]
    sheet = selectors.prescription(actor=scene.actor("pharmacist"), prescription_id=prescription, now=scene.now())
    services.register_pack_identification(
        actor=scene.actor("pharmacist"), product_code=AMLODIPINE, prefix=TRACE_PREFIX, now=scene.now()
    )
    codes = {line.id: [f"{TRACE_PREFIX}{serial:013d}" for serial in range(1, line.packs + 1)] for line in sheet.lines}
    row = services.pick(
        actor=scene.actor("pharmacist"), prescription_id=prescription, trace_codes=codes, now=scene.now()
    )
    if row.state != "picked":
        raise TourBroken("the boxes were not picked")
    scene.step(
        PHARMACIST,
        T(zh="扫码配药", en="picks by trace code"),
        *((T(zh="追溯码", en="trace code"), same(code)) for each in codes.values() for code in each),
    )
