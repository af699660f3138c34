"""How often does each sampler and rule find the best λ, by budget? Prints Markdown.

python benchmarks/choosing.py
"""

from simulated_sweeps import hit_rates

BUDGETS = (66, 132, 264)  # trials: 11, 22 or 44 proposals; the grid's 11 values at 6, 12 or 24 trials each
SWEEPS = {  # at each of the budgets; a Gaussian process takes seconds a sweep, and minutes at the last
    "grid": (200, 200, 200),
    "random": (200, 200, 200),
    "tpe": (200, 200, 200),
    "gp": (100, 40, 0),
}
FALLS = (0.2, 0.4)


def main() -> None:
    print("Share of simulated sweeps whose chosen λ lies within one step of the best, of ten steps.\n")
    print("| lost five steps away | trials | sampler | sweeps | rule max | rule one-standard-error |")
    print("| ---: | ---: | --- | ---: | ---: | ---: |")
    for fall in FALLS:
        for place, budget in enumerate(BUDGETS):
            for sampler, counts in SWEEPS.items():
                if not (sweeps := counts[place]):
                    continue
                rates = hit_rates(sampler, budget, fall, sweeps)
                cells = " | ".join(f"{100 * rate:.0f} %" for rate in rates.values())
                print(f"| {100 * fall:.0f} points | {budget} | {sampler} | {sweeps} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
