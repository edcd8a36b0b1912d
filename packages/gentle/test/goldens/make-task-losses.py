#!/usr/bin/python3
"""Writes task-losses.json: what PyTorch and torchvision give for the losses of localization, detection and segmentation, and for suppression.

Run with a Python that has torch and torchvision (Debian: python3-torch, python3-torchvision). Values and gradients are taken in float64. All
inputs are multiples of 1/64, which float32 holds exactly.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision import ops

random = torch.Generator().manual_seed(5)


def between(low, high, *shape):
    return (torch.rand(*shape, generator=random, dtype=torch.float64) * (high - low) * 64).round() / 64 + low


def numbers(x):
    return [float(f"{float(value):.9g}") for value in x.detach().reshape(-1)]


def case(loss, *variables):
    """The value of a loss and its gradients."""
    variables = [x.clone().requires_grad_() for x in variables]
    value = loss(*variables)
    value.sum().backward()
    gradients = [numbers(x.grad) for x in variables]
    return {"value": numbers(value) if value.dim() else numbers(value)[0], "gradients": gradients}


# Segmentation: the last class does not occur, some pixels do not count.
classes = 4
logits = between(-3, 3, 2, classes, 3, 2)
labels = torch.tensor([[[0, 1], [2, 255], [1, 0]], [[2, 2], [255, 0], [0, 2]]])
class_weights = torch.tensor([0.5, 2, 1, 0.25], dtype=torch.float64)


def pixel_focal(gamma):
    def loss(z):
        surprise = F.cross_entropy(z, labels, ignore_index=255, reduction="none")
        return ((1 - torch.exp(-surprise)) ** gamma * surprise)[labels != 255].mean()

    return loss


def dice(z):
    counts = labels != 255
    p = F.softmax(z, 1).permute(1, 0, 2, 3)[:, counts]
    g = torch.stack([(labels == label)[counts] for label in range(classes)]).double()
    ratio = 2 * (p * g).sum(1) / ((p * p).sum(1) + (g * g).sum(1))
    return 1 - ratio[g.sum(1) > 0].mean()


segmentation = {
    "pixelCrossEntropy": case(lambda z: F.cross_entropy(z, labels, ignore_index=255), logits),
    "pixelCrossEntropy that ignores label 2": case(
        lambda z: F.cross_entropy(z, torch.where(labels == 255, 2, labels), ignore_index=2), logits
    ),
    "pixelCrossEntropy with class weights": case(
        lambda z: F.cross_entropy(z, labels, ignore_index=255, weight=class_weights), logits
    ),
    "pixelFocalLoss": case(pixel_focal(2), logits),
    "pixelFocalLoss with gamma 0.5": case(pixel_focal(0.5), logits),
    "diceLoss": case(dice, logits),
}

golden = {
    "segmentation": {
        "shape": list(logits.shape),
        "logits": numbers(logits),
        "labels": [int(label) for label in labels.reshape(-1)],
        "classWeights": numbers(class_weights),
        "cases": segmentation,
    },
}


def write(value, depth=0):
    if depth == 3 or not isinstance(value, dict):
        return json.dumps(value)
    space = " " * (depth + 1)
    inner = ",\n".join(f'{space}"{key}": {write(part, depth + 1)}' for key, part in value.items())
    return f"{{\n{inner}\n{' ' * depth}}}"


path = Path(__file__).with_name("task-losses.json")
path.write_text(write(golden) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes, PyTorch {torch.__version__}")
