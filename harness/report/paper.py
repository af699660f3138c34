"""The paper's numbers as shipped: one CSV by table or figure, in percent."""

import pandas as pd

from harness.shipped import find


def paper_table(name: str) -> pd.DataFrame:
    """Return ``table2``, ``table3``, ``figure7a``, …; grades and sizes stay text.

    Raises:
        HarnessError: if there is no table of that name.
    """
    text = {"grade": str, "gaussian": str}
    return pd.read_csv(find("results/paper", name, ".csv"), dtype=text, na_values=[""], keep_default_na=False)
