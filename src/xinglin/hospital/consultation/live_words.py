"""The closed lists of the live visit: picture or voice, which way the media go, where it stands, why it ended."""

from xinglin.hospital.consultation.words import Named


class LiveKind(Named):
    """What goes over the line."""

    VIDEO = ("video", "视频", "video")
    VOICE = ("voice", "语音", "voice")


class LiveMode(Named):
    """Which way picture and sound go. In both ways the server sees what the other side really sees."""

    RELAY = ("relay", "经医院服务器转发", "relayed by the hospital")
    FORWARDED = ("forwarded", "双方直连，接收方回传副本", "between the two sides, with a copy to the hospital")


class LiveState(Named):
    """Where a live visit stands. RINGING: one side is there, or nobody yet."""

    RINGING = ("ringing", "等待对方", "waiting for the other side")
    LIVE = ("live", "通话中", "live")
    PAUSED = ("paused", "已暂停", "paused")
    ENDED = ("ended", "已结束", "ended")


class LiveEnd(Named):
    """Why a live visit ended."""

    BY_PHYSICIAN = ("by_physician", "医师结束通话", "the physician ended the call")
    BY_PATIENT = ("by_patient", "患者结束通话", "the patient ended the call")
    LEFT = ("left", "双方都已离开", "both sides had left")
    LOST = ("lost", "连接中断，未再恢复", "the connection was lost and did not come back")
    VISIT_OVER = ("visit_over", "问诊已结束、转线下或取消", "the visit ended, was referred or cancelled")
    POLICY = ("policy", "身份核验策略要求结束", "the policy of identity checks asked for it")


OPEN_LIVE = frozenset({LiveState.RINGING, LiveState.LIVE, LiveState.PAUSED})
