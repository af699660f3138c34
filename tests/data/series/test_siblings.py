"""One slice of one acquisition is included once, whatever a scanner or an archive made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pydicom
import pytest
from helpers.made_dicom import item, mr_image
from helpers.scanned import scan
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedMRImageStorage, generate_uid

from harness.data.index.slice_table import as_table
from harness.data.series.image_part import INVERSION_REASON
from harness.data.series.selection_rule import Rule, select
from harness.data.series.siblings import SIBLING, sibling_reasons
from harness.data.series.slice_record import SliceRecord

NO_MAGNITUDE, DERIVED = "not a magnitude image", "a derived image or a projection"
LEGACY = "1.2.840.10008.5.1.4.1.1.4.4"
SAGITTAL = [0, 1, 0, 0, 0, -1]
OFFSETS = (-8.0, 0.0, 8.25)


@dataclass(frozen=True)
class Situation:
    """What an archive holds of an examination, and what becomes of each series.

    Attributes:
        source: who reports it, or what makes it so.
        series: elements of the header by series, beside those common to all.
        reasons: why its slices are excluded by series, empty where they are included.
    """

    source: str
    series: Mapping[str, Mapping[str, Any]]
    reasons: Mapping[str, str]
    common: Mapping[str, Any] = field(default_factory=dict)


MPRAGE = {"ScanningSequence": ["GR", "IR"], "SequenceVariant": ["SK", "SP", "MP"], "RepetitionTime": 2300,
          "EchoTime": 2.98, "InversionTime": 900, "FlipAngle": 9}  # fmt: skip
MP2RAGE = {**MPRAGE, "RepetitionTime": 5000, "InversionTime": None, "FlipAngle": 4,
           "ProtocolName": "t1_mp2rage_sag_p3"}  # fmt: skip
SPOILED = {"ScanningSequence": "GR", "SequenceVariant": "SP", "RepetitionTime": 8, "EchoTime": 2.4,
           "FlipAngle": 15}  # fmt: skip


def typed(*values: str, number: int, description: str | None = None, **more: Any) -> dict[str, Any]:
    return {"ImageType": [*values], "SeriesNumber": number, "SeriesDescription": description, **more}


SITUATIONS = {
    "Siemens, prescan normalise and the unfiltered images": Situation(
        "nipy/heudiconv pull request 487: one run, two series, one AcquisitionTime",
        {"as measured": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3),
         "normalised": typed("ORIGINAL", "PRIMARY", "M", "ND", "NORM", number=4)},
        {"as measured": SIBLING, "normalised": ""}, MPRAGE,
    ),
    "Siemens XA30, distortion corrected and not": Situation(
        "ReproNim/reproin issue 58: further images bear the suffix _ND",
        {"corrected": typed("ORIGINAL", "PRIMARY", "M", "NORM", "DIS2D", number=7, description="T1_MPR"),
         "not": typed("ORIGINAL", "PRIMARY", "M", "NORM", number=6, description="T1_MPR_ND")},
        {"corrected": "", "not": SIBLING}, MPRAGE,
    ),
    "Siemens, corrected in the plane and in space": Situation(
        "nipy heuristics tell DIS2D, DIS3D and ND apart",
        {"2D": typed("ORIGINAL", "PRIMARY", "M", "DIS2D", number=2),
         "3D": typed("ORIGINAL", "PRIMARY", "M", "DIS3D", "DIS2D", number=3)},
        {"2D": SIBLING, "3D": ""}, MPRAGE,
    ),
    "Siemens, all series of MP2RAGE": Situation(
        "bids-standard/bids-specification issue 1890 and rordenlab/dcm2niix issue 502",
        {"INV1": typed("ORIGINAL", "PRIMARY", "M", "ND", number=5, description="t1_mp2rage_sag_p3_INV1",
                       InversionTime=700),
         "INV1 phase": typed("ORIGINAL", "PRIMARY", "P", "ND", number=6, InversionTime=700,
                             description="t1_mp2rage_sag_p3_INV1-PHS"),
         "INV2": typed("ORIGINAL", "PRIMARY", "M", "ND", number=7, description="t1_mp2rage_sag_p3_INV2",
                       InversionTime=2500),
         "map": typed("DERIVED", "PRIMARY", "T1 MAP", "ND", number=8,
                      description="t1_mp2rage_sag_p3_T1_Images"),
         "UNI": typed("DERIVED", "PRIMARY", "M", "ND", "UNI", number=9,
                      description="t1_mp2rage_sag_p3_UNI_Images"),
         "UNI-DEN": typed("DERIVED", "PRIMARY", "M", "ND", "UNI", number=10,
                          description="t1_mp2rage_sag_p3_UNI-DEN")},
        {"INV1": INVERSION_REASON, "INV1 phase": NO_MAGNITUDE, "INV2": INVERSION_REASON, "map": DERIVED,
         "UNI": SIBLING, "UNI-DEN": ""}, MP2RAGE,
    ),
    "Siemens XA30, series of MP2RAGE": Situation(
        "rordenlab/dcm2niix issue 675: all at 15:00:08.35, typed NONE, UNIFORM and MAP",
        {"INV1": typed("ORIGINAL", "PRIMARY", "T1", "NONE", number=8, description="MP2RAGE_INV1",
                       InversionTime=700),
         "map": typed("DERIVED", "PRIMARY", "T1", "T1", "MAP", number=10, description="MP2RAGE_T1_Images"),
         "uniform": typed("DERIVED", "PRIMARY", "T1", "UNIFORM", number=13, description="MP2RAGE_UNI")},
        {"INV1": INVERSION_REASON, "map": DERIVED, "uniform": ""}, MP2RAGE,
    ),
    "MP2RAGE whose names were removed": Situation(
        "PS3.15 annex E: descriptions are removed unless an option keeps them",
        {"first": typed("ORIGINAL", "PRIMARY", "M", "ND", number=5, InversionTime=700, ProtocolName=None),
         "second": typed("ORIGINAL", "PRIMARY", "M", "ND", number=6, InversionTime=2500, ProtocolName=None),
         "uniform": typed("DERIVED", "PRIMARY", "M", "ND", "UNI", number=7, ProtocolName=None)},
        {"first": INVERSION_REASON, "second": "not T1-weighted: unknown", "uniform": ""}, MP2RAGE,
    ),
    "Siemens, echoes of MPRAGE and their mean": Situation(
        "jmtyszka/bidskit issue 1, doi:10.1016/j.neuroimage.2007.12.025",
        {"echo 1": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3, EchoTime=1.69),
         "echo 2": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3, EchoTime=3.55),
         "mean": typed("ORIGINAL", "PRIMARY", "OTHER", "ND", "MEAN", number=4, EchoTime=1.69)},
        {"echo 1": SIBLING, "echo 2": SIBLING, "mean": ""}, MPRAGE,
    ),
    "two echoes without their mean": Situation(
        "the same: the shortest echo decays least",
        {"late": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3, EchoTime=3.55),
         "early": typed("ORIGINAL", "PRIMARY", "M", "ND", number=4, EchoTime=1.69)},
        {"late": SIBLING, "early": ""}, MPRAGE,
    ),
    "GE, with PURE and without": Situation(
        "GE writes one time of acquisition, in whole seconds, on all slices of a series",
        {"PURE": typed("ORIGINAL", "PRIMARY", "OTHER", number=400, description="Sag T1 PURE"),
         "ORIG": typed("ORIGINAL", "PRIMARY", "OTHER", number=4, description="Sag T1")},
        {"PURE": "", "ORIG": SIBLING}, {**SPOILED, "AcquisitionTime": "143042"},
    ),
    "Philips, mDIXON in one series": Situation(
        "water, fat and phases as W, F, IP and OP",
        {"W": typed("ORIGINAL", "PRIMARY", "W", "W", number=301, EchoTime=2.4),
         "F": typed("ORIGINAL", "PRIMARY", "F", "F", number=301, EchoTime=2.4),
         "IP": typed("ORIGINAL", "PRIMARY", "IP", "IP", number=301, EchoTime=2.4),
         "OP": typed("ORIGINAL", "PRIMARY", "OP", "OP", number=301, EchoTime=1.2)},
        {"W": SIBLING, "F": SIBLING, "IP": "", "OP": SIBLING}, SPOILED,
    ),
    "an archive that sent a series again under new UIDs": Situation(
        "study, series and instances are renumbered, pixels and times are not",
        {"again": typed("ORIGINAL", "PRIMARY", "M", "ND", number=77, StudyInstanceUID="1.9"),
         "first": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3)},
        {"again": SIBLING, "first": ""}, MPRAGE,
    ),
    "one is normalised, the other the enhanced original": Situation(
        "what the picture shows comes before how it is stored",
        {"normalised": typed("ORIGINAL", "PRIMARY", "M", "NORM", number=4),
         "enhanced": typed("ORIGINAL", "PRIMARY", "M", number=3, SOPClassUID=EnhancedMRImageStorage)},
        {"normalised": "", "enhanced": SIBLING}, MPRAGE,
    ),
    "before and after an agent": Situation(
        "two acquisitions",
        {"pre": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "post": typed("ORIGINAL", "PRIMARY", "M", number=9, AcquisitionTime="104101.117500",
                       ContrastBolusAgent="Gd-DTPA")},
        {"pre": "", "post": ""}, MPRAGE,
    ),
    "repeated because the patient moved": Situation(
        "two acquisitions that nothing but their times tells apart",
        {"first": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "second": typed("ORIGINAL", "PRIMARY", "M", number=3, AcquisitionTime="101940.250000")},
        {"first": "", "second": ""}, MPRAGE,
    ),
    "phases of a dynamic acquisition": Situation(
        "Philips writes one time on all: TemporalPositionIdentifier tells them apart",
        {"1": typed("ORIGINAL", "PRIMARY", "M", number=3, TemporalPositionIdentifier=1),
         "2": typed("ORIGINAL", "PRIMARY", "M", number=3, TemporalPositionIdentifier=2)},
        {"1": "", "2": ""}, SPOILED,
    ),
    "no times": Situation(
        "PS3.15 annex E: times are removed unless an option keeps them",
        {"ND": typed("ORIGINAL", "PRIMARY", "M", "ND", number=3),
         "NORM": typed("ORIGINAL", "PRIMARY", "M", "ND", "NORM", number=4)},
        {"ND": "", "NORM": ""}, {**MPRAGE, "AcquisitionTime": None},
    ),
    "times on the full hour": Situation(
        "software that anonymises writes dummies such as 000000.00 and 120000",
        {"first": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "second": typed("ORIGINAL", "PRIMARY", "M", number=4)},
        {"first": "", "second": ""}, {**MPRAGE, "AcquisitionTime": "120000.000000"},
    ),
    "one time for all": Situation(
        "a dummy: nothing is acquired at two repetition times at once",
        {"first": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "second": typed("ORIGINAL", "PRIMARY", "M", number=4),
         "spin echo": typed("ORIGINAL", "PRIMARY", "M", number=5, ScanningSequence="SE", SequenceVariant="SK",
                            RepetitionTime=450, EchoTime=12, InversionTime=None, FlipAngle=90)},
        {"first": "", "second": "", "spin echo": ""}, MPRAGE,
    ),
    "one time before and after an agent": Situation(
        "a dummy",
        {"pre": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "post": typed("ORIGINAL", "PRIMARY", "M", number=4, ContrastBolusAgent="Gd-DTPA")},
        {"pre": "", "post": ""}, MPRAGE,
    ),
    "two patients at once": Situation(
        "two scanners",
        {"P1": typed("ORIGINAL", "PRIMARY", "M", number=3),
         "P2": typed("ORIGINAL", "PRIMARY", "M", number=3, PatientID="P2")},
        {"P1": "", "P2": ""}, MPRAGE,
    ),
}  # fmt: skip


def slices(**elements: Any) -> list[Dataset]:
    """Three sagittal slices of one series, acquired at once unless `elements` say when."""
    timed = {"AcquisitionDate": "20210406", "AcquisitionTime": "101530.250000", **elements}
    return [mr_image(ImagePositionPatient=[offset, -120, 120], **timed) for offset in OFFSETS]


def write(folder: Path, datasets: list[Dataset]) -> None:
    folder.mkdir()
    for number, dataset in enumerate(datasets):
        dataset.save_as(folder / f"{number}.dcm", enforce_file_format=True)


def reasons_by_folder(root: Path) -> dict[str, set[str]]:
    table = scan(root)
    return {
        str(name): set(rows["reason"]) for name, rows in table.groupby(table["path"].str.split("/").str[0])
    }


@pytest.mark.parametrize("name", SITUATIONS)
def test_of_each_slice_one_image_is_included(tmp_path: Path, name: str) -> None:
    situation = SITUATIONS[name]
    for number, (series, elements) in enumerate(situation.series.items()):
        uids = {"SeriesInstanceUID": f"1.2.{9 - number}"}
        write(tmp_path / series, slices(**{**situation.common, **uids, **elements}))
    assert reasons_by_folder(tmp_path) == {series: {reason} for series, reason in situation.reasons.items()}


def enhanced_of(originals: list[Dataset], sop_class: str, **elements: Any) -> Dataset:
    """Return an enhanced image whose frames are slices, grouped as those who convert or split it do."""
    whole = mr_image(SOPClassUID=sop_class, AcquisitionDateTime="20210406101530.250000", **elements)
    for keyword in ("ImageOrientationPatient", "RepetitionTime", "EchoTime", "ScanningSequence"):
        delattr(whole, keyword)
    whole.NumberOfFrames = len(originals)
    whole.PixelData = b"".join(original.PixelData for original in originals)
    frames = []
    for original in originals:
        group = Dataset()
        group.PlanePositionSequence = item(ImagePositionPatient=original.ImagePositionPatient)
        group.PlaneOrientationSequence = item(ImageOrientationPatient=SAGITTAL)
        group.FrameContentSequence = item(
            FrameAcquisitionDateTime="20210406101530.25", TemporalPositionIndex=1
        )
        group.MRTimingAndRelatedParametersSequence = item(RepetitionTime=450, FlipAngle=90)
        group.MREchoSequence = item(EffectiveEchoTime=12)
        if sop_class == LEGACY:
            group.ConversionSourceAttributesSequence = item(
                ReferencedSOPClassUID=original.SOPClassUID, ReferencedSOPInstanceUID=original.SOPInstanceUID
            )
        frames.append(group)
    whole.PerFrameFunctionalGroupsSequence = frames
    return whole


def test_of_the_enhanced_original_and_the_classic_slices_split_from_it_the_original_is_included(
    tmp_path: Path,
) -> None:
    # dcm4che's emf2sf writes what the groups hold into the classic file, so it has the frame's time as well
    split = slices(
        AcquisitionDate=None,
        AcquisitionTime=None,
        SeriesInstanceUID="1.2.1",
        SeriesNumber=3,
        FrameAcquisitionDateTime="20210406101530.25",
        AcquisitionDateTime="20210406101530.250000",
    )
    write(tmp_path / "split", split)
    write(
        tmp_path / "whole",
        [enhanced_of(split, EnhancedMRImageStorage, SeriesInstanceUID="1.2.2", SeriesNumber=3)],
    )
    assert reasons_by_folder(tmp_path) == {"split": {SIBLING}, "whole": {""}}


@pytest.mark.parametrize("time", ["101530.250000", None])
def test_of_classic_slices_and_their_conversion_the_slices_are_included_also_without_a_time(
    tmp_path: Path, time: str | None
) -> None:
    originals = slices(AcquisitionTime=time)
    converted = enhanced_of(
        originals, LEGACY, SeriesInstanceUID="1.2.1", SeriesDescription="t1_fl2d_sag (enhanced conversion)"
    )  # as highdicom calls it
    del converted.AcquisitionDateTime
    for frame in converted.PerFrameFunctionalGroupsSequence:
        del frame.FrameContentSequence
    write(tmp_path / "originals", originals)
    write(tmp_path / "converted", [converted])
    assert reasons_by_folder(tmp_path) == {"originals": {""}, "converted": {SIBLING}}


def test_a_conversion_is_included_where_its_source_is_missing(tmp_path: Path) -> None:
    write(tmp_path / "converted", [enhanced_of(slices(), LEGACY)])
    assert reasons_by_folder(tmp_path) == {"converted": {""}}


def test_of_siblings_the_preferred_is_one_that_the_rule_includes(tmp_path: Path) -> None:
    write(tmp_path / "T1", slices(SeriesNumber=4, SeriesInstanceUID="1.2.1"))
    write(
        tmp_path / "broken",
        slices(SeriesNumber=3, SeriesInstanceUID="1.2.2", PhotometricInterpretation="RGB"),
    )
    assert reasons_by_folder(tmp_path)["T1"] == {""}


ROWS = st.builds(
    SliceRecord,
    path=st.text("abc", min_size=1, max_size=3),
    patient_id=st.sampled_from(["P1", "P2"]),
    weighting=st.sampled_from(["T1", "T1", "T2"]),
    problem=st.sampled_from(["", "", "a localizer"]),
    nearest_plane=st.sampled_from(["sagittal"] * 9 + ["axial"]),
    angle=st.sampled_from([0.0, 0.5]),
    contrast=st.sampled_from(["pre"] * 9 + ["post", "unknown"]),
    series=st.sampled_from(["s1", "s2", "s3"]),
    acquisition=st.sampled_from(["", "a1", "a2"]),
    parts=st.sets(st.sampled_from(["uniform", "normalised", "enhanced", "converted", "in-phase", "fat"])).map(
        lambda parts: "; ".join(sorted(parts))
    ),
    offset=st.sampled_from([None, 0.0, 0.04, 8.0, 8.08]),
    repetition=st.sampled_from([450.0] * 9 + [452.0, 2300.0]),
    echo=st.sampled_from([None, 2.0, 3.0]),
    inversion=st.sampled_from([None, None, 700.0, 2500.0]),
    series_number=st.sampled_from([None, 3.0, 4.0]),
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A table of slices with IDs and paths of their own, some of them converted from others."""
    table = as_table(draw(st.lists(ROWS, max_size=8)))
    ids = [f"id{number}" for number in range(len(table))]
    sources = [draw(st.sampled_from(["", "", "gone", *ids])) if k else "" for k in range(len(ids))]
    sources = ["" if source == own else source for source, own in zip(sources, ids, strict=True)]
    return table.assign(slice_id=ids, path=ids, source=sources)


def told_apart(rows: list[dict[str, Any]]) -> bool:
    """Say whether nothing denies that slices of one patient and time are of one acquisition."""
    sound = [row for row in rows if not row["problem"]]
    times = [row["repetition"] for row in sound]
    return (
        len({row["nearest_plane"] for row in sound}) <= 1
        and not {"pre", "post"} <= {row["contrast"] for row in sound}
        and (not times or max(times) <= 1.01 * min(times))
    )


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Say whether two rows state one acquisition and one offset."""
    same = all(one[key] == other[key] for key in ("patient_id", "acquisition"))
    return same and one["acquisition"] != "" and abs(one["offset"] - other["offset"]) <= 0.1


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_whatever_the_order_each_slice_of_an_acquisition_is_included_once(
    table: pd.DataFrame, random: Any
) -> None:
    included = select(Rule(), table)
    order = random.sample(range(len(table)), len(table))
    again = select(Rule(), table.iloc[order].reset_index(drop=True)).sort_values("path")
    ordered = included.sort_values("path")
    assert (
        again[["path", "taken", "reason"]].values.tolist()
        == ordered[["path", "taken", "reason"]].values.tolist()
    )

    rows = included.to_dict("records")
    by_acquisition: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_acquisition.setdefault((row["patient_id"], row["acquisition"]), []).append(row)
    usable = {key for key, members in by_acquisition.items() if key[1] and told_apart(members)}
    taken = [row for row in rows if row["taken"] == "yes"]
    for row in rows:
        usable_row = (row["patient_id"], row["acquisition"]) in usable
        if row["reason"] == INVERSION_REASON:
            assert usable_row
            assert row["inversion"] > 0
            assert "uniform" not in row["parts"]
        if row["reason"] == SIBLING and not any(r["source"] for r in rows):
            assert usable_row
            assert any(alike(row, other) for other in taken)
    for k, row in enumerate(taken):
        if not row["source"] and (row["patient_id"], row["acquisition"]) in usable:
            assert not any(alike(row, other) for other in taken[k + 1 :] if not other["source"])
    ids = {row["slice_id"] for row in taken}
    assert not any(row["source"] in ids for row in taken)


@given(tables())
@settings(max_examples=100, deadline=None)
@example(as_table([]).assign(taken=[]))
def test_without_times_and_sources_nothing_is_guessed(table: pd.DataFrame) -> None:
    blank = table.assign(acquisition="", source="", taken="yes")
    assert set(sibling_reasons(blank)) <= {""}


def test_rows_keep_their_numbers(tmp_path: Path) -> None:
    records = [SliceRecord(name, patient_id="P", slice_id=name, acquisition="a", offset=1.0) for name in "ab"]
    table = as_table(records).assign(taken="yes", series_number=[9.0, 4.0])
    table.index = pd.Index([7, 3])  # as of a part of a table
    assert sibling_reasons(table).to_dict() == {7: SIBLING, 3: ""}


@pytest.mark.parametrize(
    ("other", "siblings"),
    [
        ({}, True),
        ({"offset": 12.04}, True),  # rounded by a converter
        ({"offset": 12.4}, False),  # the next of thin slices
        ({"offset": None}, False),
        ({"angle": 0.4}, True),
        ({"angle": 12.0}, False),  # two stacks at once: the time was made up
        ({"nearest_plane": "axial"}, False),
        ({"repetition": 451.0}, True),
        ({"repetition": 2300.0}, False),
        ({"repetition": None}, True),
        ({"contrast": "unknown"}, True),
        ({"contrast": "post"}, False),
        ({"acquisition": "another"}, False),
        ({"patient_id": "P2"}, False),
        ({"problem": "a localizer", "nearest_plane": "axial"}, True),  # the third is compared with the first
    ],
)
def test_what_makes_two_rows_siblings(other: dict[str, Any], siblings: bool) -> None:
    row = {"patient_id": "P1", "acquisition": "a", "nearest_plane": "sagittal", "angle": 0.0,
           "contrast": "pre", "offset": 12.0, "repetition": 450.0}  # fmt: skip
    rows = [row, {**row, **other}, *([row] if "problem" in other else [])]
    table = as_table([SliceRecord(str(k), slice_id=str(k), **values) for k, values in enumerate(rows)])
    taken = ["no" if "problem" in values else "yes" for values in rows]
    assert (SIBLING in set(sibling_reasons(table.assign(taken=taken)))) == siblings


def test_a_real_series_sent_again_is_known_and_one_acquired_again_is_not(
    shared: Path, tmp_path: Path
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "original": {},
        "again": {"StudyInstanceUID": "1.2.1", "SeriesInstanceUID": "1.2.2", "SeriesNumber": 77},
        "unfiltered": {"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"], "SeriesNumber": 2},
        "acquired later": {"SeriesInstanceUID": "1.2.5", "SeriesNumber": 9},
    }
    for number, path in enumerate(sorted((shared / "dicom" / "siemens_t1_sag_2d").glob("*.dcm"))):
        for name, elements in changes.items():
            dataset = pydicom.dcmread(path)
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            for keyword, value in elements.items():
                setattr(dataset, keyword, value)
            if name == "acquired later":
                dataset.AcquisitionTime = f"16{dataset.AcquisitionTime[2:]}"
            if name == "unfiltered":  # Siemens says it a second time
                dataset[0x0051, 0x1016].value = "M/ND"
            (tmp_path / name).mkdir(exist_ok=True)
            dataset.save_as(tmp_path / name / f"{number}.dcm")
    assert reasons_by_folder(tmp_path) == {
        "original": {""}, "again": {SIBLING}, "unfiltered": {SIBLING}, "acquired later": {""},
    }  # fmt: skip
