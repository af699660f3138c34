"""Which slices a rule takes, and why it leaves the others."""

from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

Plane = Literal["axial", "sagittal", "coronal"]
Weighting = Literal["T1", "T2", "FLAIR", "PD", "other"]
COPY = "the same SOP instance UID or image as another slice"


class Rule(BaseModel):
    """Which slices to take; the default is the paper's (section 2.1): T1-weighted sagittal slices.

    Attributes:
        plane: of the slices.
        max_angle: degrees that a slice may be off its plane; past them it is oblique.
        weighting: of the slices.
        contrast: ``pre`` or ``post`` an agent, or ``any``; the paper does not tell them apart.
        body_part: ``allow`` takes slices whose header names no part of the body, ``require`` leaves them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    plane: Plane = "sagittal"
    max_angle: Annotated[float, Field(gt=0, le=45)] = 25.0
    weighting: Weighting = "T1"
    contrast: Literal["any", "pre", "post"] = "any"
    body_part: Literal["allow", "require"] = "allow"


def apply(rule: Rule, facts: pd.DataFrame) -> pd.DataFrame:
    """Judge all facts by a rule; where several files hold the same slice the first is taken."""
    return drop_duplicates(judge(rule, facts))


def judge(rule: Rule, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts with the columns ``plane``, ``taken`` (yes or no) and ``reason`` (the first)."""
    plane = facts["nearest_plane"].mask(facts["angle"] > rule.max_angle, "oblique")
    table = facts.assign(plane=plane)
    reason = table["problem"]
    for applies, said in _reasons(rule, table):
        reason = reason.mask((reason == "") & applies, said)
    return table.assign(reason=reason, taken=reason.eq("").map({True: "yes", False: "no"}))


def drop_duplicates(table: pd.DataFrame, taken: set[str] | None = None) -> pd.DataFrame:
    """Return the table without slices, still taken, that an earlier row holds which is taken, too.

    Args:
        table: judged facts.
        taken: slices taken from tables before; those of this one are added.
    """
    seen = set() if taken is None else taken
    is_copy = []
    for slice_id, is_taken in zip(table["slice_id"].tolist(), table["taken"].eq("yes").tolist(), strict=True):
        is_copy.append(is_taken and slice_id in seen)
        if is_taken:
            seen.add(slice_id)
    return leave(table, pd.Series(is_copy, dtype=bool).map({True: COPY, False: ""}))


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


def leave(table: pd.DataFrame, reason: pd.Series) -> pd.DataFrame:
    """Return the table without the rows, still taken, for which a reason is given (a text for every row)."""
    leaving = (table["taken"] == "yes") & (reason != "").to_numpy()
    reasons = table["reason"].mask(leaving, pd.Series(reason.to_numpy(), index=table.index))
    return table.assign(taken=table["taken"].mask(leaving, "no"), reason=reasons)
