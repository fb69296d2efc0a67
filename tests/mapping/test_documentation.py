from __future__ import annotations

from pathlib import Path

from mailflow_gui.mapping.documentation import page
from mailflow_gui.mapping.transformations import TRANSFORMATIONS

PAGE = Path(__file__).parents[2] / "resources" / "transformations.md"


def test_the_page_is_what_the_registry_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "renew it: python3 -m tests transformations"


def test_every_transformation_and_each_of_its_parameters_is_on_the_page() -> None:
    text = page()
    for name, transformation in TRANSFORMATIONS.items():
        section = text.split(f"### {name}\n")[1].split("\n### ")[0]
        assert transformation.title in section
        for field_name, field in transformation.parameters.model_fields.items():
            assert field_name == "name" or f"| `{field.alias or field_name}` |" in section
