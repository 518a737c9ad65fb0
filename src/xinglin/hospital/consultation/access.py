"""Who may do what in the consultation."""

from xinglin.hospital.kernel.access import Permission, Role
from xinglin.hospital.kernel.texts import T

REQUEST_VISIT = Permission(
    "consultation.request_visit",
    frozenset({Role.PATIENT}),
    T(zh="为自己或被监护人申请复诊", en="ask for a visit for oneself or one's ward"),
)
FOLLOW_OWN_VISIT = Permission(
    "consultation.follow_own_visit",
    frozenset({Role.PATIENT}),
    T(zh="查看自己（或被监护人）的问诊和病历", en="see one's own (or one's ward's) visits and records"),
)
SEE_PATIENTS = Permission(
    "consultation.see_patients",
    frozenset({Role.PHYSICIAN}),
    T(zh="接诊：判断复诊依据、开始、转诊、结束", en="see patients: judge evidence, start, refer, end"),
)
TALK = Permission(
    "consultation.talk",
    frozenset({Role.PATIENT, Role.PHYSICIAN}),
    T(zh="在自己的问诊中对话", en="talk in a visit of one's own"),
)
WRITE_RECORD = Permission(
    "consultation.write_record",
    frozenset({Role.PHYSICIAN}),
    T(zh="为自己的患者书写并签署病历", en="write and sign the record of one's own patient"),
)
READ_VISIT = Permission(
    "consultation.read_visit",
    frozenset({Role.PATIENT, Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="查看问诊：患者本人、接诊医师，以及本机构的药师、医务管理和稽核人员",
        en="see a visit: the patient, the physician, and the institution's pharmacists, medical affairs and auditors",
    ),
)
READ_RECORD = Permission(
    "consultation.read_record",
    frozenset({Role.PATIENT, Role.PHYSICIAN, Role.PHARMACIST, Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="查看病历：患者本人、接诊医师，以及本机构的药师、医务管理和稽核人员；每次查看都会留痕",
        en="read a record: the patient, the physician, and the institution's pharmacists, medical affairs and "
        "auditors; each reading is written down",
    ),
)
WATCH_PROMISES = Permission(
    "consultation.watch_promises",
    frozenset({Role.MEDICAL_AFFAIRS}),
    T(zh="查看本机构超时未答的问诊", en="see the institution's visits that wait too long for a reply"),
)
KEEP_PROMISES = Permission(
    "consultation.keep_promises",
    frozenset(),
    T(zh="响应承诺的计时（系统）", en="run the clocks of the response promise (the system)"),
)
TELL_FACTS = Permission(
    "consultation.tell_facts",
    frozenset({Role.PATIENT, Role.PHYSICIAN}),
    T(
        zh="填写和更正用药资料：患者为自己或被监护人，医师为自己接诊的患者",
        en="tell and correct what medicines depend on: patients for themselves and wards, physicians in their visits",
    ),
)
TALK_LIVE = Permission(
    "consultation.talk_live",
    frozenset({Role.PATIENT, Role.PHYSICIAN}),
    T(zh="在自己的问诊中用音视频通话", en="talk by picture and sound in a visit of one's own"),
)
KEEP_LIVE = Permission(
    "consultation.keep_live",
    frozenset(),
    T(zh="转发、录存和暂停音视频（系统）", en="forward, record and pause picture and sound (the system)"),
)
READ_LIVE_COURSE = Permission(
    "consultation.read_live_course",
    frozenset({Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="查看本机构音视频问诊的身份核验时间线（不含画面和声音）",
        en="see when the two sides of the institution's live visits were verified (no picture, no sound)",
    ),
)
PLAY_RECORDING = Permission(
    "consultation.play_recording",
    frozenset({Role.MEDICAL_AFFAIRS, Role.AUDITOR}),
    T(
        zh="写明目的后回放本机构音视频问诊的录存；每次都会留痕",
        en="play recordings of the institution's live visits for a stated purpose; each time is written down",
    ),
)

PERMISSIONS = [
    TALK_LIVE,
    KEEP_LIVE,
    PLAY_RECORDING,
    READ_LIVE_COURSE,
    TELL_FACTS,
    REQUEST_VISIT,
    FOLLOW_OWN_VISIT,
    SEE_PATIENTS,
    TALK,
    WRITE_RECORD,
    READ_VISIT,
    READ_RECORD,
    WATCH_PROMISES,
    KEEP_PROMISES,
]
