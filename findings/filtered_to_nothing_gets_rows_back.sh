#!/usr/bin/env bash
# A pandas table whose filter leaves no row gets rows back when a column is assigned, all of them.
#
# Versions: pandas 3.1.1, numpy 2.4.6, Python 3.11.
#
# Assigning a Series aligns it with the index of the table: of a table that a filter has cut to some rows, only those
# get values, and the other values are dropped. Of a table that a filter has cut to no rows, the index of the Series
# is taken over instead: as many rows as before the filter, NaN in every column but the new one. So code that
# works for any filter that leaves something goes on with rows that were filtered out where nothing is left.
#
# Most expect: no rows, as one row where one is left.
# Seen: 1 row left, 1 row after assigning; 0 rows left, 3 rows after assigning (also with table["y"] = series).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pandas==3.1.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd

table = pd.DataFrame({"x": [1, 2, 3]})
series = pd.Series([10, 20, 30])
for least in (3, 4):
    left = table[table["x"] >= least]
    assigned = left.assign(y=series)
    set_in_place = left.copy()
    set_in_place["y"] = series
    assert assigned.equals(set_in_place)
    print(f"{len(left)} rows left, {len(assigned)} rows after assigning")
    assert len(assigned) == (1 if least == 3 else 3)
assert assigned["x"].isna().all()
assert assigned["y"].tolist() == [10, 20, 30]
PYTHON
