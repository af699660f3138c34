"""Images of one slice of one acquisition: siblings, of which at most one is included.

A scanner may store an acquisition with and without a correction of its intensities or distortion, as both
inversions, the uniform image and the map of MP2RAGE, as water, fat and phases of a Dixon sequence, echo by
echo and combined, or in both formats of DICOM; an archive may send it twice under new UIDs. To include more
than one is to count a slice twice. Acquisitions that follow each other, as before and after an agent or
because the patient moved, are no siblings: they have times of their own.
"""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from harness.data.series.image_part import CONVERTED, ENHANCED, INVERSION_REASON, UNIFORM

SIBLING = "another image of the same slice and acquisition is included"

SAME_OFFSET = 0.1  # mm; slices lie further apart, and headers that are converted round less
SAME_ANGLE = 1.0  # degree
SAME_TIMING = 1.01  # ratio of repetition times
OTHER_INVERSION = 50.0  # ms

_SAYS_NOTHING = ""
# Which image of an acquisition is included: the first of each line that it has, the lines in their order.
_PREFERENCES = (
    # what MP2RAGE is run for, without the noise outside the head (doi:10.1371/journal.pone.0099676)
    (UNIFORM, _SAYS_NOTHING),
    ("denoised", _SAYS_NOTHING),
    # all echoes have less noise than one (doi:10.1016/j.neuroimage.2007.12.025)
    ("combined", _SAYS_NOTHING),
    # what a sequence without Dixon's method shows: fat and water, no cancelled borders
    ("in-phase", _SAYS_NOTHING, "opposed-phase", "water", "fat"),
    # as other scanners store it, which show neither the coil (doi:10.1109/TMI.2010.2046908) ...
    ("normalised", _SAYS_NOTHING),
    # ... nor the gradients' distortion (doi:10.1016/j.neuroimage.2005.09.046)
    ("corrected", "corrected in plane", _SAYS_NOTHING, "uncorrected"),
    # as the scanner stored it
    (ENHANCED, _SAYS_NOTHING, CONVERTED),
)


def sibling_reasons(table: pd.DataFrame) -> pd.Series:
    """Return why slices are not to be included beside their siblings, empty for those that are.

    Those are inversions of MP2RAGE and, of included siblings, all but the preferred one, whatever the order
    of the rows. Where no time of acquisition is stated, or one that was made up, there are none.

    Args:
        table: the columns of `SliceRecord` and ``taken``: whether (yes or no) a slice is included so far.

    Returns:
        A text for every row.
    """
    acquisition = _acquisitions(table)
    inversions = _of_several_inversions(table, acquisition)
    slices = _slices(table, acquisition)[(table["taken"] == "yes") & ~inversions]
    several = table.loc[slices.index[slices.duplicated(keep=False)]]
    siblings = slices.loc[by_preference(several).index].duplicated()
    reasons = pd.Series("", index=table.index, dtype=str).mask(inversions, INVERSION_REASON)
    return reasons.mask(siblings.reindex(table.index, fill_value=False), SIBLING)


def _acquisitions(table: pd.DataFrame) -> pd.Series:
    """Number the acquisitions; -1 where a slice's is not known.

    A time that slices of several orientations, repetition times or contrasts share was made up.
    """
    named = table["acquisition"] != ""
    numbers = table.groupby(["patient_id", "acquisition"]).ngroup()
    usable = table.assign(number=numbers)[named & (table["problem"] == "")]
    contrasts = usable[usable["contrast"].isin(["pre", "post"])].groupby("number")["contrast"].nunique()
    by_number = usable.groupby("number")
    planes = usable[usable["angle"].notna()].groupby("number")["nearest_plane"].nunique()
    angles = by_number["angle"].max() - by_number["angle"].min()
    timings = by_number["repetition"].max() / by_number["repetition"].min()
    made_up = pd.concat([contrasts > 1, planes > 1, angles > SAME_ANGLE, timings > SAME_TIMING], axis=1)
    return numbers.where(named & ~numbers.isin(made_up.index[made_up.eq(True).any(axis=1)]), -1)


def _of_several_inversions(table: pd.DataFrame, acquisition: pd.Series) -> pd.Series:
    """Say of each slice whether its acquisition has several inversion times, of which it is one.

    Both formats may state the time differently, so each is looked at by itself.
    """
    timed = table[acquisition >= 0]
    times = timed["inversion"].groupby([acquisition[timed.index], _has(timed, ENHANCED)])
    several = times.transform("max") - times.transform("min") > OTHER_INVERSION
    several &= timed["inversion"].notna() & ~_has(timed, UNIFORM)
    return several.reindex(table.index, fill_value=False)


def _slices(table: pd.DataFrame, acquisition: pd.Series) -> pd.Series:
    """Number the slices that the rows show: an acquisition has one at each of its offsets.

    What was converted from another row shows the same slice as that, whatever times say.
    """
    located = (acquisition >= 0) & table["offset"].notna()
    order = table.assign(number=acquisition, row=range(len(table)))[located].sort_values(["number", "offset"])
    continued = (order["number"].diff() == 0) & (order["offset"].diff() <= SAME_OFFSET)
    row_of = dict(zip(table["slice_id"], range(len(table)), strict=True))
    row_of.pop("", None)
    converted = [(row, row_of[source]) for row, source in enumerate(table["source"]) if source in row_of]
    rows, others = order["row"].to_numpy(), np.array(converted, dtype=int).reshape(-1, 2)
    begin = np.concatenate([rows[1:][continued[1:]], others[:, 0]])
    end = np.concatenate([rows[:-1][continued[1:]], others[:, 1]])
    links = csr_array((np.ones(len(begin)), (begin, end)), shape=(len(table), len(table)))
    return pd.Series(connected_components(links, directed=False)[1], index=table.index)


def by_preference(table: pd.DataFrame) -> pd.DataFrame:
    """Return siblings in the order of preference; a number that is not stated comes after all others."""
    ranks = {parts: _rank({*parts.split("; ")}) for parts in table["parts"].unique()}
    order = ["rank", "echo", "series_number", "series", "slice_id", "path", "frame"]
    return table.assign(rank=table["parts"].map(ranks)).sort_values(order)


def _rank(parts: set[str]) -> tuple[int, ...]:
    silent = (line.index(_SAYS_NOTHING) for line in _PREFERENCES)
    return tuple(
        next((k for k, part in enumerate(line) if part in parts), other)
        for line, other in zip(_PREFERENCES, silent, strict=True)
    )


def _has(table: pd.DataFrame, part: str) -> pd.Series:
    return table["parts"].map(lambda parts: part in parts.split("; ")).astype(bool)
