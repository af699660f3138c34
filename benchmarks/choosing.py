"""How often does each sampler and rule find the best λ, by budget? Prints Markdown.

python benchmarks/choosing.py
"""

from harness.sweep.simulation import hit_rates

SWEEPS = {"grid": 200, "random": 200, "tpe": 200, "gp": 40}  # a Gaussian process takes its time
BUDGETS = (66, 132, 264)  # trials: 11, 22 or 44 proposals; the grid's 11 values at 6, 12 or 24 trials each
FALLS = (0.2, 0.4)


def main() -> None:
    print("Share of simulated sweeps whose chosen λ lies within one step of the best, of ten steps.\n")
    print("| lost five steps away | trials | sampler | sweeps | rule max | rule one-standard-error |")
    print("| ---: | ---: | --- | ---: | ---: | ---: |")
    for fall in FALLS:
        for budget in BUDGETS:
            for sampler, sweeps in SWEEPS.items():
                rates = hit_rates(sampler, budget, fall, sweeps)
                cells = " | ".join(f"{100 * rate:.0f} %" for rate in rates.values())
                print(f"| {100 * fall:.0f} points | {budget} | {sampler} | {sweeps} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
