#!/usr/bin/env bash
# A TIFF that lies on its side is scrambled when Pillow opens it by its path, and right when by its bytes.
#
# Versions: Pillow 13.0.0, NumPy 2.4.6, Python 3.11.
#
# The tag Orientation (274) says which sides of the picture the first row and column of pixels are (TIFF 6.0,
# page 36). Pillow turns a TIFF by it while loading. For the values 5 to 8, by which width and height change
# places, Image.open(path) of an uncompressed file maps the file into memory by the width of the turned picture
# instead of that of the stored rows, and then turns what it got: neither the picture as stored nor as shown, and
# no warning. The same file opened as a file object or from memory, or with compression, comes out right.
#
# Most expect: one picture, however the file is opened.
# Seen, of the picture [[0 20 40 60] [80 100 120 140] [160 180 200 220]] stored with orientation 6:
#     by path   [[180 120 60] [0 200 140] [80 20 220] [160 100 40]], 4 × 3
#     by bytes  [[0 20 40 60] [80 100 120 140] [160 180 200 220]]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet Pillow==13.0.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import io
from pathlib import Path

import numpy as np
from PIL import Image

shown = (np.arange(12).reshape(3, 4) * 20).astype(np.uint8)
stored = {
    2: np.fliplr(shown), 3: np.rot90(shown, 2), 4: np.flipud(shown),
    5: shown.T, 6: np.rot90(shown), 7: np.rot90(shown, 2).T, 8: np.rot90(shown, -1),
}  # fmt: skip
right = {}
for tag, pixels in stored.items():
    exif = Image.Exif()
    exif[274] = tag
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save("plain.tif", exif=exif)
    image.save("packed.tif", exif=exif, compression="tiff_lzw")
    opened = {
        "by path": Image.open("plain.tif"),
        "by file": Image.open(Path("plain.tif").open("rb")),
        "by bytes": Image.open(io.BytesIO(Path("plain.tif").read_bytes())),
        "compressed, by path": Image.open("packed.tif"),
    }
    found = {how: np.asarray(image) for how, image in opened.items()}
    right[tag] = [how for how, pixels in found.items() if np.array_equal(pixels, shown)]
    print(tag, "right:", ", ".join(right[tag]))
    if tag == 6:
        print(*(f"  {how}: {pixels.tolist()}" for how, pixels in found.items()), sep="\n")
everything = ["by path", "by file", "by bytes", "compressed, by path"]
assert all(right[tag] == everything for tag in (2, 3, 4)), right
assert all(right[tag] == everything[1:] for tag in (5, 6, 7, 8)), right
PYTHON
