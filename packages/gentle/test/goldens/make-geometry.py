"""Geometric transforms of torchvision, on tensors and bilinear, for test/vision/warp.test.ts. Run with python3; needs torch and torchvision."""

import json
from pathlib import Path

import torch
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

torch.manual_seed(1)
height, width = 9, 11
picture = torch.rand(3, height, width)


def numbers(tensor):
    return [round(float(value), 6) for value in tensor.flatten()]


affine = []
for angle, shift, scale, shear in [
    (0.0, [2, -1], 1.0, [0.0, 0.0]),
    (30.0, [0, 0], 1.0, [0.0, 0.0]),
    (0.0, [0, 0], 1.4, [0.0, 0.0]),
    (0.0, [0, 0], 0.6, [0.0, 0.0]),
    (0.0, [0, 0], 1.0, [20.0, 0.0]),
    (-75.0, [1, 3], 0.8, [0.0, 0.0]),
]:
    result = F.affine(picture, angle, shift, scale, shear, InterpolationMode.BILINEAR)
    affine.append({"angle": angle, "shift": shift, "scale": scale, "shear": shear, "result": numbers(result)})

perspective = []
start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
for end in [[[1, 2], [9, 0], [10, 7], [2, 8]], [[0, 0], [8, 3], [7, 8], [1, 5]]]:
    result = F.perspective(picture, start, end, InterpolationMode.BILINEAR)
    perspective.append({"end": end, "result": numbers(result)})

nearest = []
for angle in [90.0, 35.0]:
    result = F.affine(picture[:1], angle, [0, 0], 1.0, [0.0, 0.0], InterpolationMode.NEAREST, fill=[0.5])
    nearest.append({"angle": angle, "result": numbers(result)})

Path(__file__).with_name("geometry.json").write_text(
    json.dumps(
        {
            "height": height,
            "width": width,
            "picture": numbers(picture),
            "affine": affine,
            "perspective": perspective,
            "nearest": nearest,
        }
    )
    + "\n"
)
