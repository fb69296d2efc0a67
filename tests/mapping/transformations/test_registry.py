from __future__ import annotations

import inspect
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.rules import Step
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, Transformation
from mailflow_gui.mapping.values import Value
from mailflow_gui.sentences import SENTENCES
from tests.mapping.running import run

ALL = sorted(TRANSFORMATIONS.values(), key=lambda transformation: transformation.name)

REQUIRED: dict[str, dict[str, Any]] = {
    "add-days": {"days": 1},
    "add-seconds": {"seconds": 1},
    "to-zone": {"zone": "Asia/Tokyo"},
    "format": {"template": "%s"},
    "replace-all": {"find": "a", "with": "b"},
    "replace-first": {"find": "a", "pattern": True},
    "sub-string-before": {"match": "a"},
    "sub-string-after": {"match": "a"},
    "pad-string-left": {"character": "x", "count": 2},
    "pad-string-right": {"character": "x", "count": 2},
    "repeat": {"count": 2},
    "extract-pattern": {"pattern": "a|b"},
    "extract-label": {"label": "a"},
    "lookup-table": {"table": {"a": "b"}},
    "convert-mass-unit": {"from_unit": "gram", "to_unit": "ounce"},
    "convert-distance-unit": {"from_unit": "mile", "to_unit": "meter"},
    "convert-area-unit": {"from_unit": "tsubo", "to_unit": "square-meter"},
    "convert-volume-unit": {"from_unit": "liter", "to_unit": "gallon-us-fluid"},
}
"""Parameters that have no default."""

ATLASMAP = """
append prepend concatenate split trim trim-left trim-right uppercase lowercase capitalize camelize replace-first replace-all
sub-string sub-string-before sub-string-after pad-string-left pad-string-right normalize repeat separate-by-dash
separate-by-underscore contains starts-with ends-with equals is-null index-of last-index-of length item-at count format
file-extension remove-file-extension generate-uuid current-date current-time current-date-time add-days add-seconds day-of-week
day-of-month day-of-year add subtract multiply divide average minimum maximum round ceiling floor absolute-value lookup-table
"""

SCALARS = (
    st.none()
    | st.text(max_size=30)
    | st.text("ab,:；日1.-> \n", max_size=30)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.builds(Address, st.text(max_size=9), st.text(max_size=9))
    | st.builds(Attachment, st.text(min_size=1, max_size=9), st.just("text/plain"), st.binary(max_size=9))
    | st.binary(max_size=9)
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4).map(tuple), max_leaves=6
)


def test_every_transformation_of_atlasmap_that_is_promised_is_there() -> None:
    assert set(ATLASMAP.split()) <= TRANSFORMATIONS.keys()


@pytest.mark.parametrize("transformation", ALL, ids=lambda transformation: transformation.name)
class TestEach:
    def test_it_is_described_for_people_and_for_editors(self, transformation: Transformation) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", transformation.name)
        assert transformation.title.strip()
        assert (transformation.function.__doc__ or "").strip().endswith(".")
        schema = transformation.parameters.model_json_schema()
        assert schema["properties"]["name"]["const"] == transformation.name
        assert next(iter(schema["properties"])) == "name"
        assert schema["additionalProperties"] is False
        assert all(field.title for field in transformation.parameters.model_fields.values())

    def test_its_function_takes_the_parameters_it_is_registered_with(self, transformation: Transformation) -> None:
        signature = inspect.get_annotations(transformation.function, eval_str=True)
        assert issubclass(transformation.parameters, signature["parameters"])
        assert set(transformation.parameters.model_fields) == set(signature["parameters"].model_fields)

    def test_it_survives_absent_and_empty_values(self, transformation: Transformation) -> None:
        parameters = REQUIRED.get(transformation.name, {})
        answer = run(transformation.name, None, **parameters)
        assert transformation.takes_absent or answer is None
        run(transformation.name, "", **parameters)
        run(transformation.name, (), **parameters)

    def test_it_refuses_parameters_that_it_does_not_have(self, transformation: Transformation) -> None:
        step: TypeAdapter[Any] = TypeAdapter(Step)
        parameters = {"name": transformation.name, **REQUIRED.get(transformation.name, {})}
        assert step.validate_python(parameters).name == transformation.name
        with pytest.raises(ValidationError):
            step.validate_python({**parameters, "unheard_of": 1})

    def test_it_gives_the_same_answer_again(self, transformation: Transformation) -> None:
        parameters = REQUIRED.get(transformation.name, {})
        value = date(2025, 3, 14) if transformation.input == "date" else "12"
        assert run(transformation.name, value, **parameters) == run(transformation.name, value, **parameters)

    @settings(max_examples=40)
    @given(value=VALUES)
    def test_it_raises_nothing_but_mapping_errors(self, transformation: Transformation, value: Value) -> None:
        code = ""
        try:
            run(transformation.name, value, **REQUIRED.get(transformation.name, {}))
        except MappingError as error:
            code = error.code
        assert not code or code in SENTENCES
