#!/usr/bin/env bash
# statsmodels' McNemar test calls two classifiers that never disagree different beyond any doubt.
#
# Versions: statsmodels 0.15.0, numpy 2.4.6, scipy 1.17.1, Python 3.11.
#
# Two classifiers that are right and wrong on the same slices give a table without discordant pairs. Nothing
# tells them apart: the exact test says p = 1. The asymptotic one with its default continuity correction
# divides (|b - c| - 1)^2 = 1 by b + c = 0, so its statistic is infinite and p = 0; without the correction it is
# 0 / 0, and p is NaN. Only a RuntimeWarning of numpy hints at it.
#
# Most expect: p = 1 from every variant, as from the exact one, or an error.
# Seen:
#     exact=True                     statistic 0.0  p 1.0
#     exact=False                    statistic inf  p 0.0
#     exact=False, correction=False  statistic nan  p nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" -W ignore::RuntimeWarning - <<'PYTHON'
import math

from statsmodels.stats.contingency_tables import mcnemar

never_disagree = [[30, 0], [0, 12]]  # both right on 30 slices, both wrong on 12
exact = mcnemar(never_disagree, exact=True)
corrected = mcnemar(never_disagree, exact=False)
plain = mcnemar(never_disagree, exact=False, correction=False)
for name, test in (("exact", exact), ("asymptotic", corrected), ("asymptotic, uncorrected", plain)):
    print(f"{name}: statistic {test.statistic} p {test.pvalue}")
assert exact.pvalue == 1.0
assert corrected.statistic == math.inf and corrected.pvalue == 0.0
assert math.isnan(plain.pvalue)
PYTHON
