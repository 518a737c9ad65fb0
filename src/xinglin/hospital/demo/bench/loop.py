"""One whole loop over HTTP as programs walk it, each step timed. Nothing of Django is loaded here: it is the load."""

import http.client
import json
import os
import time
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

PICTURE = b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c4944415408d763f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
    )
).decode()
"""The smallest PNG: a picture's way is walked, its size is not measured."""

AMLODIPINE = "XL-C08CA01-002"
PROOF_SECONDS = 240
"""A pharmacist's proof of identity holds five minutes for signing; it is renewed a little earlier."""

RECORD = {
    "chief_complaint": "高血压复诊",
    "subjective": "规律服药，家测血压 138/86 mmHg，无不适。",
    "objective": "线上无法查体。",
    "assessment": "原发性高血压，血压基本达标。",
    "plan": "原方案续药，每周记录血压。",
    "vitals": {"systolic_mmhg": "138", "diastolic_mmhg": "86"},
    "diagnoses": ["I10"],
}
_serials = count(1)


class StepFailed(Exception):
    """A step was not answered with success."""


def new_id() -> str:
    """A UUIDv7."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    return str(UUID(int=value & ~(0x3 << 62) | 0x2 << 62))


@dataclass
class Line:
    """A kept-open connection to the hospital; records how long each step took, in seconds by the wall clock."""

    host: str
    port: int
    times: list[tuple[str, float]] = field(default_factory=list)
    _open: http.client.HTTPConnection | None = None

    def call(self, step: str, token: str, method: str, path: str, body: Any = None) -> Any:
        """Do one step. Raises StepFailed with status and body when it does not succeed."""
        raw = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Host": "localhost"}
        began = time.perf_counter()
        status, answer = self._send(method, path, raw, headers)
        self.times.append((step, time.perf_counter() - began))
        if not 200 <= status < 300:
            raise StepFailed(f"{step}: {status} {answer[:600].decode(errors='replace')}")
        return json.loads(answer)

    def close(self) -> None:
        """Let the connection go."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _send(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._open is None:
            self._open = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            self._open.request(method, path, raw, headers)
            response = self._open.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise


@dataclass
class People:
    """Who walks the loops of one thread: patients one after another, physicians and a pharmacist of its own."""

    patients: list[dict[str, str]]
    physicians: list[dict[str, str]]
    pharmacist: dict[str, str]
    answers: dict[str, str]
    consent_version: str
    diagnosed_on: str
    proven_at: float = 0.0


def walk(line: Line, people: People, number: int) -> None:
    """One loop, from the patient's question to the medicine in the hand."""
    patient = people.patients[number]
    physician = people.physicians[number % len(people.physicians)]
    visit = begin(line, people, patient, physician)
    talk_and_record(line, visit, patient["token"], physician["token"])
    prescription = prescribe(line, physician["token"], visit)
    make_ready(line, people, prescription)
    settle(line, patient, prescription["id"], new_id())
    hand_over(line, people, prescription["id"])
    line.call("visit ended", physician["token"], "POST", f"/api/visits/{visit}/end")


def begin(line: Line, people: People, patient: dict[str, str], physician: dict[str, str]) -> str:
    """From the patient's question to the opened visit, whose id is given."""
    visit, asks, sees = new_id(), patient["token"], physician["token"]
    paper = {
        "kind": "outpatient_record",
        "diagnosis_code": "I10",
        "diagnosed_on": people.diagnosed_on,
        "institution_name": "演示社区卫生服务中心",
        "picture": PICTURE,
    }
    body = {
        "id": visit,
        "person_id": patient["id"],
        "physician_id": physician["id"],
        "complaint": "血压药快吃完了，想复诊续方",
        "evidence": [paper],
        "answers": people.answers,
        "consent_version": people.consent_version,
    }
    line.call("patient asks", asks, "POST", "/api/visits", body)
    queue = line.call("queue read", sees, "GET", "/api/queue")
    rows = [row for row in (queue["next"], *queue["waiting"]) if row and row["visit"]["id"] == visit]
    line.call("evidence accepted", sees, "POST", f"/api/evidence/{rows[0]['evidence'][0]['id']}/acceptance")
    line.call("identity proved", sees, "POST", "/api/me/confirmation", {"code": "000000"})
    line.call("visit started", sees, "POST", f"/api/visits/{visit}/start")
    return visit


def talk_and_record(line: Line, visit: str, asks: str, sees: str) -> None:
    """The physician says something twice, the patient once; the record is written and signed."""
    for who, token, text in (
        ("physician answers", sees, "最近一周血压大概多少？有没有头晕、胸闷？"),
        ("patient answers", asks, "138/86 左右，没有头晕和胸闷。"),
        ("physician answers", sees, "控制得可以，原来的药继续吃，每周记录血压。"),
    ):
        line.call(who, token, "POST", f"/api/visits/{visit}/messages", {"id": new_id(), "text": text})
    saved = line.call("record saved", sees, "PUT", f"/api/visits/{visit}/record", RECORD | {"version": 0})
    signed = {"version": saved["version"]}
    line.call("record signed", sees, "POST", f"/api/visits/{visit}/record/signature", signed)


def prescribe(line: Line, token: str, visit: str) -> dict[str, Any]:
    """One medicine, signed under the rules."""
    medicine = {"id": new_id(), "product_code": AMLODIPINE, "dose_units": 5000, "frequency": "qd", "route": "po"}
    body = {"id": new_id(), "visit_id": visit, "lines": [medicine | {"days": 7}]}
    issued: dict[str, Any] = line.call("prescription signed", token, "POST", "/api/prescriptions", body)
    return issued


def make_ready(line: Line, people: People, prescription: dict[str, Any]) -> None:
    """Reviewed by the pharmacist and picked by trace code: it waits for the payment."""
    path, works = f"/api/prescriptions/{prescription['id']}", people.pharmacist["token"]
    if not people.proven_at or time.monotonic() - people.proven_at > PROOF_SECONDS:
        line.call("identity proved", works, "POST", "/api/me/confirmation", {"code": "000000"})
        people.proven_at = time.monotonic()
    line.call("pharmacist reviews", works, "POST", f"{path}/reviews", {"id": new_id(), "outcome": "approve"})
    picks = [
        {"line_id": one["id"], "codes": [_trace_code() for _ in range(one["packs"])]} for one in prescription["lines"]
    ]
    line.call("picked by trace code", works, "POST", f"{path}/pick", {"lines": picks})


def settle(line: Line, patient: dict[str, str], prescription_id: str, key: str) -> dict[str, Any]:
    """The patient pays; the same key is the same payment."""
    path = f"/api/prescriptions/{prescription_id}/settlement"
    paid: dict[str, Any] = line.call("settled", patient["token"], "POST", path, {"key": key})
    return paid


def hand_over(line: Line, people: People, prescription_id: str) -> None:
    """The medicine leaves the house."""
    body = {"id": new_id(), "to": "patient", "recipient": "演示患者"}
    path = f"/api/prescriptions/{prescription_id}/hand-over"
    line.call("handed over", people.pharmacist["token"], "POST", path, body)


def _trace_code() -> str:
    return f"{os.getpid() % 10_000_000:07d}{next(_serials):013d}"
