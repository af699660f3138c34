"""Private elements that a scan reads, each through its creator: a block lies where its creator stands."""

from dataclasses import dataclass
from itertools import product

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

_BLOCKS = range(0x10, 0x20)  # scanners count their blocks from 0x10, and reserve few


@dataclass(frozen=True, slots=True)
class PrivateElement:
    """A private element of a vendor.

    Attributes:
        keyword: that its values go by here.
        group, offset: its tag is (group, block << 8 | offset).
        creator: that reserves the block.
        vr: its value representation, which files of implicit encoding do not tell.
    """

    keyword: str
    group: int
    creator: str
    offset: int
    vr: str

    @property
    def name(self) -> str:
        """Its tag with the block left open, and its creator."""
        return f"({self.group:04X},xx{self.offset:02X}) of {self.creator}"


PRIVATE_ELEMENTS = (
    PrivateElement("GEImagePart", 0x0043, "GEMS_PARM_01", 0x2F, "SS"),
    PrivateElement("GESeriesPlane", 0x0019, "GEMS_ACQU_01", 0x17, "SS"),
    PrivateElement("GESequenceName", 0x0019, "GEMS_ACQU_01", 0x9C, "LO"),
    PrivateElement("GEInternalSequenceName", 0x0019, "GEMS_ACQU_01", 0x9E, "LO"),
    PrivateElement("PhilipsImageType", 0x2005, "Philips MR Imaging DD 001", 0x11, "CS"),
    PrivateElement("PhilipsEPIFactor", 0x2001, "Philips Imaging DD 001", 0x13, "SL"),
    PrivateElement("PhilipsOldEPIFactor", 0x0019, "PHILIPS MR/PART", 0xD9, "IS"),
    PrivateElement("SiemensImageType", 0x0051, "SIEMENS MR HEADER", 0x16, "LO"),
    PrivateElement("SiemensXAImageType", 0x0021, "SIEMENS MR SDI 02", 0x75, "CS"),
)
BY_KEYWORD = {element.keyword: element for element in PRIVATE_ELEMENTS}
_BY_POSITION = {(element.group, element.creator, element.offset): element for element in PRIVATE_ELEMENTS}
_OFFSETS = {(element.group, element.offset) for element in PRIVATE_ELEMENTS}
PRIVATE_TAGS = sorted(
    {Tag(element.group, block) for element, block in product(PRIVATE_ELEMENTS, _BLOCKS)}
    | {Tag(e.group, block << 8 | e.offset) for e, block in product(PRIVATE_ELEMENTS, _BLOCKS)}
)


def private_element(dataset: Dataset, tag: BaseTag) -> PrivateElement | None:
    """Return which of the known elements a tag of a data set is, by the creator of its block."""
    if (tag.group, tag.elem & 0xFF) not in _OFFSETS or tag.elem >> 8 not in _BLOCKS:
        return None
    try:
        creator = str(dataset[tag.group, tag.elem >> 8].value).strip(" \0")
    except Exception:  # a block without a creator is nobody's; nor can every creator be read
        return None
    return _BY_POSITION.get((tag.group, creator, tag.elem & 0xFF))
