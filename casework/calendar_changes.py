"""A calendar before it is published: its mistakes with their lines, and what a newer one changes, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from casework.calendar import Table, parse, read_table
from casework.catalogue.diff import Change
from casework.catalogue.finding import Finding, line_in, line_of
from casework.errors import BadCatalogue
from casework.messages import Message

_LEAST_OFF = 10
"""Days off of a year that was published whole: the national days alone are more."""


def check_calendar(file: str, data: bytes) -> tuple[Finding, ...]:
    """The first mistake that stops it from being read, with its line; else whatever else can't be right."""
    try:
        parse(data)
    except BadCatalogue as error:
        return (Finding(file, _line(data, error.message), "", error.message),)
    found: list[Finding] = []
    for year, days in read_table(data).years.items():
        at = line_of(data, f'"{year}"')
        if len(days.off) < _LEAST_OFF:
            facts = {"year": year, "days": len(days.off)}
            found.append(Finding(file, at, str(year), Message("calendar.few_off", facts)))
        for day in sorted({day for days_ in (days.off, days.work) for day in days_ if days_.count(day) > 1}):
            twice = Message("calendar.twice", {"day": day.isoformat()})
            found.append(Finding(file, line_of(data, day.isoformat()), str(year), twice))
    return tuple(found)


def _line(data: bytes, said: Message) -> int:
    """Where the mistake stands: at the day that it names, or at the key, or where the parser stopped."""
    facts: dict[str, Any] = said.facts
    if "day" in facts:
        return line_of(data, str(facts["day"]))
    return {"calendar.years": line_of(data, '"years"'), "calendar.office": line_of(data, '"office"')}.get(
        said.id, line_in(data, str(facts.get("reason", "")))
    )


def diff_calendars(old: bytes, new: bytes) -> tuple[Change, ...]:
    """Everything in which `new` differs, by year; empty where nothing does. Raises BadCatalogue."""
    return tuple(_changes(read_table(old), read_table(new)))


def _changes(old: Table, new: Table) -> Iterator[Change]:
    for year in sorted({*old.years, *new.years}):
        if year not in old.years:
            days = new.years[year]
            facts = {"year": year, "off": len(days.off), "work": len(days.work)}
            yield Change(str(year), Message("calendar.diff.year_on", facts))
        elif year not in new.years:
            yield Change(str(year), Message("calendar.diff.year_off", {"year": year}))
        else:
            before, after = old.years[year], new.years[year]
            yield from _days(str(year), "off", before.off, after.off)
            yield from _days(str(year), "work", before.work, after.work)
    if old.office != new.office:
        facts_ = {"old": _hours(old.office), "new": _hours(new.office)}
        yield Change("", Message("calendar.diff.office", facts_))
    if old.every_year != new.every_year:
        facts_ = {"old": ", ".join(old.every_year), "new": ", ".join(new.every_year)}
        yield Change("", Message("calendar.diff.every_year", facts_))
    moved = {*(day for days in new.moving.values() for day in days)} ^ {
        *(day for days in old.moving.values() for day in days)
    }
    if moved:
        yield Change("", Message("calendar.diff.moving", {"days": _said(moved)}))
    if old.source != new.source:
        yield Change("", Message("calendar.diff.source", {"old": old.source, "new": new.source}))


def _days(year: str, kind: str, old: tuple[date, ...], new: tuple[date, ...]) -> Iterator[Change]:
    for word, days in (("on", {*new} - {*old}), ("gone", {*old} - {*new})):
        if days:
            yield Change(year, Message(f"calendar.diff.{kind}_{word}", {"year": year, "days": _said(days)}))


def _said(days: set[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days))


def _hours(spans: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in spans)
