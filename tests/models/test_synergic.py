import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from harness.models.synergic import SynergicNetworks, network_pairs, scale_gradient, synergic_labels

PIXELS = {"resnet18": 32, "mobilenet_v3_small": 32, "alexnet": 64}
CLASSES = 3


def make(backbone: str, networks: int) -> tuple[SynergicNetworks, Tensor, Tensor]:
    torch.manual_seed(0)
    model = SynergicNetworks(backbone, networks, CLASSES).double()
    size = PIXELS[backbone]
    images = torch.rand(3, networks, 3, size, size, dtype=torch.float64)
    return model, images, torch.randint(CLASSES, (3, networks))


def gradient(loss: Tensor, model: SynergicNetworks) -> dict[str, Tensor]:
    """Of one term of the loss alone; zero where the term does not reach."""
    names, parameters = zip(*model.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, parameters, retain_graph=True, materialize_grads=True)
    return dict(zip(names, found, strict=True))


ORACLES = [("resnet18", 2), ("resnet18", 3), ("mobilenet_v3_small", 2), ("mobilenet_v3_small", 3)]


@pytest.mark.parametrize(
    ("backbone", "networks"), [*ORACLES, pytest.param("alexnet", 2, marks=pytest.mark.slow)]
)
def test_one_backward_pass_gives_the_papers_update(backbone: str, networks: int) -> None:
    """Term by term with autograd.grad on the same graph without scaling; dropout and BatchNorm are active."""
    model, images, labels = make(backbone, networks)
    pairs = [(i, j) for i in range(networks) for j in range(i + 1, networks)]
    torch.manual_seed(1)
    plain, plain_synergic = model(images, 1.0)  # λ = 1 scales nothing
    cross_entropies = [gradient(F.cross_entropy(plain[:, k], labels[:, k]), model) for k in range(networks)]
    same = torch.stack([labels[:, i] == labels[:, j] for i, j in pairs], dim=1).double()
    probabilities = torch.sigmoid(plain_synergic)
    binary = [
        gradient(F.binary_cross_entropy(probabilities[:, p], same[:, p]), model) for p in range(len(pairs))
    ]

    for synergic_weight in (0.0, 1.0, 3.0, 8.0):
        torch.manual_seed(1)
        logits, synergic = model(images, synergic_weight)
        torch.testing.assert_close(logits, plain, rtol=1e-12, atol=1e-12)
        losses = [F.cross_entropy(logits[:, k], labels[:, k]) for k in range(networks)]
        losses += [F.binary_cross_entropy_with_logits(synergic[:, p], same[:, p]) for p in range(len(pairs))]
        model.zero_grad()
        torch.stack(losses).sum().backward()
        for name, parameter in model.named_parameters():
            owner, index = name.split(".")[0], int(name.split(".")[1])
            if owner == "networks":
                expected = cross_entropies[index][name]
                expected = expected + sum(
                    synergic_weight * binary[p][name] for p, pair in enumerate(pairs) if index in pair
                )
            else:
                expected = binary[index][name]
            assert parameter.grad is not None
            difference = torch.linalg.vector_norm(parameter.grad - expected)
            assert difference <= 1e-9 * torch.linalg.vector_norm(expected) + 1e-13, (name, synergic_weight)


def test_head_of_tied_networks() -> None:
    model, images, _ = make("resnet18", 2)
    network = model.networks[0]
    weight, bias = network.added[0].parameters()
    assert weight.shape == (1024, 512)
    for values in (weight, bias):
        assert -0.05 <= values.min() < -0.045
        assert 0.045 < values.max() <= 0.05
    features, logits = network(images[:, 0])
    assert features.shape == (3, 1024)
    assert features.min() == 0
    assert logits.shape == (3, CLASSES)
    assert [layer.weight.shape for layer in model.synergic_layers] == [(1, 2048)]


def test_single_network_is_the_backbone_with_a_new_last_layer() -> None:
    model, images, labels = make("resnet18", 1)
    logits, synergic = model(images, 0.0)
    assert logits.shape == (3, 1, CLASSES)
    assert synergic.shape == synergic_labels(labels).shape == (3, 0)
    assert [name for name, _ in model.named_parameters()][-2:] == [
        "networks.0.prediction.weight",
        "networks.0.prediction.bias",
    ]
    assert model.networks[0].prediction.weight.shape == (CLASSES, 512)


def test_networks_have_weights_of_their_own() -> None:
    model, _, _ = make("resnet18", 3)
    first = [network.backbone.conv1.weight for network in model.networks]
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[1], first[2])


def test_networks_start_from_the_pretrained_weights() -> None:
    source, _, _ = make("resnet18", 1)
    pretrained = dict(source.networks[0].backbone.state_dict())
    for network in SynergicNetworks("resnet18", 2, CLASSES, pretrained).double().networks:
        state = network.backbone.state_dict()
        assert all(torch.allclose(state[name], value, atol=1e-7) for name, value in pretrained.items())


def test_classify_shows_every_slice_to_every_network() -> None:
    model, images, _ = make("resnet18", 2)
    model.eval()
    logits = model.classify(images[:, 0])
    alone = torch.stack([network(images[:, 0])[1] for network in model.networks], dim=1)
    torch.testing.assert_close(logits, alone)


def test_synergic_labels_follow_the_pairs() -> None:
    labels = torch.tensor([[0, 0, 1, 0], [2, 1, 1, 2]])
    expected = [[bool(row[i] == row[j]) for i, j in network_pairs(4)] for row in labels]
    assert synergic_labels(labels).tolist() == expected
    assert network_pairs(3) == [(0, 1), (0, 2), (1, 2)]


def test_scale_gradient_passes_values_and_scales_the_gradient() -> None:
    values = torch.tensor([1.0, -2.0], requires_grad=True)
    scaled = scale_gradient(values, 3.0)
    assert torch.equal(scaled, values)
    (scaled**2).sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [6.0, -12.0]
