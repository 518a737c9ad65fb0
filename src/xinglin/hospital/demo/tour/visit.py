"""The visit of the tour: asked for, opened by the rules, talked through, recorded and signed."""

from datetime import timedelta
from uuid import UUID

from xinglin.hospital.consultation import selectors, services
from xinglin.hospital.consultation.errors import ConfirmAgain, EvidenceNotAccepted, RecordLocked
from xinglin.hospital.consultation.services import EvidenceOffer, RecordDraft
from xinglin.hospital.demo.tour.people import BORN_ON, DEMO_CODE, PATIENT, PHYSICIAN, a_picture
from xinglin.hospital.demo.tour.telling import Part, Scene, same
from xinglin.hospital.identity import services as identity
from xinglin.hospital.kernel.clock import civil_day
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T

ASKED = "血压药快吃完了，想复诊续方。最近每天早上量，最高 142/88。"
REPLIES = (
    ("physician", "最近一周血压大概多少？有没有头晕、胸闷，或者看东西模糊？"),
    ("patient", "早上 138/86 左右，没有头晕和胸闷，药每天都按时吃。"),
    ("physician", "控制得可以，原来的药继续吃，每周记录血压。有不舒服请立即线下就诊。"),
)
"""What the two of the tour say; invented."""


def asking(scene: Scene) -> Part:
    """The patient asks; the physician judges the paper; the rules open the visit only for a proven physician."""
    visit = _request(scene)
    scene.refused(
        PHYSICIAN,
        T(zh="材料还没看，就想接诊", en="tries to begin before judging the paper"),
        lambda: services.start_visit(actor=scene.actor("physician"), visit_id=visit, now=scene.now()),
        EvidenceNotAccepted,
    )
    queue = selectors.queue(actor=scene.actor("physician"), now=scene.now())
    (paper,) = (one.evidence[0] for one in (queue.next, *queue.waiting) if one is not None)
    services.accept_evidence(actor=scene.actor("physician"), evidence_id=paper.id, now=scene.now())
    scene.refused(
        PHYSICIAN,
        T(
            zh="看过材料并认可，但没有再次验证身份就接诊",
            en="accepts the paper, then begins without proving identity again",
        ),
        lambda: services.start_visit(actor=scene.actor("physician"), visit_id=visit, now=scene.now()),
        ConfirmAgain,
    )
    proof = identity.confirm_again(actor=scene.actor("physician"), code=DEMO_CODE, now=scene.now())
    started = services.start_visit(actor=scene.actor("physician"), visit_id=visit, now=scene.now())
    scene.hold(started.state == "in_progress", "the visit did not begin")
    scene.step(
        PHYSICIAN,
        T(zh="验证身份（演示口令）后接诊", en="proves identity (demo code), then begins the visit"),
        (T(zh="本次验证", en="this proof"), same(str(proof.id)[-12:])),
    )
    return scene.part(
        T(zh="能不能在线上看", en="May it be seen online?"),
        T(
            zh="只复诊、有依据、有资质、刚刚验证过身份：缺一样，规则就不放行，并说出缺什么。",
            en="A follow-up, with a paper, by someone entitled who has just proved identity: if one is wanting, the "
            "rules do not let it pass and say what is missing.",
        ),
    )


def _request(scene: Scene) -> UUID:
    actor, now = scene.actor("patient"), scene.now()
    scene.ids["visit"] = new_id()
    born_on, today = BORN_ON, civil_day(now)
    questions = selectors.questions_for(sex="F", months=selectors.age_months(born_on, today))
    answers = {one.id: "no" for one in questions if one.kind == "danger"}
    consent = selectors.consent_at(now)
    row = services.request_visit(
        actor=actor,
        id=scene.ids["visit"],
        person_id=scene.ids["person"],
        physician_id=scene.ids["physician_practice"],
        complaint=ASKED,
        evidence=[
            EvidenceOffer(
                kind="outpatient_record",
                diagnosis_code="I10",
                diagnosed_on=civil_day(now) - timedelta(days=60),
                institution_name="演示社区卫生服务中心",
                picture=a_picture(),
            )
        ],
        answers=answers | {"since": "none", "course": "same", "taking": "regular"},
        consent_version=consent.version,
        now=now,
    )
    scene.step(
        PATIENT,
        T(
            zh="提出复诊，附上两个月前的门诊病历，答完 {n} 个问题",
            en="asks for a follow-up with an outpatient record two months old and {n} answers",
        ).with_(n=len(answers) + 3),
        (T(zh="挂号费", en="fee"), same(f"¥{yuan(row.fee_fen)}")),
    )
    return row.id


def seeing(scene: Scene) -> Part:
    """Two answers of the physician, one of the patient, a record signed and locked."""
    visit = scene.ids["visit"]
    for who, text in REPLIES:
        services.send_message(actor=scene.actor(who), visit_id=visit, id=new_id(), text=text, now=scene.now())
    talk = selectors.messages(actor=scene.actor("patient"), visit_id=visit)
    scene.step(
        T(zh="医师与患者", en="Physician and patient"),
        T(zh="对话", en="talk"),
        (T(zh="消息（含系统提示）", en="messages, the system's included"), same(len(talk.messages))),
    )
    draft = _draft(selectors.draft(actor=scene.actor("physician"), visit_id=visit).record.version)
    saved = services.save_record(actor=scene.actor("physician"), visit_id=visit, draft=draft, now=scene.now())
    row = services.sign_record(actor=scene.actor("physician"), visit_id=visit, version=saved.version, now=scene.now())
    scene.step(
        PHYSICIAN,
        T(zh="写好病历（I10 原发性高血压）并签名", en="writes the record (I10, essential hypertension) and signs it"),
        (T(zh="签名密钥", en="signing key"), same(row.key_id)),
        (T(zh="内容摘要 SHA-256", en="content SHA-256"), same(row.sha256[:32] + "…")),
    )
    scene.refused(
        PHYSICIAN,
        T(zh="签名之后还想改", en="tries to change it afterwards"),
        lambda: services.save_record(
            actor=scene.actor("physician"), visit_id=visit, draft=_draft(saved.version), now=scene.now()
        ),
        RecordLocked,
    )
    return scene.part(
        T(zh="看病", en="Being seen"),
        T(zh="病历签名后锁定，只能追加补记。", en="A signed record is locked; only addenda can follow."),
    )


def _draft(version: int) -> RecordDraft:
    return RecordDraft(
        version=version,
        chief_complaint="高血压复诊",
        subjective="规律服药，家测血压 138/86 mmHg，无头晕、胸闷。",
        objective="线上无法查体。",
        assessment="原发性高血压，血压基本达标。",
        plan="原方案续药，每周记录血压，三个月后线下复查。",
        vitals={"systolic_mmhg": 138, "diastolic_mmhg": 86},
        diagnoses=["I10"],
    )
