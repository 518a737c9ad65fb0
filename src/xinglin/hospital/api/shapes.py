"""What fields look like on the wire: strict types that say in the schema what they take, and no more.

Money is whole fen. Instants carry a zone. Days are civil days in Shanghai. Ids are UUIDs; the id of a deed is made by
the caller, so that a retry is the same deed.
"""

import base64
import binascii
import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from xinglin.hospital.kernel.clock import SHANGHAI

CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""No control characters but tab and line ends: PostgreSQL keeps no NUL, people type none of the others."""

FEN_MAX = 10**12
PICTURE_TEXT_MAX = 11_200_000
"""Base64 letters of a picture of 8 MB."""

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DAY_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
INSTANT_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
NUMBER_TEXT = re.compile(r"-?\d{1,18}", re.ASCII)


class In(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What the hospital answers: read off its own values, nothing added."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")


class Words(Out):
    """A text in both languages."""

    zh: str
    en: str


# TYPES OF FIELDS


def _like(pattern: re.Pattern[str], kind: str) -> BeforeValidator:
    """Take text of one form only: no numbers for days, no braces around ids."""

    def check(value: Any) -> Any:
        if isinstance(value, UUID | date):
            return value
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError(kind, "does not have the expected form")
        return value

    return BeforeValidator(check)


def _in_years_of_people(value: date) -> date:
    if not 1890 <= value.year <= 2100:
        raise PydanticCustomError("year_out_of_bounds", "the year must be 1890 to 2100")
    return value


Id = Annotated[UUID, _like(UUID_TEXT, "uuid_form")]
Day = Annotated[date, _like(DAY_TEXT, "day_form"), AfterValidator(_in_years_of_people)]
Instant = Annotated[datetime, _like(INSTANT_TEXT, "instant_form"), AfterValidator(_in_years_of_people)]
At = Annotated[datetime, AfterValidator(lambda value: value.astimezone(SHANGHAI))]
"""An instant as answered: always in Shanghai time, so that a repeated deed gives the same text."""

Flag = Annotated[bool, Field(strict=True)]


Text = Annotated[str, Field(strict=True, pattern=CLEAN)]
"""Text without control characters; each field says how long it may be."""

Formed = Annotated[str, Field(strict=True)]
"""Text whose field gives the pattern."""

Code = Annotated[str, Field(strict=True, min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$")]
"""A code of letters, digits and a few marks."""

Whole = Annotated[int, Field(strict=True)]
"""A whole number; text and fractions are refused. Each field gives its bounds."""


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and NUMBER_TEXT.fullmatch(value) else value


WholeInQuery = Annotated[int, BeforeValidator(_number), Field(strict=True)]
"""A whole number in the query part of an address."""


def _picture(value: Any) -> bytes:
    if not isinstance(value, str):
        raise PydanticCustomError("base64_form", "must be text in base64")
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise PydanticCustomError("base64_form", "must be text in base64") from error


Picture = Annotated[
    bytes,
    BeforeValidator(_picture),
    WithJsonSchema(
        {
            "type": "string",
            "contentEncoding": "base64",
            "minLength": 4,
            "maxLength": PICTURE_TEXT_MAX,
            "pattern": "^[A-Za-z0-9+/]+={0,2}$",
            "description": "图片的 base64，8 MB 内。 A JPEG, PNG or WebP picture in base64, 8 MB at most.",
        }
    ),
]

Recording = Annotated[
    bytes,
    BeforeValidator(_picture),
    WithJsonSchema(
        {
            "type": "string",
            "contentEncoding": "base64",
            "minLength": 4,
            "maxLength": 5_400_000,
            "pattern": "^[A-Za-z0-9+/]+={0,2}$",
            "description": "WAV 录音的 base64，4 MB 内。 A WAV recording in base64, 4 MB at most.",
        }
    ),
]
