"""Verbs of identity. One verb, one function: permission, change, journal and event together."""

from xinglin.hospital.identity.services.admitting import decide_application
from xinglin.hospital.identity.services.applying import Practice, Sign, apply_for_practice
from xinglin.hospital.identity.services.codes import CodeSent, confirm_by_code, request_own_code, request_phone_code
from xinglin.hospital.identity.services.demo import demo_token, enter_demo
from xinglin.hospital.identity.services.guardians import add_guardian, decide_guardianship, end_guardianship
from xinglin.hospital.identity.services.houses import (
    House,
    assign_role,
    end_role,
    enter_institution,
    open_staff_account,
    renew_licence,
)
from xinglin.hospital.identity.services.likeness_cards import read_card, settle_card
from xinglin.hospital.identity.services.likeness_challenge import ChallengeView, begin_challenge
from xinglin.hospital.identity.services.likeness_comparing import find_similar
from xinglin.hospital.identity.services.likeness_consent import give_likeness_consent, withdraw_likeness_consent
from xinglin.hospital.identity.services.likeness_enrolling import enrol_voice
from xinglin.hospital.identity.services.likeness_erasing import drop_abandoned, erase_expired, revoke_template
from xinglin.hospital.identity.services.likeness_review import (
    ask_alternative,
    decide_alternative,
    withdraw_alternative,
)
from xinglin.hospital.identity.services.likeness_showing import challenge_now
from xinglin.hospital.identity.services.likeness_verifying import LikenessResult, Shown, show_frame
from xinglin.hospital.identity.services.proofs import confirm_again, record_auth_event
from xinglin.hospital.identity.services.registration import (
    Declared,
    Registered,
    attach_document,
    correct_identity,
    declare,
    register_patient,
    sign_in_with_code,
)
from xinglin.hospital.identity.services.registry import review_document, verify_with_registry
from xinglin.hospital.identity.services.signing import Signature, sign_as
from xinglin.hospital.identity.services.stopping import (
    end_practice,
    record_payment_stop,
    reinstate_institution,
    reinstate_practitioner,
    set_on_duty,
    suspend_institution,
    suspend_practitioner,
    withdraw_payment_stop,
)

__all__ = [
    "ChallengeView",
    "CodeSent",
    "Declared",
    "House",
    "LikenessResult",
    "Practice",
    "Registered",
    "Shown",
    "Sign",
    "Signature",
    "add_guardian",
    "apply_for_practice",
    "ask_alternative",
    "assign_role",
    "attach_document",
    "begin_challenge",
    "challenge_now",
    "confirm_again",
    "confirm_by_code",
    "correct_identity",
    "decide_alternative",
    "decide_application",
    "decide_guardianship",
    "declare",
    "demo_token",
    "drop_abandoned",
    "end_guardianship",
    "end_practice",
    "end_role",
    "enrol_voice",
    "enter_demo",
    "enter_institution",
    "erase_expired",
    "find_similar",
    "give_likeness_consent",
    "open_staff_account",
    "read_card",
    "record_auth_event",
    "record_payment_stop",
    "register_patient",
    "reinstate_institution",
    "reinstate_practitioner",
    "renew_licence",
    "request_own_code",
    "request_phone_code",
    "review_document",
    "revoke_template",
    "set_on_duty",
    "settle_card",
    "show_frame",
    "sign_as",
    "sign_in_with_code",
    "suspend_institution",
    "suspend_practitioner",
    "verify_with_registry",
    "withdraw_alternative",
    "withdraw_likeness_consent",
    "withdraw_payment_stop",
]
