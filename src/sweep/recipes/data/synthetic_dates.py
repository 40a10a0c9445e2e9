"""Written dates and their ISO form: "the third of march nineteen eighty seven" and "1987-03-03"."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
FIRST, LAST = date(1910, 1, 1), date(1999, 12, 31)


def pairs(count: int, rng: np.random.Generator) -> list[tuple[str, str]]:
    """``count`` dates of the twentieth century, each in words of one form or another and in digits."""
    days = rng.choice((LAST - FIRST).days + 1, size=count, replace=count > (LAST - FIRST).days)
    dates = [FIRST + timedelta(days=int(day)) for day in days]
    return [(_written(each, bool(rng.integers(2))), each.isoformat()) for each in dates]


def _written(day: date, american: bool) -> str:
    month, which = MONTHS[day.month - 1], _ordinal(day.day)
    year = f"nineteen {_number(day.year % 100)}"
    return f"{month} {which} {year}" if american else f"the {which} of {month} {year}"


def _number(value: int) -> str:
    if value < 20:
        return SMALL[value]
    tens, rest = divmod(value, 10)
    return f"{TENS[tens]} {SMALL[rest]}" if rest else TENS[tens]


def _ordinal(value: int) -> str:
    *before, last = _number(value).split()
    if last in ORDINALS:
        last = ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = "twelfth" if last == "twelve" else f"{last}th"
    return " ".join([*before, last])
