"""Transformations of files and their names."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import Value, as_text


class FileNames(Parameters):
    """Names with ``*`` and ``?``; several are parted by spaces or commas."""

    names: Annotated[str, Field(title=N_("File names"), description=N_("Such as *.pdf, *.xlsx"))] = "*"


@transformation("file-extension", N_("File extension"))
def file_extension(value: str, parameters: Parameters, context: MappingContext) -> str | None:
    """What stands behind the last full stop; absent where there is none."""
    _before, stop, extension = value.rpartition(".")
    return extension if stop else None


@transformation("remove-file-extension", N_("Remove the file extension"))
def remove_file_extension(value: str, parameters: Parameters, context: MappingContext) -> str:
    """What stands before the last full stop, or all of it where there is none."""
    before, stop, _ = value.rpartition(".")
    return before if stop else value


@transformation("keep-files", N_("Keep files by name"), FileNames, input="list", output="list", weight=150)
def keep_files(value: tuple[Value, ...], parameters: FileNames, context: MappingContext) -> tuple[Value, ...]:
    """The entries whose name fits one of the names; upper and lower case are alike."""
    wanted = [patterns.glob(name) for name in parameters.names.replace(",", " ").split()]
    return tuple(entry for entry in value if any(pattern.found(as_text(entry)) for pattern in wanted))
