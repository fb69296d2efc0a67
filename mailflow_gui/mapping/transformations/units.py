"""Transformations between units of measure; the factors are the legal definitions, exact where they are defined exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.numbers import EXACT
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import number

Mass = Literal["gram", "kilogram", "tonne", "ounce", "pound"]
Distance = Literal["millimeter", "centimeter", "meter", "kilometer", "inch", "foot", "yard", "mile"]
Area = Literal["square-meter", "square-foot", "square-mile", "hectare", "tsubo"]
Volume = Literal["milliliter", "liter", "cubic-meter", "cubic-foot", "gallon-us-fluid"]

_FACTORS: dict[str, Decimal] = {
    # kilograms
    "gram": Decimal("0.001"),
    "kilogram": Decimal(1),
    "tonne": Decimal(1000),
    "ounce": Decimal("0.028349523125"),
    "pound": Decimal("0.45359237"),
    # metres
    "millimeter": Decimal("0.001"),
    "centimeter": Decimal("0.01"),
    "meter": Decimal(1),
    "kilometer": Decimal(1000),
    "inch": Decimal("0.0254"),
    "foot": Decimal("0.3048"),
    "yard": Decimal("0.9144"),
    "mile": Decimal("1609.344"),
    # square metres
    "square-meter": Decimal(1),
    "square-foot": Decimal("0.09290304"),
    "square-mile": Decimal("2589988.110336"),
    "hectare": Decimal(10000),
    "tsubo": Decimal(400) / Decimal(121),
    # litres
    "milliliter": Decimal("0.001"),
    "liter": Decimal(1),
    "cubic-meter": Decimal(1000),
    "cubic-foot": Decimal("28.316846592"),
    "gallon-us-fluid": Decimal("3.785411784"),
}


class MassUnits(Parameters):
    """From which unit of mass to which."""

    from_unit: Annotated[Mass, Field(title=N_("From unit"))]
    to_unit: Annotated[Mass, Field(title=N_("To unit"))]


class DistanceUnits(Parameters):
    """From which unit of length to which."""

    from_unit: Annotated[Distance, Field(title=N_("From unit"))]
    to_unit: Annotated[Distance, Field(title=N_("To unit"))]


class AreaUnits(Parameters):
    """From which unit of area to which."""

    from_unit: Annotated[Area, Field(title=N_("From unit"))]
    to_unit: Annotated[Area, Field(title=N_("To unit"))]


class VolumeUnits(Parameters):
    """From which unit of volume to which."""

    from_unit: Annotated[Volume, Field(title=N_("From unit"))]
    to_unit: Annotated[Volume, Field(title=N_("To unit"))]


def _converted(value: Decimal, source: str, target: str) -> int | float:
    return number(EXACT.divide(EXACT.multiply(value, _FACTORS[source]), _FACTORS[target]))


@transformation("convert-mass-unit", N_("Convert mass unit"), MassUnits, input="number", output="number")
def convert_mass_unit(value: Decimal, parameters: MassUnits, context: MappingContext) -> int | float:
    """The same mass in another unit."""
    return _converted(value, parameters.from_unit, parameters.to_unit)


@transformation("convert-distance-unit", N_("Convert distance unit"), DistanceUnits, input="number", output="number")
def convert_distance_unit(value: Decimal, parameters: DistanceUnits, context: MappingContext) -> int | float:
    """The same length in another unit."""
    return _converted(value, parameters.from_unit, parameters.to_unit)


@transformation("convert-area-unit", N_("Convert area unit"), AreaUnits, input="number", output="number")
def convert_area_unit(value: Decimal, parameters: AreaUnits, context: MappingContext) -> int | float:
    """The same area in another unit."""
    return _converted(value, parameters.from_unit, parameters.to_unit)


@transformation("convert-volume-unit", N_("Convert volume unit"), VolumeUnits, input="number", output="number")
def convert_volume_unit(value: Decimal, parameters: VolumeUnits, context: MappingContext) -> int | float:
    """The same volume in another unit."""
    return _converted(value, parameters.from_unit, parameters.to_unit)
