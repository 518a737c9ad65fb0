"""From words to probabilities for other programs: the contract of docs/reference/diagnose.md over the API."""

from typing import Any

from ninja import Router
from pydantic import ConfigDict, Field

from xinglin.hospital.api.edge import Request, operation
from xinglin.hospital.api.errors import BodyTooLarge
from xinglin.hospital.api.shapes import In, Out, Words
from xinglin.hospital.decision_support import services
from xinglin.hospital.decision_support.access import DIAGNOSE

router = Router(tags=["diagnosing"])
CASE_BYTES_MAX = 256_000


class DiagnosisCase(In):
    """One case. Every field and unit is described in docs/reference/diagnose.md; any other is refused.

    The reader itself reads the fields, so that function, command and API refuse alike.
    """

    model_config = ConfigDict(extra="allow")

    id: Any = Field("", description="调用方的编号。 The caller's name of the case.", examples=["case-1"])
    text: Any = Field(
        None,
        description="患者的话或病历文字，中英文皆可。 The patient's words or a note, Chinese or English.",
        examples=["烧到39度三天了，咳黄痰，右胸一吸气就疼，没有咯血"],
    )
    turns: Any = Field(
        None,
        description="对话，可代替或接在 text 之后。 A conversation, instead of the text or after it.",
        examples=[[{"speaker": "doctor", "text": "有没有咯血？"}, {"speaker": "patient", "text": "没有"}]],
    )
    language: Any = Field(None, examples=["auto"])
    age_years: Any = Field(None, description="岁，儿童可用小数。 Years; a fraction for children.", examples=[67])
    sex: Any = Field(None, examples=["M"])
    pregnant: Any = Field(None, description="缺省即未知。 Absent is unknown, never *no*.", examples=[None])
    pregnancy_weeks: Any = None
    findings: Any = Field(
        None, examples=[[{"name": "寒战", "present": True}, {"code": "haemoptysis", "present": False}]]
    )
    vitals: Any = Field(None, examples=[{"temperature": 39.1, "resp_rate": 26, "spo2": 92}])
    on: Any = Field(None, examples=["2026-11-22"])
    region: Any = None
    asked: Any = Field(None, description="已问过几个问题。 Questions put before.", examples=[0])


class FindingName(Out):
    """A finding by its code and names."""

    code: str
    name_zh: str
    name_en: str


class ReadFinding(FindingName):
    """What was understood, and where it stands: `span` counts characters of turn `turn`."""

    polarity: str = Field(examples=["present"])
    experiencer: str = Field(examples=["patient"])
    time: str = Field(examples=["now"])
    certainty: str = Field(examples=["certain"])
    span: list[int]
    words: str
    turn: int
    severity: str | None = None
    site: str | None = None
    side: str | None = None
    onset: str | None = None
    duration_hours: float | None = None
    pattern: str | None = None
    quantity: str | None = None
    value: float | None = None
    unit: str | None = None


class WeighedFinding(FindingName):
    """A finding that speaks for or against a condition: natural log of the odds, and how often it is met in it."""

    present: bool
    log_odds: float
    frequency: float


class Reasons(Out):
    """Why a condition stands where it stands, what it leaves unexplained, and what would change it."""

    model_config = ConfigDict(from_attributes=True, extra="ignore", populate_by_name=True)

    supports: list[WeighedFinding] = Field(alias="for")
    against: list[WeighedFinding]
    unexplained: list[FindingName]
    would_change: list[WeighedFinding]
    parts: dict[str, float]
    source: str
    source_read: bool


class PossibleCondition(Out):
    """One condition of the differential; reasons for the first five."""

    id: str
    icd10: str = Field(examples=["J18.9"])
    name_zh: str
    name_en: str
    also_en: list[str]
    also_zh: list[str]
    probability: float
    urgency: str = Field(examples=["urgent"])
    must_not_miss: bool
    why: Reasons | None = None


class CasePerson(Out):
    """Age, sex and pregnancy as used: told, or read from the text."""

    age_years: float | None
    sex: str | None
    pregnant: bool | None
    pregnancy_weeks: float | None


class CaseDepartment(Out):
    """A clinical department of the national list."""

    code: str
    name_zh: str
    name_en: str
    share: float | None = None


class RaisedFlag(Out):
    """A red flag: what to do now, and the findings that raised it. No probability lowers it."""

    id: str
    level: str = Field(examples=["emergency"])
    name_zh: str
    name_en: str
    do_zh: str
    do_en: str
    because: list[str]
    source: str


class WarningScore(Out):
    """An early-warning score that the numbers allow, or why it is refused."""

    score: str = Field(examples=["news2"])
    refused: Words | None = None
    instead: Words | None = None
    lowest: float | None = None
    highest: float | None = None
    bands: list[str] | None = None
    colour: str | None = None
    could_be: str | None = None
    text: Words | None = None
    do: Words | None = None
    missing: list[str] | None = None
    source: str | None = None


class NextQuestion(Out):
    """A question that is worth asking: the bits it is expected to tell, the dangerous condition that it screens."""

    code: str
    zh: str
    en: str
    gain_bits: float
    screens: str | None


class DiagnosisAnswer(Out):
    """The answer. `reviewed` is false: no clinician has reviewed any row of the tables; it is no diagnosis."""

    id: str
    language: str
    findings: list[ReadFinding]
    not_understood: list[str]
    person: CasePerson
    differential: list[PossibleCondition]
    other: float
    insufficient: Words | None
    together: list[str] | None
    triage: str = Field(examples=["urgent"])
    triage_text: Words
    triage_by: str
    department: CaseDepartment
    departments: list[CaseDepartment]
    red_flags: list[RaisedFlag]
    scores: list[WarningScore]
    next_questions: list[NextQuestion]
    stop: str | None
    knowledge: str
    reviewed: bool
    note: Words


@operation(router, "post", "/v1/diagnose", DIAGNOSE, DiagnosisAnswer, exclude_unset=True, by_alias=True)
def diagnose_case(request: Request, body: DiagnosisCase) -> Any:
    """由患者的话得到可能的诊断｜Possible diagnoses from a patient's words

    The contract of the command `xinglin diagnose` and of the function `diagnose`: docs/reference/diagnose.md. It is for
    a physician to consider, and nothing is stored. At most 120 cases a minute, together with the check of medicines,
    and 250 kB a case; for more, the command reads a stream.
    """
    if len(request.body) > CASE_BYTES_MAX:
        raise BodyTooLarge(megabytes="0.25")
    given = body.model_dump(exclude_unset=True)
    return services.diagnose_case(actor=request.actor, given=given, now=request.now)
