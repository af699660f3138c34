from harness.report.rendering.wrapping import wrapped


def test_a_name_is_broken_after_commas_alone() -> None:
    name = "SDL vgg19, λ 3, learning rate 0.0001, weights a-file-of-weights.pt"
    lines = wrapped(name, 25)
    assert lines == ["SDL vgg19, λ 3,", "learning rate 0.0001,", "weights a-file-of-weights.pt"]
    assert wrapped(name, 80) == [name]
