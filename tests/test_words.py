"""One word for one thing, and that of the field: words which the program has outgrown do not come back.

Looked at are names (of modules, classes, functions, arguments, variables and attributes), strings that are
keys (of metrics, columns, JSON, tags and files: such as hold no blank), and for some words all text.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "harness").rglob("*.py"))
DOCUMENTS = [
    ROOT / "README.md",
    *(path for name in ("docs", "datasets", "search_spaces") for path in sorted((ROOT / name).rglob("*.*"))),
]

# words of any name or key: `said` stands in `said`, `_said`, `contrast_said` and `SaidOf`
WORDS = {
    "held_out": "test",
    "figure_of_epoch": "monitored_metric",
    "chosen_figure": "best_score",
    "figure_network": "reporting_network",
    "seen_by": "trained_network",
    "proposal": "suggestion",
    "proposals": "suggestions",
    "handle": "suggestion",
    "place": "step, slot, offset, split_position",
    "places": "steps, slots, offsets",
    "conditions": "comparison_key",
    "dealt": "split_description",
    "known": "train-test overlap, or what is known of what",
    "judge": "apply_rule",
    "judged": "selected",
    "problem_of": "exclusion_reason",
    "said": "described, stated, text, message",
    "told": "reported",
    "hears": "on_event",
    "heard": "received",
    "hearer": "listener",
    "news": "event",
    "wanted": "options",
    "asked": "job source, suggested",
    "settle": "compact",
    "unread": "pending",
    "courier": "uploader",
    "forgive": "reset_backoff",
    "aside": "quarantined",
    "stretch": "member epoch",
    "taken_from": "exploited_from",
    "explored": "perturbed",
    "drawn": "sampled",
    "ways": "sign_vectors",
    "leave": "exclude",
    "leave_copies": "drop_duplicates",
    "left_out": "excluded",
    "taken": "included",
    "facts_of": "record",
}

# whole names, where the words in them have other meanings
NAMES = {
    "of_set": "the thing itself",
    "there": "the thing itself",
    "each": "the thing itself",
    "answer": "predict",
    "answers": "predictions",
    "shapes": "variants",
    "listed": "finite_values",
    "Asked": "JobSource",
    "_Relay": "EventScheduler",
    "_Errors": "ErrorCallback",
    "Declared": "SweepManifest",
    "Labels": "RunTags",
    "KeptWeights": "WeightRetention",
    "Which": "RetentionPolicy",
    "Conditions": "ComparisonKey",
    "Pages": "ReportWriter",
    "Sample": "ClusteredPredictions",
    "SliceFacts": "SliceRecord",
    "Unusual": "NeedsFullParser",
    "Found": "FileEntry",
}

# names that libraries have, too: none of ours is defined so
DEFINITIONS = {
    "tell": "report, on_event",
    "take": "on_event, submit",
    "round": "flush",
    "mark": "commit",
    "unit": "cluster",
    "but": "exclude",
}

KEYS = {
    "sum": "ensemble",
    "choice": "validation",
    "selection.md": "selection.json",
}

# anywhere, comments and messages included
TEXT = {
    r"held[ -]out": "test",
    r"choice (set|slices|patients|accuracy)": "validation",
    r"\bchoice/": "validation/",
    r"\bproposals?\b": "suggestion",
    r"\bHearers?\b|\b_?Couriers?\b": "TrialListener, Uploader",
}

# where an old word stays, and why
EXCEPTIONS = {
    ("*", "key", "taken"): "a column of slices.csv, which users' scripts read",
    ("*", "argument of assign", "taken"): "the same column",
    ("harness/experiment/*", "key", "choice"): "the axis `choice: [...]` of a search space",
    ("harness/sweep/search/study.py", "key", "choice"): "the same axis",
    ("harness/report/document.py", "key", "choice"): "the choice of λ, as the report has it",
    ("harness/data/collection/*", "definition", "unit"): "what a check counts: slices, files, patients",
    ("harness/phantom/*", "*", "shapes"): "ellipses and polygons of a head",
    ("harness/phantom/*", "*", "push_aside"): "what a tumour does to the tissue around it",
}


class Use(NamedTuple):
    """One name or key in a file."""

    path: str
    line: int
    kind: str
    text: str


def uses(path: Path) -> Iterator[Use]:
    """Yield every name and key of a module, and its own name."""
    where = path.relative_to(ROOT).as_posix()
    yield Use(where, 0, "module", path.stem)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    purposes = {id(argument) for call in ast.walk(tree) if _is_seed(call) for argument in call.args}
    for node in ast.walk(tree):
        if id(node) in purposes:
            continue
        line = getattr(node, "lineno", 0)
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield Use(where, line, "definition", name)
            case ast.arg(arg=name):
                yield Use(where, line, "definition", name)
            case ast.Name(id=name, ctx=ast.Store()):
                yield Use(where, line, "definition", name)
            case ast.Name(id=name):
                yield Use(where, line, "name", name)
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield Use(where, line, "definition", name)
            case ast.Attribute(attr=name):
                yield Use(where, line, "attribute", name)
            case ast.Call(func=function, keywords=keywords):
                called = function.attr if isinstance(function, ast.Attribute) else ""
                for keyword in keywords:
                    kind = f"argument of {called}" if called == "assign" else "argument"
                    yield Use(where, keyword.value.lineno, kind, keyword.arg or "")
            case ast.alias(name=name, asname=other):
                yield Use(where, line, "name", other or name.rpartition(".")[2])
            case ast.Constant(value=str(text)) if re.fullmatch(r"[\w/.:-]+", text):
                yield Use(where, line, "key", text)


def _is_seed(node: ast.AST) -> TypeGuard[ast.Call]:
    """Say whether a seed is made: its purposes keep their words, for another one would give other numbers."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "derive_seed"


def words(text: str) -> str:
    """Return the words of a name or key in lower case, each between underscores."""
    separate = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", text)
    return f"_{separate.strip('_').lower()}_"


def field_word(use: Use) -> str | None:
    """Return what the field calls what is called by an old word here; None for no old word."""
    spelt = words(use.text)
    if use.kind == "key":
        parts = [use.text, *use.text.split("/")]
        refused = {old: new for old, new in KEYS.items() if old in parts}
    else:
        refused = {old: new for old, new in NAMES.items() if old == use.text}
    if use.kind == "definition":
        refused |= {old: new for old, new in DEFINITIONS.items() if old == use.text.lstrip("_")}
    refused |= {old: new for old, new in WORDS.items() if f"_{old}_" in spelt}
    return next(iter(refused.values()), None)


def is_exception(use: Use) -> bool:
    return any(
        Path(use.path).match(place) and kind in ("*", use.kind) and text == use.text
        for place, kind, text in EXCEPTIONS
    )


def offenders(path: Path) -> list[str]:
    """Return every old word of a module, with its line and what the field says."""
    found = [
        f"{use.path}:{use.line}: {use.kind} {use.text}: {new}"
        for use in uses(path)
        if (new := field_word(use)) and not is_exception(use)
    ]
    return found + old_text(path)


def old_text(path: Path) -> list[str]:
    """Return what any text says in old words, comments and messages included."""
    return [
        f"{path.relative_to(ROOT)}:{number}: text {match[0]!r}: {new}"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for pattern, new in TEXT.items()
        if "derive_seed(" not in line and (match := re.search(pattern, line))
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_speaks_the_words_of_the_field(path: Path) -> None:
    assert offenders(path) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_speaks_them_too(path: Path) -> None:
    assert old_text(path) == []


def test_an_old_word_is_found_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    module = tmp_path / "held_out.py"
    module.write_text(
        "def judge(said, *, each=None):\n"
        "    row['seen_by'] = {'choice/accuracy': table['sum'], 'taken': len(said.wanted_rows)}\n"
        "    derive_seed(1, 'proposal', 'choice')\n"
        "    return table.assign(taken=KeptWeights, place=1)  # by held-out patients\n"
    )
    assert {found.split(": ")[1] for found in offenders(module)} == {
        "module held_out",
        "definition each",
        "definition judge",
        "definition said",
        "attribute wanted_rows",
        "key choice/accuracy",
        "key seen_by",
        "key sum",
        "name said",
        "argument of assign place",
        "name KeptWeights",
        "text 'choice/'",
        "text 'held-out'",
    }
