"""Who may do what with prescriptions. Selectors narrow each permission to the actor's own patients or institutions."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

WRITE_PRESCRIPTION = Permission(
    "pharmacy.write",
    frozenset({Role.PHYSICIAN}),
    T(zh="为自己的问诊开具、修改和作废处方", en="write, answer for and cancel prescriptions of one's own visits"),
)
REVIEW_PRESCRIPTION = Permission(
    "pharmacy.review",
    frozenset({Role.PHARMACIST}),
    T(zh="审核本机构的处方", en="review prescriptions of one's institution"),
)
DISPENSE = Permission(
    "pharmacy.dispense",
    frozenset({Role.PHARMACIST}),
    T(zh="在本机构配药、发药和收回药品", en="pick, hand over and take back medicine at one's institution"),
)
READ_PRESCRIPTION = Permission(
    "pharmacy.read",
    frozenset({Role.PATIENT, Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR, Role.REGULATOR}),
    T(
        zh="查看处方：患者看本人，医师看自己开的，药师和管理人员看本机构的",
        en="read prescriptions: a patient one's own, a physician those written, staff those of their institution",
    ),
)
OWN_PRESCRIPTION = Permission(
    "pharmacy.own",
    frozenset({Role.PATIENT}),
    T(
        zh="处理自己或被监护人的处方：取消、选择收货、确认收到",
        en="cancel, direct and receive one's own medicine",
    ),
)
RELEASE = Permission(
    "pharmacy.release",
    frozenset({Role.PATIENT, Role.PHARMACIST}),
    T(zh="结算后放行发药", en="release a prescription after its settlement"),
)
KEEP_CLOCK = Permission(
    "pharmacy.clock",
    frozenset(),
    T(zh="让过期处方失效、跟进配送（系统）", en="expire prescriptions and follow deliveries (the system)"),
)
KEEP_AUTHORITY = Permission(
    "pharmacy.authority",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(
        zh="管理医院电子处方证书：吊销、更换密钥",
        en="keep the certificates of electronic prescriptions: revoke them, change keys",
    ),
)
DESK_FIGURES = Permission(
    "pharmacy.desk_figures",
    frozenset({Role.PHARMACIST, Role.MEDICAL_AFFAIRS}),
    T(
        zh="查看审方数字：药师看自己的，药学部门负责人和医务管理看本机构的",
        en="read figures of the review desk: one's own; head of the pharmacy and medical affairs, the institution's",
    ),
)
COMMENT = Permission(
    "pharmacy.comment",
    frozenset({Role.PHARMACIST}),
    T(zh="点评抽到的处方", en="comment the prescriptions of the monthly sample"),
)
COMMENT_REPORT = Permission(
    "pharmacy.comment_report",
    frozenset({Role.PHARMACIST, Role.MEDICAL_AFFAIRS}),
    T(
        zh="抽取点评样本、查看点评月报：仅药学部门负责人和医务管理（禁止统方）",
        en="draw the sample and read the monthly report of comments: head of the pharmacy and medical affairs only",
    ),
)
PERMISSIONS = [
    DESK_FIGURES,
    COMMENT,
    COMMENT_REPORT,
    WRITE_PRESCRIPTION,
    REVIEW_PRESCRIPTION,
    DISPENSE,
    READ_PRESCRIPTION,
    OWN_PRESCRIPTION,
    RELEASE,
    KEEP_CLOCK,
    KEEP_AUTHORITY,
]
