"""Preprocessing and augmentation as batched tensor operations, on whatever device holds the images."""

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.transforms import functional as transforms

from harness.models.device_constants import constant

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def gaussian_blur(images: Tensor, size: int) -> Tensor:
    """Return images (N, 1, H, W) under a Gaussian filter of ``size`` × ``size`` pixels; 0 means none.

    sigma = 0.3 · ((size − 1)/2 − 1) + 0.8, borders reflected: torchvision's default.
    """
    return images if size == 0 else transforms.gaussian_blur(images, [size, size])


def rotate(images: Tensor, degrees: Tensor) -> Tensor:
    """Return images (N, 1, H, W), each turned counter-clockwise by its own angle (N,), bilinear, 0 outside.

    Equal to torchvision's ``rotate(image, angle, BILINEAR, fill=0)`` on every image: a mask of ones is turned
    with the image and multiplied in, which darkens the border a second time.
    """
    height, width = images.shape[-2:]
    radians = torch.deg2rad(degrees)
    cosine, sine = radians.cos()[:, None, None], radians.sin()[:, None, None]
    x = _pixel_centres(width, images)
    y = _pixel_centres(height, images)[:, None]
    source = torch.stack(
        [(cosine * x - sine * y) / (width / 2), (sine * x + cosine * y) / (height / 2)], dim=-1
    )
    masked = torch.cat([images, torch.ones_like(images)], dim=1)
    turned = F.grid_sample(masked, source, mode="bilinear", align_corners=False)
    return turned[:, :1] * turned[:, 1:]


def to_network_input(images: Tensor) -> Tensor:
    """Return images (N, 1, H, W) as (N, 3, H, W), normalised by ImageNet's mean and deviation."""
    mean = constant(IMAGENET_MEAN, images.dtype, images.device)[:, None, None]
    deviation = constant(IMAGENET_STD, images.dtype, images.device)[:, None, None]
    return (images - mean) / deviation


def _pixel_centres(size: int, like: Tensor) -> Tensor:
    return constant(tuple(pixel - (size - 1) / 2 for pixel in range(size)), like.dtype, like.device)
