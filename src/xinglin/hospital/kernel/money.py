"""Money is a whole number of fen (1/100 yuan). These helpers only parse and print it; arithmetic stays integer."""

from decimal import Decimal, InvalidOperation


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals and thousands marks: 123456 → '1,234.56'."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def fen(text: str) -> int:
    """Yuan as typed by a person, in whole fen. Raises ValueError when it is no amount or finer than a fen."""
    try:
        value = Decimal(text.replace(",", "").strip()) * 100
    except InvalidOperation as error:
        raise ValueError(f"not an amount in yuan: {text!r}") from error
    if not value.is_finite() or value != value.to_integral_value():
        raise ValueError(f"finer than a fen: {text!r}")
    return int(value)
