"""Template tags: words in both languages, money, instants."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from xinglin.hospital.kernel.clock import SHANGHAI
from xinglin.hospital.kernel.money import yuan as yuan_text
from xinglin.hospital.kernel.texts import T

register = template.Library()


def _english() -> bool:
    return (translation.get_language() or "zh-hans").startswith("en")


@register.simple_tag
def t(zh: str, en: str, **values: Any) -> SafeString:
    """The text of the active language; placeholders {x} are filled with escaped values."""
    safe = {key: conditional_escape(str(value)) for key, value in values.items()}
    return mark_safe((en if _english() else zh).format(**safe) if values else (en if _english() else zh))


@register.filter
def says(text: T | str | None) -> str:
    """A T in the active language; a plain string as it is; nothing for None."""
    return "" if text is None else str(text)


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as '12.34'; a dash for None."""
    return "–" if fen is None else yuan_text(fen)


@register.filter
def when(at: datetime | date | None, style: str = "minute") -> SafeString:
    """An instant or day in Shanghai time. Styles: 'minute' (default), 'day', 'time', 'second'."""
    if at is None:
        return mark_safe("–")
    if isinstance(at, datetime):
        local = at.astimezone(SHANGHAI)
        shape = {"minute": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "time": "%H:%M", "second": "%Y-%m-%d %H:%M:%S"}[style]
        return format_html('<time datetime="{}">{}</time>', local.isoformat(), local.strftime(shape))
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), at.isoformat())


@register.simple_tag
def pick(row: Any, stem: str = "name") -> str:
    """`row.<stem>_zh` or `row.<stem>_en` by the active language."""
    value = getattr(row, f"{stem}_en" if _english() else f"{stem}_zh", "")
    return str(value or getattr(row, f"{stem}_zh", ""))


@register.filter
def percent(permille: int | None) -> str:
    """Thousandths as '12.3%'; a dash for None."""
    return "–" if permille is None else f"{permille // 10}.{permille % 10}%"


@register.filter
def hundredths(value: int) -> str:
    """Hundredths as '2.35'."""
    return f"{value // 100}.{value % 100:02d}"
