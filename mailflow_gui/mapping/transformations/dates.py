"""Transformations of dates. "Now" is the item's own clock, so that doing a step again gives the same bytes."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.calendar_format import Calendar, Language, formatted
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import MisfitError, Value


class Zone(Parameters):
    """In which time zone."""

    zone: Annotated[
        str, Field(title=N_("Time zone"), description=N_("Such as Asia/Tokyo. Empty: this computer's."))
    ] = ""


class Days(Parameters):
    """How many days; may be negative."""

    days: Annotated[int, Field(title=N_("Days"))]


class Seconds(Parameters):
    """How many seconds; may be negative."""

    seconds: Annotated[int, Field(title=N_("Seconds"))]


class DateFormat(Parameters):
    """How to write a date."""

    format: Annotated[str, Field(title=N_("Format"), description=N_("Such as yyyy-MM-dd HH:mm or GGGGy年M月d日."))] = (
        "yyyy-MM-dd HH:mm"
    )
    zone: Annotated[str, Field(title=N_("Time zone"), description=N_("Empty: as the date itself says."))] = ""
    calendar: Annotated[Calendar, Field(title=N_("Calendar"))] = "gregorian"
    language: Annotated[Language, Field(title=N_("Language of names"))] = "en"


class ZoneRequired(Parameters):
    """To which time zone."""

    zone: Annotated[str, Field(title=N_("Time zone"), min_length=1)]


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo:
    """The time zone with this IANA name.

    :raises MappingError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: a directory of zones, such as "America"
        raise MisfitError("mapping-bad-zone", zone=name[:60]) from error


def in_zone(value: datetime | date, name: str) -> datetime | date:
    """``value`` in the zone ``name`` (empty: as it is); a plain date, or a time without a zone, stays what it is.

    :raises MappingError: no such zone, or beyond the calendar.
    """
    if not name:
        return value
    zone = zone_named(name)
    if not isinstance(value, datetime) or value.tzinfo is None:
        return value
    try:
        return value.astimezone(zone)
    except (OverflowError, ValueError) as error:
        raise MisfitError("mapping-date-out-of-range") from error


def _now(context: MappingContext, zone: str) -> datetime:
    return context.clock.astimezone(zone_named(zone) if zone else None)


def _later(value: datetime | date, step: timedelta) -> datetime | date:
    try:
        return value + step
    except OverflowError as error:
        raise MisfitError("mapping-date-out-of-range") from error


def _span(**amount: int) -> timedelta:
    try:
        return timedelta(**amount)
    except OverflowError as error:
        raise MisfitError("mapping-date-out-of-range") from error


@transformation("current-date", N_("Current date"), Zone, input="any", output="date", takes_absent=True)
def current_date(value: Value, parameters: Zone, context: MappingContext) -> date:
    """The day on which the mail arrived in the flow."""
    return _now(context, parameters.zone).date()


@transformation("current-time", N_("Current time"), Zone, input="any", takes_absent=True)
def current_time(value: Value, parameters: Zone, context: MappingContext) -> str:
    """The time at which the mail arrived in the flow, as HH:MM:SS."""
    return _now(context, parameters.zone).strftime("%H:%M:%S")


@transformation("current-date-time", N_("Current date and time"), Zone, input="any", output="date", takes_absent=True)
def current_date_time(value: Value, parameters: Zone, context: MappingContext) -> datetime:
    """The moment at which the mail arrived in the flow, to the second."""
    return _now(context, parameters.zone).replace(microsecond=0)


@transformation("add-days", N_("Add days"), Days, input="date", output="date")
def add_days(value: datetime | date, parameters: Days, context: MappingContext) -> datetime | date:
    """The date some days later, or earlier; the time of day stays."""
    return _later(value, _span(days=parameters.days))


@transformation("add-seconds", N_("Add seconds"), Seconds, input="date", output="date")
def add_seconds(value: datetime | date, parameters: Seconds, context: MappingContext) -> datetime | date:
    """The date some seconds later, or earlier; a date without a time begins at midnight."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 (a plain date has no zone)
    return _later(value, _span(seconds=parameters.seconds))


@transformation("day-of-week", N_("Day of the week"), input="date", output="number")
def day_of_week(value: datetime | date, parameters: Parameters, context: MappingContext) -> int:
    """1 (Monday) to 7 (Sunday), as ISO 8601 counts."""
    return value.isoweekday()


@transformation("day-of-month", N_("Day of the month"), input="date", output="number")
def day_of_month(value: datetime | date, parameters: Parameters, context: MappingContext) -> int:
    """1 to 31."""
    return value.day


@transformation("day-of-year", N_("Day of the year"), input="date", output="number")
def day_of_year(value: datetime | date, parameters: Parameters, context: MappingContext) -> int:
    """1 to 366."""
    return value.timetuple().tm_yday


@transformation("format-date", N_("Format a date"), DateFormat, input="date")
def format_date(value: datetime | date, parameters: DateFormat, context: MappingContext) -> str:
    """The date as text, in a time zone, by letters such as ``yyyy-MM-dd``; with the Japanese calendar ``GGGGy年`` is 令和7年."""
    return formatted(in_zone(value, parameters.zone), parameters.format, parameters.calendar, parameters.language)


@transformation("to-zone", N_("To a time zone"), ZoneRequired, input="date", output="date")
def to_zone(value: datetime | date, parameters: ZoneRequired, context: MappingContext) -> datetime | date:
    """The same moment as another time zone's clocks show it."""
    return in_zone(value, parameters.zone)
