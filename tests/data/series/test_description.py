import pytest

from harness.data.series import description as words


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("t1_fl2d_sag", {"T1"}), ("SAG T1W", {"T1"}), ("sagT1 SE", {"T1"}), ("T1-gewichtet", {"T1"}),
        ("Sag. pondéré T1", {"T1"}), ("ponderada en T1", {"T1"}), ("T1強調", {"T1"}), ("MPRAGE", {"T1"}),
        ("Sag FSPGR BRAVO", {"T1"}), ("Sag T1 FLAIR", {"T1"}), ("t2_tirm_dark-fluid", {"FLAIR"}),
        ("Ax T2 FLAIR", {"FLAIR"}), ("AX T2 FSE", {"T2"}), ("t2*_gre", {"other"}),
        ("Densité de protons", {"PD"}),
        ("Difusión", {"other"}), ("3D TOF T1", {"other"}), ("STIR", {"other"}),
        ("T1/T2 survey", {"T1", "T2"}),
        ("T1 map", {"other"}), ("sT2W_TSE", {"T2"}), ("eT2W", {"T2"}), ("TSET2", {"T2"}), ("FST2W", {"T2"}),
        ("T 2 SAG", {"T2"}), ("3 T 2 mm", set()), ("1.5 T 1 SAG", set()), ("T1 y T2", {"T1", "T2"}),
        ("oblsagt1", {"T1"}), ("t2_tirm_tra", {"FLAIR", "other"}), ("t1_tirm_sag", {"T1"}),
        ("3D_PCA", {"other"}), ("Phlebographie", {"other"}), ("set1", set()), ("offset1", set()),
        ("T10 level", set()), ("test1", set()), ("scout1", set()), ("NA", set()),
        ("T1 SAG diffuse glioma", {"T1"}), ("Diffuse axonal injury sag T1", {"T1"}),
        ("T1 glioma difuso", {"T1"}), ("T1 diffuse weighted", {"other"}), ("AX DIFF", {"other"}),
        ("T1 Difusão", {"other"}), ("Diffusione T1", {"other"}), ("ж T1 SAG", {"T1"}), ("造影T1", {"T1"}),
        # of a word's letters within another
        ("T1 SAG performed after gad", {"T1"}), ("SAG T1 difficult pt", {"T1"}), ("T1 traceable", {"T1"}),
        ("T1 SAG switched", {"T1"}), ("T1 cavernous angioma", {"T1"}), ("T1 angiocentric glioma", {"T1"}),
        ("low field magnet T1", {"T1"}), ("t1_mprage_b1corr", {"T1"}), ("T1 perf", {"other"}),
        ("Angiographie T1", {"other"}), ("Perfusion T1", {"other"}), ("TRACEW", {"other"}),
        # maps of the fields
        *((text, {"other"}) for text in (
            "gre_field_mapping", "gre_field_mag", "gre_field_magph", "fmap_acq-3mm", "3DB0Map",
            "B0 map", "B1+ map", "tfl_b1map", "b1_field", "RF_map", "Bloch-Siegert",
            "AFI", "QSM", "R2* map", "phasediff",
        )),
        ("", set()),
    ],
)  # fmt: skip
def test_descriptions_claim_weightings(text: str, claims: set[str]) -> None:
    assert words.weightings(text) == claims


@pytest.mark.parametrize(
    "text",
    [
        "SAG LOCAL", "localizer", "3-plane loc", "Survey", "AAHead_Scout", "Übersicht", "centraggio",
        "Planung", "Tri-planar", "topo", "3 planos", "localiser", "Localizers", "localisateur", "localizador",
        "localizzatore", "Lokalizer", "Lokalisator", "lokalisation",
    ],
)  # fmt: skip
def test_localizers_are_known_by_many_names(text: str) -> None:
    assert words.is_localizer(text)


@pytest.mark.parametrize("text", [
        "t1 sag", "frontal lobe", "OP-Planung T1", "topography", "STEREOTACTIC LOCALIZATION AX T1",
        "T1 SAG local recurrence", "METS SURVEY T1 SAG", "bone survey sag",
        "BrainLAB sag T1 localization", "SAG T1 MEG localisation", "T1 Lokalrezidiv", "NA",
    ],
)  # fmt: skip
def test_other_series_are_no_localizers(text: str) -> None:
    assert not words.is_localizer(text)


@pytest.mark.parametrize(
    "text",
    [
        "T1 SUB", "T1 Subtr.", "T1 subtracted", "Soustraction", "Subtraktion", "VRT", "MIP SAG",
        "Screen Save", "SCREENSAVE", "screenshot", "Screen Shots", "SCREEN S",
    ],
)  # fmt: skip
def test_derived_series_are_known_by_many_names(text: str) -> None:
    assert words.is_projection(text)


@pytest.mark.parametrize(
    "text",
    [
        "sub-01_T1w", "T1 sub-acute", "T1 sub dural", "subtle", "t1_mpr_ns_sag", "SCREEN SAG T1",
        "IAC SCREEN SAG T1", "METS SCREEN SE", "",
    ],
)  # fmt: skip
def test_other_series_are_not_derived(text: str) -> None:
    assert not words.is_projection(text)


@pytest.mark.parametrize(
    ("text", "plane"),
    [
        ("T1 assiale", "axial"), ("T1 assiali", "axial"), ("AX T1", "axial"), ("T1 sagittale", "sagittal"),
        ("T1 coronale", "coronal"), ("sag e assiali", "unknown"), ("massiale", "unknown"),
    ],
)  # fmt: skip
def test_descriptions_name_planes(text: str, plane: str) -> None:
    assert words.plane(text) == plane


@pytest.mark.parametrize(
    "text", ["DIR", "3D DIR", "3d_dir_sag", "dir3d", "t2_spc_dir_sag", "DIR 3D", "double IR"]
)
def test_double_inversions_are_known_by_name(text: str) -> None:
    assert words.is_double_inversion(text)


@pytest.mark.parametrize(
    "text",
    ["DT_HIGH_32DIR", "32 DIR", "DTI 64dir", "6dir", "dir30", "DIR 64", "3 directions", "direct", "DIRty"],
)
def test_numbers_of_directions_are_no_double_inversions(text: str) -> None:
    assert not words.is_double_inversion(text)


@pytest.mark.parametrize(
    ("series", "protocol", "whole"),
    [
        ("SAG T1", "BRAIN WITH MRA AND MIP", True),
        ("SAG T1", "MS BRAIN WITH DIR", True),
        ("SAG T1", "BRAIN T1 T2", True),
        ("SAG T1", "t1_se_sag", False),
        ("SAG", "BRAIN WITH MIP", False),
        ("", "MS BRAIN WITH DIR", False),
    ],
)
def test_a_protocol_beside_a_description_that_tells_is_of_the_examination(
    series: str, protocol: str, whole: bool
) -> None:
    assert words.is_of_examination(series, protocol) == whole
