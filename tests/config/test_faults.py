"""Every error of pydantic becomes a fault with its line, the value received and a fix."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness.config.document import Document
from harness.config.faults import faults_of, names_of
from harness.errors import Fault


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    plane: Literal["axial", "sagittal"] = "axial"
    angle: float = Field(default=25, le=45)

    @model_validator(mode="after")
    def _consistent(self) -> "Inner":
        if self.plane == "axial" and self.angle == 1:
            raise ValueError("an axial plane is never one degree off")
        return self


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")

    slices: Inner = Inner()
    table: str
    listed: tuple[int, ...] = Field(default=(), alias="list")


def faults(folder: Path, text: str) -> list[Fault]:
    path = folder / "made.yaml"
    path.write_text(text)
    document = Document.read(path)
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document.data)
    return faults_of(caught.value, document, [*names_of(Outer), *names_of(Inner)])


def test_keys_are_named_as_yaml_writes_them() -> None:
    assert names_of(Outer) == ["slices", "table", "list"]


def test_all_faults_come_at_once_each_with_its_place_value_and_fix(tmp_path: Path) -> None:
    found = faults(tmp_path, "slices:\n  plane: sagital\n  angle: 90\n  plan: 3\nlist: [1,\n  two]\n")
    by_line = {fault.where: fault for fault in found}
    assert set(by_line) == {f"made.yaml:{line}" for line in (2, 3, 4, 6)} | {"made.yaml:1"}
    assert (by_line["made.yaml:2"].received, by_line["made.yaml:2"].fix) == (
        "'sagital'",
        "did you mean 'sagittal'?",
    )
    assert by_line["made.yaml:3"].received == "90"
    assert "45" in by_line["made.yaml:3"].rule
    assert by_line["made.yaml:4"].rule == "slices.plan is no key that stands here"
    assert by_line["made.yaml:4"].fix == "did you mean 'plane'?"
    assert by_line["made.yaml:6"].rule.startswith("list.1: ")
    assert (by_line["made.yaml:1"].rule, by_line["made.yaml:1"].received) == ("table is required", "nothing")


def test_a_rule_between_two_values_is_reported_where_both_stand(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "table: t\nslices:\n  angle: 1\n")
    assert (fault.where, fault.rule) == ("made.yaml:2", "slices: an axial plane is never one degree off")
