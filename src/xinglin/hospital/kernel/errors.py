"""Refusals are part of the design: a stable dotted code, typed fields and a sentence in both languages.

Each module declares its own in its errors.py, one class a refusal. Edges translate them (a message, problem+json, an
OperationOutcome); nothing else catches them.
"""

from typing import Any, ClassVar

from xinglin.hospital.kernel.texts import T


class DomainError(Exception):
    """A refusal. Subclasses set `code`, `text` (placeholders name the fields) and, when useful, `status` and `hint`."""

    code: ClassVar[str] = ""
    text: ClassVar[T]
    hint: ClassVar[T | None] = None
    status: ClassVar[int] = 409

    def __init__(self, *, field: str = "", **fields: Any) -> None:
        self.field = field
        self.fields = fields
        super().__init__(self.code)

    @property
    def sentence(self) -> T:
        """What happened, in both languages."""
        return self.text.with_(**self.fields)

    @property
    def advice(self) -> T | None:
        """What would make it right, in both languages, or None."""
        return self.hint.with_(**self.fields) if self.hint is not None else None

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence.en}"

    def as_json(self) -> dict[str, Any]:
        """The body that programs receive (RFC 9457 in spirit)."""
        advice = self.advice
        return {
            "code": self.code,
            "field": self.field,
            "title": self.sentence.as_json(),
            "hint": advice.as_json() if advice else None,
        }


class NotFound(DomainError):
    """Absent, or not yours: the two answer alike, so that nothing can be probed."""

    code = "kernel.not_found"
    text = T(zh="没有找到这条记录，或您无权查看。", en="This record does not exist, or is not yours to see.")
    status = 404


class NotAllowed(DomainError):
    """The actor's roles do not hold the permission."""

    code = "kernel.not_allowed"
    text = T(zh="您的角色不能做这件事：{permission}。", en="Your role cannot do this: {permission}.")
    status = 403


class InvalidInput(DomainError):
    """One field is wrong; says which, and what would be right."""

    code = "kernel.invalid_input"
    text = T(zh="{reason}", en="{reason}")
    status = 422

    def __init__(self, *, field: str, reason: T) -> None:
        super().__init__(field=field, reason=reason)


class InvalidForm(DomainError):
    """Several fields are wrong at once."""

    code = "kernel.invalid_form"
    text = T(zh="有 {count} 处需要修改。", en="{count} fields need a change.")
    status = 422

    def __init__(self, errors: list[InvalidInput]) -> None:
        super().__init__(count=len(errors))
        self.errors = errors

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {"errors": [error.as_json() for error in self.errors]}
