"""One network alone, on the same slices: what synergic deep learning is compared with."""

from typing import TYPE_CHECKING, Literal

from harness.methods.networks import NetworkMethod, NetworkSettings

if TYPE_CHECKING:
    from harness.training.gradient_run import GradientRun
    from harness.training.task import Task


class SingleSettings(NetworkSettings):
    """Settings of a single network: there is nothing to tie it to."""

    model: Literal["single"] = "single"


class Single(NetworkMethod[SingleSettings]):
    """A single network of a backbone."""

    name = "single"
    kind = "single"
    settings_class = SingleSettings

    def start(self, settings: SingleSettings, task: "Task") -> "GradientRun":
        """Return a run before its first epoch."""
        from harness.training.gradient_run import GradientRun

        return GradientRun(settings, task, synergic_weight=0.0)
