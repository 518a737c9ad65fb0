"""Verbs of the pharmacy, from the first typed letter to the patient's door and back."""

from xinglin.hospital.pharmacy.drafts import Answer, Draft, DraftLine
from xinglin.hospital.pharmacy.law import key_of as ask_key
from xinglin.hospital.pharmacy.services.advising import accept_finding, take_remedy
from xinglin.hospital.pharmacy.services.authority import (
    authority_keys,
    published_certificate,
    published_keys,
    published_revocations,
    revoke_certificate,
    rotate_key,
)
from xinglin.hospital.pharmacy.services.commenting import comment_prescription, draw_sample
from xinglin.hospital.pharmacy.services.delivering import (
    choose_delivery,
    confirm_receipt,
    follow_deliveries,
    recall_parcel,
)
from xinglin.hospital.pharmacy.services.desk import Held, check_waiting, keep_sheet, leave_sheet, open_sheet
from xinglin.hospital.pharmacy.services.documents import Document, signed_document
from xinglin.hospital.pharmacy.services.ending import cancel_prescription, expire_prescriptions, return_medicine
from xinglin.hospital.pharmacy.services.handing import hand_over
from xinglin.hospital.pharmacy.services.picking import pick, register_pack_identification, unpick
from xinglin.hospital.pharmacy.services.releasing import release, withdraw_release
from xinglin.hospital.pharmacy.services.reviewing import answer_question, review_prescription
from xinglin.hospital.pharmacy.services.verifying import verify_prescription
from xinglin.hospital.pharmacy.services.writing import Previewed, issue_prescription, preview, save_draft

__all__ = [
    "Answer",
    "Document",
    "Draft",
    "DraftLine",
    "Held",
    "Previewed",
    "accept_finding",
    "answer_question",
    "ask_key",
    "authority_keys",
    "cancel_prescription",
    "check_waiting",
    "choose_delivery",
    "comment_prescription",
    "confirm_receipt",
    "draw_sample",
    "expire_prescriptions",
    "follow_deliveries",
    "hand_over",
    "issue_prescription",
    "keep_sheet",
    "leave_sheet",
    "open_sheet",
    "pick",
    "preview",
    "published_certificate",
    "published_keys",
    "published_revocations",
    "recall_parcel",
    "register_pack_identification",
    "release",
    "return_medicine",
    "review_prescription",
    "revoke_certificate",
    "rotate_key",
    "save_draft",
    "signed_document",
    "take_remedy",
    "unpick",
    "verify_prescription",
    "withdraw_release",
]
