"""The table of words is whole, and says of every word where it is from."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness.data.series import vocabulary
from harness.data.series.vocabulary import anyhow, either, normalise, words

TABLE = pd.read_csv(Path(vocabulary.__file__).with_suffix(".csv"), dtype=str, keep_default_na=False)
MATCHES = {"word", "stem", "anywhere", "term", "name", "letters", "part"}
SOURCES = {"dictionary", "drug label", "trade name", "vendor", "usage", "DICOM PS3.16 annex L"}


def test_every_word_has_a_meaning_a_language_and_a_source() -> None:
    assert list(TABLE.columns) == ["meaning", "match", "pattern", "language", "vendor", "source"]
    assert (TABLE[["meaning", "match", "pattern", "source"]] != "").all(axis=None)
    assert set(TABLE["match"]) == MATCHES
    assert set(TABLE["source"]) == SOURCES
    assert not TABLE.duplicated(["meaning", "match", "pattern"]).any()
    codes = TABLE["language"].str.split(" ").explode()
    assert codes.str.fullmatch("mul|[a-z]{2}|").all()
    assert set(TABLE.loc[TABLE["language"] == "", "match"]) <= {"name", "word"}
    assert (TABLE.loc[TABLE["source"] == "vendor", "vendor"] != "").all()


def test_the_agent_is_spoken_of_in_seven_languages_and_more() -> None:
    spoken = TABLE[TABLE["meaning"].isin(["with", "without", "none", "and"])]
    languages = set(spoken["language"].str.split(" ").explode())
    assert languages >= {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "da", "no", "sv"}


def test_words_are_written_as_normalised_texts_are() -> None:
    for pattern in TABLE["pattern"]:
        re.compile(pattern)
        letters = [letter for letter in re.sub(r"\\.", "", pattern) if letter.isalpha()]
        assert [normalise(letter) for letter in letters] == letters, pattern


def test_words_are_found_as_their_match_says() -> None:
    assert words("elsewhere, as a term", "term")[0] == "acromioclavicularjoint"
    calibration = re.compile(anyhow("calibration"))
    assert calibration.search("shim 1")
    assert not calibration.search("fishim")
    brain = re.compile(anyhow("brain"))
    assert brain.search("brainlab")
    assert brain.search("kleingehirn")
    assert not brain.search("membrain")
    assert re.fullmatch(either("with"), "avec")


@pytest.mark.parametrize("ask", [either, anyhow])
def test_a_meaning_that_the_table_lacks_is_an_error(ask: Callable[[str], str]) -> None:
    with pytest.raises(KeyError):
        ask("no meaning")
