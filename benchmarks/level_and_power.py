"""How often do the tests tell two systems apart, and how often do intervals hold the truth? Prints Markdown.

python benchmarks/level_and_power.py
"""

from simulated_collections import World, by_patient, by_slice, coverage, rejection_rate

from harness.evaluation.intervals import point
from harness.evaluation.measures import MEASURES

COLLECTIONS = 1000
PATIENTS = (9, 20, 40, 60, 89)
SKILLS = (1.5, 1.75, 2.0, 2.5)


def print_rejections() -> None:
    print("| patients | mean accuracies | sign-flip test by patient | McNemar's test by slice |")
    print("| ---: | --- | ---: | ---: |")
    for patients in PATIENTS:
        for skill in SKILLS:
            world = World(patients, skill=(skill, SKILLS[0]))
            truth = " and ".join(f"{100 * value:.0f} %" for value in accuracies(world))
            rates = (rejection_rate(world, test, COLLECTIONS) for test in (by_patient, by_slice))
            print(
                f"| {patients} | {truth} | {' | '.join(f'{100 * rate:.1f} %' for rate in rates)} |",
                flush=True,
            )


def accuracies(world: World) -> list[float]:
    large = World(3000, skill=world.skill).draw(COLLECTIONS)
    return [point([sample], MEASURES["accuracy"]) for sample in large]


def print_coverage() -> None:
    names = ("accuracy", "balanced accuracy", "f1", "weighted kappa", "Brier score")
    print(f"\n| patients | {' | '.join(names)} |\n| ---: |{' ---: |' * len(names)}")
    large = World(3000).draw(COLLECTIONS)[0]
    for patients in PATIENTS:
        world = World(patients)
        rates = (
            coverage(world, MEASURES[name], point([large], MEASURES[name]), COLLECTIONS) for name in names
        )
        print(f"| {patients} | {' | '.join(f'{100 * rate:.1f} %' for rate in rates)} |", flush=True)


if __name__ == "__main__":
    print(f"Share of {COLLECTIONS} simulated collections in which two systems are told apart at 5 %:\n")
    print_rejections()
    print(f"\nShare of {COLLECTIONS} collections whose 95 % interval holds the truth:")
    print_coverage()
