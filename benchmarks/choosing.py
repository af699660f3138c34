"""How often does each sampler and rule find the best λ, by budget? Prints Markdown.

python benchmarks/choosing.py
"""

import torch
from simulated_sweeps import hit_rates

BUDGETS = (66, 132, 264)  # trials: 11, 22 or 44 suggestions; the grid's 11 values at 6, 12 or 24 trials each
SAMPLERS = ("grid", "random", "tpe", "gp")
SWEEPS = 200  # of each sampler at each budget
FALLS = (0.2, 0.4)


def main() -> None:
    torch.set_num_threads(1)  # the Gaussian process fits matrices so small that threads wait for each other
    print(
        f"Share of {SWEEPS} simulated sweeps whose chosen λ lies within one step of the best, of ten steps.\n"
    )
    print("| lost five steps away | trials | sampler | rule max | rule one-standard-error |")
    print("| ---: | ---: | --- | ---: | ---: |")
    for fall in FALLS:
        for budget in BUDGETS:
            for sampler in SAMPLERS:
                rates = hit_rates(sampler, budget, fall, SWEEPS)
                cells = " | ".join(f"{100 * rate:.0f} %" for rate in rates.values())
                print(f"| {100 * fall:.0f} points | {budget} | {sampler} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
