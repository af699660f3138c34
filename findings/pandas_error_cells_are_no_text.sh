#!/usr/bin/env bash
# pandas returns a cell with an Excel error as a missing number where text was asked for and nothing may be missing.
#
# Versions: pandas 3.1.1, openpyxl 3.1.5, python-calamine 0.9.1, Python 3.11.
#
# `dtype=str` asks for text, and `keep_default_na=False` says that no text stands for a missing value. Blank cells
# obey: they are "". A cell whose formula failed, as #N/A of a VLOOKUP, is NaN with openpyxl all the same, so the
# first `.strip()` or `in` on a cell ends in a TypeError, far from the reading. With calamine the same cell is "",
# and cannot be told from a blank one. The text that Excel shows is in the file: openpyxl itself returns it.
#
# Most expect: "#N/A" from both, or one answer whatever the engine.
# Seen:
#     openpyxl  ['II', '', nan, nan]
#     calamine  ['II', '', '', '']
#     the file  ['II', None, '#N/A', '#REF!']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pandas==3.1.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import math

import openpyxl
import pandas as pd

book = openpyxl.Workbook()
for row in [("id", "grade"), ("a", "II"), ("b", None), ("c", "#N/A"), ("d", "#REF!")]:
    book.active.append(row)
assert book.active["B4"].data_type == book.active["B5"].data_type == "e"  # errors, as Excel stores them
book.save("table.xlsx")

read = {
    engine: pd.read_excel("table.xlsx", engine=engine, dtype=str, keep_default_na=False)["grade"].tolist()
    for engine in ("openpyxl", "calamine")
}
stored = [cell.value for cell in openpyxl.load_workbook("table.xlsx").active["B"][1:]]
for name, cells in (*read.items(), ("the file", stored)):
    print(f"{name:9} {cells}")
assert read["openpyxl"][:2] == ["II", ""]
assert all(isinstance(cell, float) and math.isnan(cell) for cell in read["openpyxl"][2:])
assert read["calamine"] == ["II", "", "", ""]
assert stored == ["II", None, "#N/A", "#REF!"]
PYTHON
