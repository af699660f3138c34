#!/usr/bin/env bash
# One undefined p value: statsmodels' Benjamini-Hochberg rejects a hypothesis whose corrected p is NaN.
#
# Versions: statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# A comparison without common slices has no p, and NaN marks it in the family. multipletests takes the family
# without a warning. By "holm" and "bonferroni" the NaN stays where it is, but counts as one more test (the
# smallest p is multiplied by four, not by the three that exist). By "fdr_bh" every corrected p becomes NaN, and
# yet the first hypothesis is reported as rejected.
#
# Most expect: NaN refused, or left out of the family; and reject == (corrected p <= alpha) in any case.
# Seen, for p = 0.01, 0.04, NaN, 0.2:
#     holm    reject [ True False False False]  corrected [0.04 0.12  nan 0.4 ]
#     fdr_bh  reject [ True False False False]  corrected [nan nan nan nan]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from statsmodels.stats.multitest import multipletests

family = [0.01, 0.04, np.nan, 0.2]
for method in ("holm", "fdr_bh"):
    reject, corrected, *_ = multipletests(family, alpha=0.05, method=method)
    print(f"{method:<7} reject {reject}  corrected {corrected}")
    if method == "holm":
        np.testing.assert_allclose(corrected, [0.04, 0.12, np.nan, 0.4])
        assert reject.tolist() == [True, False, False, False]
    else:
        assert np.isnan(corrected).all() and reject[0], "the rejected hypothesis has no corrected p"
PYTHON
