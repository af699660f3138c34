"""Which slices a rule includes, and why it excludes the others."""

from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from harness.data.series.siblings import sibling_reasons

Plane = Literal["axial", "sagittal", "coronal"]
Weighting = Literal["T1", "T2", "FLAIR", "PD", "other"]
COPY = "the same SOP instance UID or image as another slice"


class Rule(BaseModel):
    """Which slices to include; the default is the paper's (section 2.1): T1-weighted sagittal slices.

    Attributes:
        plane: of the slices.
        max_angle: degrees that a slice may be off its plane; past them it is oblique.
        weighting: of the slices.
        contrast: ``pre`` or ``post`` an agent, or ``any``; the paper does not tell them apart.
        body_part: ``allow`` includes slices whose header names no part of the body, ``require`` does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plane: Plane = "sagittal"
    max_angle: Annotated[float, Field(gt=0, le=45)] = 25.0
    weighting: Weighting = "T1"
    contrast: Literal["any", "pre", "post"] = "any"
    body_part: Literal["allow", "require"] = "allow"


def select(rule: Rule, records: pd.DataFrame) -> pd.DataFrame:
    """Apply a rule to all records; of several that hold the same slice, or show it, one is included."""
    return drop_siblings(drop_duplicates(apply_rule(rule, records)))


def apply_rule(rule: Rule, records: pd.DataFrame) -> pd.DataFrame:
    """Return the records with the columns ``plane``, ``taken`` (yes or no) and ``reason`` (the first)."""
    plane = records["nearest_plane"].mask(records["angle"] > rule.max_angle, "oblique")
    table = records.assign(plane=plane)
    reason = table["problem"]
    for applies, text in _reasons(rule, table):
        reason = reason.mask((reason == "") & applies, text)
    return table.assign(reason=reason, taken=reason.eq("").map({True: "yes", False: "no"}))


def drop_duplicates(table: pd.DataFrame) -> pd.DataFrame:
    """Exclude every slice that an earlier row holds, both being included; without an ID none is a copy."""
    included = (table["taken"] == "yes") & (table["slice_id"] != "")
    copies = included & table["slice_id"].where(included).duplicated()
    return exclude(table, copies.map({True: COPY, False: ""}))


def drop_siblings(table: pd.DataFrame) -> pd.DataFrame:
    """Exclude all but one of the images of a slice that one acquisition yields."""
    return exclude(table, sibling_reasons(table))


def exclude(table: pd.DataFrame, reason: pd.Series) -> pd.DataFrame:
    """Exclude the rows, still included, for which a reason is given (a text for every row)."""
    excluded = (table["taken"] == "yes") & (reason != "").to_numpy()
    reasons = table["reason"].mask(excluded, pd.Series(reason.to_numpy(), index=table.index))
    return table.assign(taken=table["taken"].mask(excluded, "no"), reason=reasons)


def _reasons(rule: Rule, table: pd.DataFrame) -> list[tuple[pd.Series, str | pd.Series]]:
    plane, weighting, contrast, body = (table[key] for key in ("plane", "weighting", "contrast", "body_part"))
    reasons: list[tuple[pd.Series, str | pd.Series]] = [
        (body == "elsewhere", "not the brain"),
        (plane != rule.plane, f"not {rule.plane}: " + plane),
        (weighting != rule.weighting, f"not {rule.weighting}-weighted: " + weighting),
    ]
    if rule.contrast != "any":
        reasons.append((contrast != rule.contrast, f"not {rule.contrast}-contrast: " + contrast))
    if rule.body_part == "require":
        reasons.append((body == "uncertain", "no part of the body named"))
    return reasons
