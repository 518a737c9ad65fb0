"""Identity's permissions: who may see people, decide about practice, stop someone, sign."""

from xinglin.hospital.kernel.access import STAFF, Permission, Role
from xinglin.hospital.kernel.texts import T

SEE_OWN = Permission(
    "identity.see_own",
    frozenset({Role.PATIENT}),
    T(zh="查看和维护本人及被监护人的实名信息", en="see and keep one's own identity"),
)
SEE_PEOPLE = Permission(
    "identity.see_people", STAFF, T(zh="在职责范围内查看人员姓名、性别和出生日期", en="see who a patient is")
)
SEE_PAPERS = Permission(
    "identity.see_papers",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="查看证件照片和执业材料", en="see documents and papers"),
)
DECIDE_APPLICATIONS = Permission(
    "identity.decide_applications", frozenset({Role.MEDICAL_AFFAIRS}), T(zh="审核执业申请", en="decide on applications")
)
REVIEW_GUARDIANS = Permission(
    "identity.review_guardians", frozenset({Role.MEDICAL_AFFAIRS}), T(zh="审核监护关系", en="review guardianships")
)
STOP_PRACTICE = Permission(
    "identity.stop_practice",
    frozenset({Role.MEDICAL_AFFAIRS, Role.REGULATOR}),
    T(zh="暂停或恢复医师、药师的执业", en="suspend or reinstate a practitioner"),
)
STOP_INSTITUTION = Permission(
    "identity.stop_institution",
    frozenset({Role.MEDICAL_AFFAIRS, Role.REGULATOR}),
    T(zh="暂停或恢复机构", en="suspend or reinstate an institution"),
)
KEEP_INSTITUTIONS = Permission(
    "identity.keep_institutions",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="登记机构、科室和协议", en="enter institutions, departments and agreements"),
)
SET_PAYMENT_RIGHT = Permission(
    "identity.set_payment_right",
    frozenset({Role.AUDITOR}),
    T(zh="登记医保支付资格状态", en="record a payment suspension"),
)
ASSIGN_ROLES = Permission(
    "identity.assign_roles", frozenset({Role.MEDICAL_AFFAIRS}), T(zh="授予岗位", en="assign roles")
)
AFFAIRS = Permission(
    "identity.affairs",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="进入医务管理工作台", en="enter the medical affairs desk"),
)
SIGN = Permission(
    "identity.sign", frozenset({Role.PHYSICIAN, Role.PHARMACIST}), T(zh="以本人密钥签名", en="sign with one's own key")
)
BE_ON_DUTY = Permission(
    "identity.be_on_duty", frozenset({Role.PHYSICIAN, Role.PHARMACIST}), T(zh="上线或下线", en="go on or off duty")
)
CONFIRM = Permission("identity.confirm", STAFF, T(zh="再次确认本人身份", en="confirm one's identity again"))
VERIFY_SELF = Permission(
    "identity.verify_self",
    STAFF | {Role.PATIENT},
    T(zh="登记、核验和删除本人的人脸与声音", en="enrol, verify and delete one's own face and voice"),
)
REVIEW_LIKENESS = Permission(
    "identity.review_likeness",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="审核其他核验方式和比对疑点", en="review other ways of proof and doubtful likenesses"),
)

PERMISSIONS = [
    SEE_OWN,
    SEE_PEOPLE,
    SEE_PAPERS,
    DECIDE_APPLICATIONS,
    REVIEW_GUARDIANS,
    STOP_PRACTICE,
    STOP_INSTITUTION,
    KEEP_INSTITUTIONS,
    SET_PAYMENT_RIGHT,
    ASSIGN_ROLES,
    AFFAIRS,
    SIGN,
    BE_ON_DUTY,
    CONFIRM,
    VERIFY_SELF,
    REVIEW_LIKENESS,
]
