"""Words in both languages, kept together, so that one can never be missing where the other is.

>>> str(T(zh="第 {n} 步", en="Step {n}").with_(n=2).zh)
'第 2 步'
"""

from dataclasses import dataclass
from typing import Any

from django.utils import translation


@dataclass(frozen=True, slots=True)
class T:
    """A text in Chinese and English. `str()` gives the one of the active language."""

    zh: str
    en: str

    def with_(self, **values: Any) -> "T":
        """The same text with its {placeholders} filled; a value that is itself a T is filled per language."""
        zh = {k: v.zh if isinstance(v, T) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, T) else v for k, v in values.items()}
        return T(zh=self.zh.format(**zh), en=self.en.format(**en))

    def in_(self, language: str) -> str:
        """The text in a language code such as 'zh-hans' or 'en'; anything but English is Chinese."""
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.in_(translation.get_language() or "zh-hans")

    def as_json(self) -> dict[str, str]:
        """Both languages, for programs."""
        return {"zh": self.zh, "en": self.en}
