"""What a verification says: each point looked at with its sentence, what it cannot know, and the whole. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.texts import T


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at. `code` is stable; `good` False refuses."""

    code: str
    good: bool
    says: T

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {"code": self.code, "good": self.good, "says": self.says.as_json()}


@dataclass(frozen=True, slots=True)
class Shown:
    """What anyone who holds the code may read: nothing of the patient but the masked name."""

    issuer: T
    institution: str
    prescription_id: str
    version: int
    masked_name: str
    issued_at: datetime
    valid_until_at: datetime
    key_id: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "issuer": self.issuer.as_json(),
            "institution": self.institution,
            "prescription_id": self.prescription_id,
            "version": self.version,
            "masked_name": self.masked_name,
            "issued_at": self.issued_at.isoformat(),
            "valid_until_at": self.valid_until_at.isoformat(),
            "key_id": self.key_id,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. `online` says whether the hospital itself was asked; `keys_at` is the age of the key list."""

    kind: str  # "code" or "document"
    points: tuple[Point, ...]
    shown: Shown | None = None
    online: bool = False
    keys_at: datetime | None = None
    unknown: tuple[T, ...] = ()
    signers: tuple[T, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def genuine(self) -> bool:
        """Whether nothing speaks against it and something speaks for it."""
        return bool(self.points) and all(point.good for point in self.points)

    @property
    def refusals(self) -> tuple[Point, ...]:
        """What speaks against it."""
        return tuple(point for point in self.points if not point.good)

    @property
    def codes(self) -> list[str]:
        """The codes of the refusals."""
        return [point.code for point in self.refusals]

    @property
    def sentence(self) -> T:
        """The answer in one sentence."""
        if not self.genuine:
            return T(zh="不能认可：{why}", en="Refused: {why}").with_(why=self.refusals[0].says if self.points else "")
        if self.online:
            return T(zh="真实有效，可以调配。", en="Genuine, valid now, and not dispensed yet.")
        return T(
            zh="签名真实、内容未改、仍在有效期内；是否已配药须联网查询。",
            en="Genuine, unaltered and not expired; whether it has been dispensed can only be asked online.",
        )

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "kind": self.kind,
            "genuine": self.genuine,
            "sentence": self.sentence.as_json(),
            "online": self.online,
            "keys_at": self.keys_at.isoformat() if self.keys_at else None,
            "points": [point.as_json() for point in self.points],
            "unknown": [text.as_json() for text in self.unknown],
            "shown": self.shown.as_json() if self.shown else None,
            "signers": [text.as_json() for text in self.signers],
        }


def refused(kind: str, code: str, says: T, **more: Any) -> Answer:
    """An answer that ends at its first point."""
    return Answer(kind, (Point(code, False, says),), **more)


def when(at: datetime) -> str:
    """An instant as people read it, in China's time."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def what_offline_cannot_know(keys_at: datetime, now: datetime) -> tuple[T, ...]:
    """Said with every answer given without asking the hospital."""
    hours = max(0, int((now - keys_at).total_seconds() // 3600))
    age = T(zh=f"{hours // 24} 天", en=f"{hours // 24} days") if hours >= 48 else T(zh=f"{hours} 小时", en=f"{hours} h")
    return (
        T(
            zh="离线不知道：这张处方现在是否已经配药、作废、退药或被新版本取代，以及药师审核的最新结论。",
            en="Offline it is not known whether it was since reviewed, dispensed, cancelled, taken back or replaced.",
        ),
        T(
            zh="离线不知道：密钥是否在公钥表发布（{at}，距今 {age}）之后被吊销。",
            en="Offline it is not known whether a key was revoked after the key list was published ({at}, {age} ago).",
        ).with_(at=when(keys_at), age=age),
    )
