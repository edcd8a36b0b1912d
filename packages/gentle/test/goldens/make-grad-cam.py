"""Grad-CAM of a small network by PyTorch's autograd, for test/vision/explain. Run with python3; needs torch."""

import json
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(3)
network = nn.Sequential(
    nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 2 * 3, 5)
)
picture = torch.rand(1, 3, 8, 10)


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().flatten()]


def cam(layer, label):
    activations = network[: layer + 1](picture)
    activations.retain_grad()
    network[layer + 1 :](activations)[0, label].backward()
    weights = activations.grad.mean(dim=(2, 3), keepdim=True)
    return numbers(torch.relu((weights * activations).sum(1)))


Path(__file__).with_name("grad-cam.json").write_text(
    json.dumps(
        {
            "weights": {name: numbers(value) for name, value in network.state_dict().items()},
            "picture": numbers(picture),
            "logits": numbers(network(picture)),
            "cams": [{"layer": str(layer), "label": label, "cam": cam(layer, label)} for layer in (1, 3, 4) for label in (0, 3)],
        }
    )
    + "\n"
)
