"""What a reader must know before trusting a table."""

from collections.abc import Sequence

from harness.data.collection.duplicates import NEAR
from harness.selection.candidates import Candidate, ComparisonKey
from harness.selection.choice import Choice

SPREAD = (
    "Accuracies are in percent; ± is the standard deviation over repeats (of the validation accuracy over"
    " repeats and folds), not an interval."
)
SHRUNK = (
    "Where all {} are alike (all right, say, or all called one class) the bootstrap shrinks to a point; that"
    " is no certainty."
)
BY_SLICE = (
    "[low, high] is a 95 % interval by slice (Wilson's for shares of slices, the bootstrap's for the rest)."
    f" It is too narrow: slices of one patient are not independent. {SHRUNK.format('slices')}"
)
BY_PATIENT = (
    "[low, high] is a 95 % interval over patients: Wilson's for shares of patients, for the rest the"
    f" bootstrap's, which draws whole patients, never slices. {SHRUNK.format('patients')}"
)
TEST_STAR = (
    "\\* validation = test: epoch and network (and λ) are picked by test accuracy, as the paper does, and"
    " slices of one patient stand on both sides of the split. Such accuracies are too high for new patients."
)
TESTED_BY_SLICE = (
    "Differences are of test accuracy, in percentage points; p is McNemar's exact test by slice over all"
    " repeats, which takes slices for independent: too small."
)
TESTED_BY_PATIENT = (
    "Differences are of test accuracy, in percentage points, with the paired bootstrap's interval over"
    " patients; p is the sign-flip permutation test by patient, two-sided."
)
HOLM = "p (Holm) is corrected for all comparisons of the table; at 0.05 or more there is no clear winner."
MEASURES_IN_WORDS = (
    "Mean ± spread over repeats. Ordinal AUC (the probability that of two slices of different grade the"
    " higher one has the higher expected grade) and quadratic-weighted kappa take the classes in their order."
    " Of the Brier score (0 to 2) and the expected calibration error (10 bins) less is better."
)
CURVES_IN_WORDS = (
    "Mean and range over the repeats and folds of the chosen candidate, where they are finite: a dotted line"
    " marks the epoch in which the first of them diverges. Epochs count from 1, as everywhere."
)
FIGURE8 = (
    "The chosen candidate in its first repeat and fold; pairs are drawn by the sweep's seed, not picked. In"
    " brackets what each network predicts, below it what their ensemble predicts; ✗ marks what is wrong."
    " These are slices of the collection: share the figure as the collection may be shared."
)
NOTHING_TO_COMPARE = (
    "There is nothing to compare it with: no other SDL candidate and no single network has finished a repeat"
    " on the same slices."
)
NO_SELECTION = (
    "The outcome of its checks is not in MLflow yet: a sweep leaves it there when its driver ends. `sdl sweep"
    " --resume SWEEP` ends one that was interrupted."
)
NO_CARD = (
    "The model card is left out: it states what the checks of the collection found, and no sweep has left"
    " that in MLflow yet; see the end of this report."
)
NO_SLICES = (
    "This needs the slices, which MLflow does not hold, and the prepared cache has no collection of this"
    " digest. `sdl data prepare NAME` prepares it, then `sdl report` with the same `--cache` adds it."
    " (The part of a collection that `slices_per_class` takes is not cached.)"
)
WHAT_DIFFERS = (
    "Shares are means over repeats. Split by slice is protocol `paper`, by patient is `patients`. Accuracy is"
    " of the networks' ensemble, but for the better network at its best test epoch, which is what the paper"
    " reports. What is left of a difference is shared patients, picking the epoch by test accuracy, how many"
    " slices training has, and whatever settings differ."
)
SAMPLED_APART = (
    "The two protocols test different slices, so the last column's 95 % interval draws the patients of either"
    " side on their own (bootstrap, whole patients, within their class). It takes the sides for independent,"
    " although the same patients may stand in both: where a patient is hard under both, it is too wide."
)
OF_BOTH = (
    "In percent; [low, high] is a 95 % interval: over patients where patients were split or are counted, by"
    " slice elsewhere, which is too narrow; see the notes of either protocol below."
)
TABLE2_OF_BOTH = (
    "Split by slice the better network counts at its best test epoch, as in the paper; split by patient the"
    " networks' ensemble at the epoch that validation chose. The paper's SDL is AlexNet with λ 3."
)
NEAR_DUPLICATES = (
    f"A near-duplicate differs in at most {NEAR} of 255 bits of a perceptual hash: a copy, or a slice next to"
    " it in the same head."
)
ELSEWHERE = (
    "Ours are measured on the dataset `{}`, the paper's on its selection of REMBRANDT: the two are no attempt"
    " at the same number."
)
PAPERS_TEST_SETS = (
    "The paper's own rows were not all measured on the same test slices; see `results/paper/README.md`."
)


def notes_on_candidates(candidates: Sequence[Candidate]) -> list[str]:
    """Return what holds for every table of these candidates."""
    by_slice = candidates[0].comparison_key.chosen_on_test
    notes = [SPREAD, *([BY_SLICE, TEST_STAR] if by_slice else [BY_PATIENT])]
    behind = sum(len(candidate.repeats) < candidate.planned for candidate in candidates)
    if behind:
        notes.append(
            f"{behind} of {len(candidates)} candidates miss repeats; accuracies are of those that finished."
        )
    return notes


def notes_on_comparisons(comparison_key: ComparisonKey) -> list[str]:
    """Return how the comparisons are made."""
    return [TESTED_BY_SLICE if comparison_key.chosen_on_test else TESTED_BY_PATIENT, HOLM]


def notes_on_table2(choice: Choice | None, comparison_key: ComparisonKey) -> list[str]:
    """Return what makes the rows of table 2 unequal."""
    notes = _elsewhere(comparison_key)
    if choice and len(choice.picked_from) > 1:
        best_of = f"{len(choice.picked_from)} candidates"
        if comparison_key.chosen_on_test:
            best_of += f" and of its {choice.chosen.settings.requirements.networks} networks"
        notes.append(
            f"The SDL row is the best of {best_of}; a single network had fewer chances to be lucky, and part"
            " of a difference is that."
        )
    return [*notes, PAPERS_TEST_SETS]


def notes_on_leakage(*, near_duplicates: bool) -> list[str]:
    """Return what the two protocols differ in, and what their difference takes for granted."""
    looks = NEAR_DUPLICATES if near_duplicates else f"Near-duplicates are left out. {NO_SLICES}"
    return [OF_BOTH, WHAT_DIFFERS, SAMPLED_APART, looks]


def notes_on_table2_of_both(comparison_key: ComparisonKey, who: Sequence[str]) -> list[str]:
    """Return what the columns are of, and what makes them unequal."""
    return [OF_BOTH, TABLE2_OF_BOTH, *who, *_elsewhere(comparison_key), PAPERS_TEST_SETS]


def _elsewhere(comparison_key: ComparisonKey) -> list[str]:
    return [] if comparison_key.dataset == "rembrandt" else [ELSEWHERE.format(comparison_key.dataset)]
