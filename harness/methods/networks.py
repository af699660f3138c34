"""What methods share that train networks of one backbone by gradient descent."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from harness.methods.base import Classifier, Method, Requirements, Settings, Value
from harness.training.hyperparameters import Hyperparameters

if TYPE_CHECKING:
    from torch import Tensor


class NetworkSettings(Hyperparameters, Settings):
    """Settings of one network; a method with more of them says how many."""

    architecture: ClassVar[tuple[str, ...]] = ("model", "backbone", "weights")

    @property
    def requirements(self) -> Requirements:
        """One network, trained once for all epochs."""
        return Requirements(epochs=self.epochs, backbone=self.backbone, weights=self.weights)

    def flat(self) -> dict[str, Value]:
        """Return the settings under their YAML names."""
        return super().flat() | {"gaussian": self.gaussian or "none"}


N = TypeVar("N", bound=NetworkSettings)


class NetworkMethod(Method[N]):
    """A method whose run is a `harness.training.gradient_run.GradientRun`, or several.

    Attributes:
        kind: what tables call it.
    """

    kind: ClassVar[str]

    def label(self, settings: N) -> str:
        """Return ``SDL alexnet``."""
        return f"{self.kind} {settings.backbone}"

    def title(self, settings: N) -> str:
        """Return ``alexnet gaussian=5``."""
        return settings.backbone + (f" gaussian={settings.gaussian}" if settings.gaussian else "")

    def classifier(self, settings: N, classes: int, weights: "Mapping[str, Tensor]") -> Classifier:
        """Return the networks with their trained weights, on the CPU; NaN where a network overflows.

        Raises:
            HarnessError: there is no such backbone, or the weights are not of these settings.
        """
        from harness.methods.network_classifier import network_classifier

        return network_classifier(settings, settings.requirements.networks, classes, weights)
