"""Days, moments and numbers as each language writes them, on the clock that all three regions share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_datetime_format
from babel.numbers import format_decimal

LOCAL_TIME: Final = timezone(timedelta(hours=8))
"""One clock for all three regions, without summer time; a fixed offset needs no time-zone database on the machine."""


@dataclass(frozen=True, slots=True)
class Moments:
    """How one locale writes them."""

    locale: Locale

    def day(self, value: date) -> str:
        """Return a date in words, of a moment the date here."""
        local = value.astimezone(LOCAL_TIME).date() if isinstance(value, datetime) else value
        return format_date(local, "long", self.locale)

    def moment(self, value: datetime, clock: str = "HH:mm") -> str:
        """Return date and time of day, without the zone; *clock* is the pattern of the time."""
        time = format_time(value.astimezone(LOCAL_TIME).timetz(), clock, LOCAL_TIME, self.locale)
        return str(get_datetime_format("medium", locale=self.locale)).replace("{0}", time).replace("{1}", self.day(value))

    def exact(self, value: datetime) -> str:
        """Return a moment to the second and with its zone, for what is kept or printed."""
        return f"{self.moment(value, 'HH:mm:ss')} (UTC+8)"

    def number(self, value: int) -> str:
        """Return a whole number."""
        return format_decimal(value, locale=self.locale)

    def span(self, value: timedelta) -> str:
        """Return a length of time, rounded to its largest unit."""
        return format_timedelta(value, locale=self.locale)
