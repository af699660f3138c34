"""Synergic deep learning: n networks, tied by the paper's synergic layers, with one λ for all epochs."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from harness.methods.base import Requirements
from harness.methods.networks import NetworkMethod, NetworkSettings

if TYPE_CHECKING:
    from harness.training.gradient_run import GradientRun
    from harness.training.task import Task


class TiedSettings(NetworkSettings):
    """Settings of n networks that synergic layers tie."""

    architecture: ClassVar[tuple[str, ...]] = (*NetworkSettings.architecture, "networks")

    model: Literal["sdl"] = "sdl"
    networks: int = Field(default=2, ge=2, le=8)

    @property
    def requirements(self) -> Requirements:
        """Return those of one network, but of n."""
        return replace(super().requirements, networks=self.networks)


class SdlSettings(TiedSettings):
    """Settings under a fixed λ; the YAML name of ``synergic_weight`` is ``lambda``."""

    synergic_weight: float = Field(default=0.0, ge=0, alias="lambda", allow_inf_nan=False)


class Sdl(NetworkMethod[SdlSettings]):
    """Synergic deep learning with a fixed λ, which a sweep is to choose."""

    name = "sdl"
    kind = "SDL"
    settings_class = SdlSettings
    role = "tuned"
    headline = ("lambda",)

    def title(self, settings: SdlSettings) -> str:
        """Return ``alexnet λ=3 gaussian=5``."""
        backbone, *rest = super().title(settings).split()
        return " ".join([backbone, f"λ={settings.synergic_weight:g}", *rest])

    def start(self, settings: SdlSettings, task: "Task") -> "GradientRun":
        """Return a run before its first epoch."""
        from harness.training.gradient_run import GradientRun

        return GradientRun(settings, task, settings.synergic_weight)
