"""Moments as the store keeps them: text in UTC to the second, which sorts by itself."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def stamp(at: datetime) -> str:
    """A moment as text; one without a time zone is refused, for it could be any hour.

    >>> stamp(datetime(2026, 11, 24, 8, 5, tzinfo=UTC))
    '2026-11-24T08:05:00Z'
    >>> stamp(datetime(2026, 11, 24))
    Traceback (most recent call last):
    ValueError: a moment needs its time zone
    """
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC).strftime(_FORM)


def moment(text: str) -> datetime:
    """The moment that a text of this form means."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
