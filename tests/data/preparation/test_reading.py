from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.preparation.normalise import prepare_slice
from harness.data.preparation.reading import read_image


def ramp(height: int, width: int) -> np.ndarray:
    return np.linspace(0, 4000, height * width).reshape(height, width)


def test_images_are_read_in_grey(tmp_path: Path) -> None:
    values = ramp(100, 100).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_image(tmp_path / "deep.png", 128), prepare_slice(values, 1.0, 128))
    grey = np.repeat((values / 16).astype(np.uint8)[..., None], 3, axis=2)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    np.testing.assert_allclose(read_image(tmp_path / "grey.png", 128), prepare_slice(grey[..., 0], 1.0, 128))
    grey[0, 0, 0] += 9
    Image.fromarray(grey).save(tmp_path / "colour.png")
    assert read_image(tmp_path / "colour.png", 128) == "a colour image"
    (tmp_path / "bad.png").write_text("none")
    assert str(read_image(tmp_path / "bad.png", 128)).startswith("the image cannot be decoded")


@pytest.mark.parametrize("mode", ["LA", "P", "RGBA", "CMYK"])
def test_palettes_and_transparency_are_no_grey_values(tmp_path: Path, mode: str) -> None:
    values = (np.arange(100 * 100) % 251).astype(np.uint8).reshape(100, 100)
    grey = Image.fromarray(values)
    stored = grey.convert("RGB").quantize(256) if mode == "P" else grey.convert("RGB").convert(mode)
    stored.save(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", 128), prepare_slice(values, 1.0, 128))
    mask = Image.new("L", (100, 100))
    mask.paste(255, (40, 40, 60, 60))
    mask.convert("RGB").convert("RGBA" if mode == "LA" else mode).save(tmp_path / "mask.tif")
    cut = prepare_slice(values, 1.0, 128, (slice(40, 60), slice(40, 60)))
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif", 128, tmp_path / "mask.tif"), cut)


@pytest.mark.parametrize("ending", ["png", "jpg", "tif"])
@pytest.mark.parametrize("tag", range(1, 9))
def test_an_image_and_its_mask_are_turned_by_their_orientation_tags(
    tmp_path: Path, ending: str, tag: int
) -> None:
    """TIFF 6.0, page 36: which sides of the picture the first row and the first column of pixels are."""
    as_stored = {
        1: lambda shown: shown,
        2: np.fliplr,
        3: lambda shown: np.rot90(shown, 2),
        4: np.flipud,
        5: np.transpose,
        6: np.rot90,
        7: lambda shown: np.rot90(shown, 2).T,
        8: lambda shown: np.rot90(shown, -1),
    }[tag]
    shown = np.kron(np.arange(64).reshape(8, 8) * 3, np.ones((16, 12))).astype(np.uint8)
    mask = np.zeros_like(shown)
    mask[16:64, 12:36] = 255
    for name, pixels in (("image", shown), ("mask", mask)):
        exif = Image.Exif()
        exif[0x0112] = tag
        picture = Image.fromarray(np.ascontiguousarray(as_stored(pixels)))
        picture.save(
            tmp_path / f"{name}.{ending}", exif=exif, **({"quality": 100} if ending == "jpg" else {})
        )
    whole = read_image(tmp_path / f"image.{ending}", 128)
    np.testing.assert_allclose(whole, prepare_slice(shown, 1.0, 128), atol=0.02)
    if ending != "jpg":  # whose masks are grey at the edges
        cut = read_image(tmp_path / f"image.{ending}", 128, tmp_path / f"mask.{ending}", 0)
        box = (slice(16, 64), slice(0, 48))
        np.testing.assert_allclose(cut, prepare_slice(shown, 1.0, 128, box), atol=1e-6)
