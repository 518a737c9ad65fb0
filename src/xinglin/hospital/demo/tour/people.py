"""First parts of the tour: the house opens, physician and pharmacist are admitted, a patient registers."""

import io
from datetime import date
from uuid import UUID

from PIL import Image
from stdnum.cn import ric

from xinglin.hospital.demo.tour.telling import GUIDE, Part, Scene, same
from xinglin.hospital.identity import selectors, services
from xinglin.hospital.identity.errors import ApplicantNotVerified
from xinglin.hospital.identity.services import House, Practice, Sign
from xinglin.hospital.insurance import services as insurance
from xinglin.hospital.kernel.access import ANONYMOUS
from xinglin.hospital.kernel.ids import new_id
from xinglin.hospital.kernel.money import yuan
from xinglin.hospital.kernel.texts import T
from xinglin.hospital.terminology import services as terminology

OFFICER = T(zh="医务管理", en="Medical affairs")
PHYSICIAN = T(zh="医师", en="Physician")
PHARMACIST = T(zh="药师", en="Pharmacist")
PATIENT = T(zh="患者", en="Patient")
AUDITOR = T(zh="医保稽核", en="Auditor")
SYSTEM = T(zh="系统", en="The house")
PASSWORD = "apricot-grove-tour"
DEMO_CODE = "000000"
AREA = "379900"
BORN_ON = date(1966, 3, 12)
"""Birth date of the patient."""
SINCE, UNTIL = date(2020, 1, 1), date(2035, 12, 31)


def a_picture(shade: int = 240) -> bytes:
    """A plain sheet, where a photographed document would be."""
    out = io.BytesIO()
    Image.new("L", (320, 200), shade).save(out, "PNG")
    return out.getvalue()


def a_number(born_on: date, serial: int) -> str:
    """A resident number of nobody: right in form, its place code is the demo city's."""
    body = f"370902{born_on:%Y%m%d}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def phone_code(scene: Scene, phone: str, purpose: str) -> str:
    """Ask for a code and read it from the echo that demo mode gives instead of a text message."""
    sent = services.request_phone_code(actor=ANONYMOUS, phone=phone, purpose=purpose, now=scene.now())
    return "".join(c for c in sent.echo if c.isdigit())[:6]


def house(scene: Scene) -> Part:
    """The house, its officer, its physician and pharmacist."""
    loaded = terminology.load_reference_data(actor=GUIDE, now=scene.now())
    _open_house(scene)
    counts = ", ".join(f"{one.catalogue} {one.rows:,}" for one in loaded)
    scene.step(
        SYSTEM,
        T(
            zh="互联网医院开业：许可证、科室、医保协议登记入册",
            en="The internet hospital is entered: licence, departments, agreement",
        ),
        (T(zh="目录", en="catalogues"), same(counts)),
    )
    _admit(scene, "physician", "演示医师甲", date(1980, 6, 1), 101, "13700000101", department="03.04")
    _admit(scene, "pharmacist", "演示药师乙", date(1984, 9, 9), 102, "13700000102", department="")
    return scene.part(
        T(zh="谁可以行医", en="Who may practise"),
        T(
            zh="没有人能自封医师：登记、独立执业年限、实名，医务管理逐项核对之后才有执业记录和签名密钥。",
            en="Nobody declares oneself a physician: register, years of independent practice and real name are checked "
            "by medical affairs before there is a credential record and a signing key.",
        ),
    )


def _open_house(scene: Scene) -> None:
    scene.ids["house"] = services.enter_institution(
        actor=GUIDE,
        id=new_id(),
        house=House(
            code="H37990000001",
            name_zh="杏林演示互联网医院",
            name_en="Xinglin Demo Internet Hospital",
            kind="internet_hospital",
            level="05",
            area=AREA,
            licence_no="DEMO-000001",
            licence_from_on=SINCE,
            licence_until_on=UNTIL,
            online_scope=("follow_up", "family_doctor", "advice"),
            departments=("02", "03", "03.04", "03.07", "07"),
            agreement_areas=(AREA,),
        ),
        now=scene.now(),
    )
    for key, role in (("officer", "medical_affairs"), ("auditor", "auditor"), ("regulator", "regulator")):
        scene.ids[key] = services.open_staff_account(
            actor=GUIDE, username=f"tour-{key}", display_name=f"演示{key}", password=PASSWORD, now=scene.now()
        )
        services.assign_role(
            actor=GUIDE,
            account_id=scene.ids[key],
            role=role,
            institution_id=scene.ids["house"] if role != "regulator" else None,
            from_on=SINCE,
            now=scene.now(),
        )


def _admit(scene: Scene, kind: str, name: str, born_on: date, serial: int, phone: str, department: str) -> None:
    who = PHYSICIAN if kind == "physician" else PHARMACIST
    application = new_id()
    account = _apply(scene, application, kind, name, a_number(born_on, serial), phone, department)
    decide = {"application_id": application, "decision": "approved", "reason": ""}
    if kind == "physician":
        scene.refused(
            OFFICER,
            T(zh="想直接批准 {name} 的申请", en="tries to approve the application of {name}").with_(name=name),
            lambda: services.decide_application(actor=scene.actor("officer"), now=scene.now(), **decide),  # type: ignore[arg-type]
            ApplicantNotVerified,
        )
    papers = selectors.application(actor=scene.actor("officer"), application_id=application, at=scene.now())
    answer = services.verify_with_registry(actor=scene.actor("officer"), person_id=papers.person.id, now=scene.now())
    admitted = services.decide_application(actor=scene.actor("officer"), now=scene.now(), **decide)  # type: ignore[arg-type]
    scene.hold(admitted is not None, f"{name} was not admitted")
    scene.ids[kind] = account
    scene.ids[f"{kind}_practice"] = _known(admitted)
    scene.names[kind] = name
    services.set_on_duty(actor=scene.actor(kind), on_duty=True, now=scene.now())
    profile = selectors.practitioner_profile(practitioner_id=_known(admitted), at=scene.now())
    scene.step(
        OFFICER,
        T(zh="核对后批准 {who} {name}", en="checks, then admits the {who} {name}").with_(
            who=T(zh=who.zh, en=who.en.lower()), name=name
        ),
        (T(zh="人口登记答复", en="population register"), same(answer)),
        (T(zh="执业登记号", en="register number"), same(profile.register_no)),
    )


def _known(value: UUID | None) -> UUID:
    assert value is not None
    return value


def _apply(scene: Scene, application: UUID, kind: str, name: str, number: str, phone: str, department: str) -> UUID:
    code = phone_code(scene, phone, "apply")
    declared = services.declare(
        actor=ANONYMOUS, name=name, id_type="resident", number=number, now=scene.now(), myself=True
    )
    physician = kind == "physician"
    practice = Practice(
        institution_id=scene.ids["house"],
        kind=kind,
        register_no=f"3799000000{phone[-5:]}",
        title="attending" if physician else "pharmacist_in_charge",
        department=department,
        scope=("03",) if physician else (),
        independent_from_on=date(2012, 7, 1) if physician else None,
        valid_from_on=date(2015, 1, 1),
        languages=("zh", "en"),
    )
    return services.apply_for_practice(
        actor=ANONYMOUS,
        id=application,
        declared=declared,
        practice=practice,
        papers={"practice_licence": a_picture(), "qualification": a_picture(220)},
        sign=Sign(username=f"tour-{kind}", password=PASSWORD, phone=phone, code=code),
        now=scene.now(),
    )


def patient(scene: Scene) -> Part:
    """A patient registers by real name and is insured."""
    name, phone, number = "演示患者丙", "13700000103", a_number(BORN_ON, 204)
    code = phone_code(scene, phone, "register")
    declared = services.declare(
        actor=ANONYMOUS, name=name, id_type="resident", number=number, now=scene.now(), myself=True
    )
    made = services.register_patient(
        actor=ANONYMOUS, id=new_id(), declared=declared, phone=phone, code=code, now=scene.now()
    )
    scene.ids |= {"patient": made.account_id, "person": made.person_id}
    scene.names["patient"] = name
    services.attach_document(
        actor=scene.actor("patient"), person_id=made.person_id, kind="identity_front", raw=a_picture(), now=scene.now()
    )
    answer = services.verify_with_registry(actor=scene.actor("patient"), person_id=made.person_id, now=scene.now())
    scene.hold(answer == "match", "the population register did not confirm the patient")
    scene.step(
        PATIENT,
        T(
            zh="{name} 用手机验证码和居民身份证实名注册",
            en="{name} registers by real name, with a phone code and an identity card",
        ).with_(name=name),
        (
            T(zh="证件号（仅密封保存）", en="identity number (kept sealed only)"),
            same(number[:4] + "**********" + number[-4:]),
        ),
        (T(zh="人口登记答复", en="population register"), same(answer)),
    )
    _insure(scene)
    return scene.part(
        T(zh="患者有名有姓", en="A patient with a name"),
        T(
            zh="线上复诊必须实名；谁参了什么保，在看病之前就已知道。",
            en="Online care needs a real name; who is insured for what is known before care begins.",
        ),
    )


def _insure(scene: Scene) -> None:
    person, account_fen = scene.ids["person"], 3000
    now = scene.now()
    insurance.enrol(
        actor=GUIDE, coverage_id=new_id(), person_id=person, area=AREA, insurance_type="310", person_type="11",
        from_on=SINCE, now=now,
    )  # fmt: skip
    insurance.qualify(
        actor=GUIDE, qualification_id=new_id(), person_id=person, disease="hypertension",
        certified_by="演示中心医院", from_on=SINCE, now=now,
    )  # fmt: skip
    insurance.fill_account(actor=GUIDE, transfer_id=new_id(), person_id=person, amount_fen=account_fen, now=now)
    scene.step(
        T(zh="医保", en="Insurance"),
        T(
            zh="职工医保在保，已认定门诊慢特病：高血压",
            en="insured as an employee; certified for the chronic scheme: hypertension",
        ),
        (T(zh="个人账户", en="personal account"), same(f"¥{yuan(account_fen)}")),
    )
