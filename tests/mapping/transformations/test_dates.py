from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.transformations import MappingContext
from mailflow_gui.mapping.values import Value
from tests.mapping.running import CONTEXT, run, run_in

TOKYO = timezone(timedelta(hours=9))
PI_DAY = datetime(2025, 3, 14, 9, 41, 7, tzinfo=TOKYO)
JA: dict[str, Any] = {"calendar": "japanese", "language": "ja"}

CASES: list[tuple[str, dict[str, Any], Value, Value]] = [
    ("add-days", {"days": 1}, PI_DAY, PI_DAY + timedelta(days=1)),
    ("add-days", {"days": -14}, "2025-03-14", date(2025, 2, 28)),
    ("add-days", {"days": 1}, "2025年3月14日", date(2025, 3, 15)),
    ("add-days", {"days": 1}, "２０２５／３／１４", date(2025, 3, 15)),
    ("add-days", {"days": 1}, "", None),
    ("add-days", {"days": 1}, ("2025-01-01", None), (date(2025, 1, 2), None)),
    ("add-seconds", {"seconds": 61}, PI_DAY, PI_DAY + timedelta(seconds=61)),
    ("add-seconds", {"seconds": 1}, "2025年3月14日 9:41", datetime.fromisoformat("2025-03-14T09:41:01")),
    ("add-seconds", {"seconds": -1}, date(2025, 1, 1), datetime.fromisoformat("2024-12-31T23:59:59")),
    ("add-seconds", {"seconds": 1}, "", None),
    ("day-of-week", {}, "2025-03-14", 5),
    ("day-of-week", {}, date(2025, 3, 16), 7),
    ("day-of-week", {}, "2025年3月10日", 1),
    ("day-of-week", {}, "", None),
    ("day-of-month", {}, "Fri, 14 Mar 2025 09:41:07 +0900", 14),
    ("day-of-month", {}, "2025年3月4日", 4),
    ("day-of-month", {}, "", None),
    ("day-of-year", {}, "2024-12-31T00:00:00Z", 366),
    ("day-of-year", {}, "2025年2月1日", 32),
    ("day-of-year", {}, "", None),
    ("to-zone", {"zone": "UTC"}, PI_DAY, PI_DAY),
    ("to-zone", {"zone": "UTC"}, "2025年3月14日", date(2025, 3, 14)),
    ("to-zone", {"zone": "UTC"}, "", None),
    ("format-date", {}, PI_DAY, "2025-03-14 09:41"),
    ("format-date", {"format": "yyyy-MM-dd'T'HH:mm:ssXXX", "zone": "UTC"}, PI_DAY, "2025-03-14T00:41:07+00:00"),
    ("format-date", {"format": "EEE, d MMM yy h:mm a xx"}, PI_DAY, "Fri, 14 Mar 25 9:41 AM +0900"),
    ("format-date", {"format": "EEEE d MMMM D ''G", "zone": "Asia/Tokyo"}, PI_DAY, "Friday 14 March 73 'AD"),
    ("format-date", {"format": "GGGGy年M月d日(E) a", **JA}, PI_DAY, "令和7年3月14日(金) 午前"),
    ("format-date", {"format": "GGGGy年", **JA}, "2019-05-01", "令和元年"),
    ("format-date", {"format": "Gy.M", **JA}, "2019-04-30", "H31.4"),
    ("format-date", {"format": "GGGGyy年", **JA}, "1926-12-25", "昭和01年"),
    ("format-date", {"format": "GGGGy年", **JA}, "1600-10-21", "西暦1600年"),
    ("format-date", {"format": "H:m z"}, "2025-03-14T21:05:00", "21:5 "),
    ("format-date", {}, "", None),
    ("current-date", {"zone": "Asia/Tokyo"}, None, date(2025, 3, 14)),
    ("current-date", {"zone": "America/New_York"}, "見る", date(2025, 3, 13)),
    ("current-time", {"zone": "UTC"}, None, "00:41:07"),
    ("current-time", {"zone": "Asia/Tokyo"}, "", "09:41:07"),
    ("current-date-time", {"zone": "UTC"}, None, datetime(2025, 3, 14, 0, 41, 7, tzinfo=UTC)),
]


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), CASES)
def test_dates_become(name: str, parameters: dict[str, Any], value: Value, expected: Value) -> None:
    result = run(name, value, **parameters)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    "name", ["add-days", "add-seconds", "day-of-week", "day-of-month", "day-of-year", "to-zone", "format-date"]
)
@pytest.mark.parametrize("value", ["soon", "明日", 5, True, "2025-13-01", "9" * 101])
def test_what_is_no_date_is_an_error(name: str, value: Value) -> None:
    needed: dict[str, dict[str, Any]] = {
        "add-days": {"days": 1},
        "add-seconds": {"seconds": 1},
        "to-zone": {"zone": "UTC"},
    }
    with pytest.raises(MappingError) as raised:
        run(name, value, **needed.get(name, {}))
    assert raised.value.code == "mapping-not-a-date"


@pytest.mark.parametrize(("name", "parameters"), [("add-days", {"days": 10**7}), ("add-seconds", {"seconds": 10**30})])
def test_a_date_beyond_the_calendar_is_an_error(name: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(MappingError) as raised:
        run(name, PI_DAY, **parameters)
    assert raised.value.code == "mapping-date-out-of-range"


@pytest.mark.parametrize("zone", ["Nowhere", "../../etc/passwd", "America", "/etc/localtime", "a\0b"])
def test_what_is_no_time_zone_is_an_error(zone: str) -> None:
    with pytest.raises(MappingError) as raised:
        run("to-zone", PI_DAY, zone=zone)
    assert raised.value.code == "mapping-bad-zone"


@pytest.mark.parametrize("template", ["yyyy-bb", "it's", "M" * 10])
def test_what_is_no_date_format_is_an_error(template: str) -> None:
    with pytest.raises(MappingError) as raised:
        run("format-date", PI_DAY, format=template)
    assert raised.value.code == "mapping-bad-date-format"


def test_doing_a_step_again_gives_the_same_identifier() -> None:
    assert run("generate-uuid", None) == run("generate-uuid", "日本")


def test_items_rules_and_entries_get_different_identifiers() -> None:
    contexts = [
        CONTEXT,
        MappingContext(clock=CONTEXT.clock, seed=43),
        MappingContext(clock=CONTEXT.clock, seed=42, rule=1),
        MappingContext(clock=CONTEXT.clock, seed=42, entry=1),
    ]
    made = [run_in(context, "generate-uuid", None, {}) for context in contexts]
    assert len(set(made)) == 4
    assert all(str(text)[14] == "4" for text in made)
