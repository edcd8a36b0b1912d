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

# Boxes: apart, touching, one in the other, crossing, equal, and some at random.
fixed = torch.tensor([[0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 4, 4], [0, 0, 3, 2], [1, 2, 3, 5]], dtype=torch.float64)
partners = torch.tensor([[3, 4, 5, 5], [2, 0, 4, 2], [1, 1, 2, 3], [1, 1, 5, 4], [1, 2, 3, 5]], dtype=torch.float64)


def boxes(count, size=8):
    corner = between(0, size, count, 2)
    return torch.cat([corner, corner + between(1, size, count, 2)], 1)


a = torch.cat([fixed, boxes(4)])
b = torch.cat([partners, boxes(4)])
weights = between(0, 2, len(a))


def pairwise(measure):
    return lambda a, b: measure(a, b).diagonal()


def weighted(losses):
    return (losses * weights).sum() / weights.sum().clamp(min=1)


scores = torch.cat([between(-6, 6, 8), torch.tensor([-60, 60, -60, 60], dtype=torch.float64)])
targets = torch.tensor([0, 1, 0, 1, 0.25, 0.75, 0.5, 1, 0, 1, 1, 0], dtype=torch.float64)

box_losses = {
    "boxIoU": case(pairwise(ops.box_iou), a, b),
    "generalizedIoU": case(pairwise(ops.generalized_box_iou), a, b),
    "giouLoss": case(lambda a, b: (1 - pairwise(ops.generalized_box_iou)(a, b)).mean(), a, b),
    "giouLoss with weights": case(lambda a, b: weighted(1 - pairwise(ops.generalized_box_iou)(a, b)), a, b),
    "smoothL1": case(F.smooth_l1_loss, a, b),
    "smoothL1 with beta 0.25": case(lambda a, b: F.smooth_l1_loss(a, b, beta=0.25), a, b),
    "smoothL1 with weights": case(lambda a, b: weighted(F.smooth_l1_loss(a, b, reduction="none").mean(1)), a, b),
}
focal = {
    "focalLoss": case(lambda z: ops.sigmoid_focal_loss(z, targets, reduction="sum"), scores),
    "focalLoss with alpha 0.75 and gamma 1.5": case(
        lambda z: ops.sigmoid_focal_loss(z, targets, alpha=0.75, gamma=1.5, reduction="sum"), scores
    ),
    "focalLoss without focus": case(
        lambda z: ops.sigmoid_focal_loss(z, targets, alpha=0.5, gamma=0, reduction="sum"), scores
    ),
}

# Suppression: clusters of boxes with unlike scores.
centres = between(0, 40, 6, 2)[torch.arange(24) % 6] + between(-2, 2, 24, 2)
candidates = torch.cat([centres, centres + between(6, 10, 24, 2)], 1)
confidences = torch.randperm(24, generator=random).double() / 32
categories = torch.randint(0, 3, (24,), generator=random)

golden = {
    "segmentation": {
        "shape": list(logits.shape),
        "logits": numbers(logits),
        "labels": [int(label) for label in labels.reshape(-1)],
        "classWeights": numbers(class_weights),
        "cases": segmentation,
    },
    "boxes": {"a": numbers(a), "b": numbers(b), "weights": numbers(weights), "cases": box_losses},
    "focal": {"logits": numbers(scores), "targets": numbers(targets), "cases": focal},
    "suppression": {
        "boxes": numbers(candidates),
        "scores": numbers(confidences),
        "labels": categories.tolist(),
        "kept": {
            f"{iou}": {
                "nms": ops.nms(candidates, confidences, iou).tolist(),
                "batched_nms": ops.batched_nms(candidates, confidences, categories, iou).tolist(),
            }
            for iou in (0.25, 0.5, 0.75)
        },
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
