#!/usr/bin/python3
"""Writes photometric.json: what torchvision's functional gives for small pictures, as tensors of float32, or of bytes where it wants bytes.

Run with a Python that has torchvision (Debian: python3-torchvision). Numbers are in base64, little-endian.
"""
import base64
import json
from pathlib import Path

import torch
import torchvision
import torchvision.transforms.functional as F

random = torch.Generator().manual_seed(3)


def text(tensor):
    return base64.b64encode(tensor.contiguous().numpy().tobytes()).decode()


def draw(channels, height, width):
    """Colours all over the cube, with black, white, even grey, the six pure colours, and two equal channels among them."""
    picture = torch.rand(channels, height, width, generator=random)
    if channels == 3:
        picture[:, 0, :8] = torch.tensor([[int(digit) for digit in f"{colour:03b}"] for colour in range(8)]).T.float()
        picture[:, 1, 0] = 0.5
        picture[0, 1, 1], picture[1, 1, 2], picture[2, 1, 3] = picture[1, 1, 1], picture[2, 1, 2], picture[0, 1, 3]
    return picture


floats = {
    "colour": draw(3, 8, 9),
    "grey": draw(1, 7, 5),
    "a row": draw(3, 2, 9)[:, :1],
    "two columns": draw(1, 4, 2),
    "one value in a channel": torch.cat([torch.full((1, 4, 5), 0.375), draw(1, 4, 5), draw(1, 4, 5) / 4 + 0.25]),
}
dim = (torch.rand(3, 20, 30, generator=random) ** 2 * 140 + 20).to(torch.uint8)
dim[2] = 77
byte = {
    "colour": dim,
    "grey": (torch.randn(1, 25, 24, generator=random) * 20 + 128).clamp(0, 255).to(torch.uint8),
    "small": (draw(3, 4, 9) * 255).to(torch.uint8),
}

cases = []


def case(transform, parameters, function, only=None, pictures=floats):
    for name, picture in pictures.items():
        if only is None or name in only:
            cases.append({"transform": transform, "parameters": parameters, "picture": name, "result": text(function(picture))})


both = ["colour", "grey"]
for factor in [0, 0.375, 1, 1.7]:
    case("brightness", [factor], lambda x: F.adjust_brightness(x, factor), both)
    case("contrast", [factor], lambda x: F.adjust_contrast(x, factor), both)
    case("saturation", [factor], lambda x: F.adjust_saturation(x, factor), both)
    case("sharpness", [factor], lambda x: F.adjust_sharpness(x, factor))
for shift in [-0.5, -0.21, 0, 0.1, 1 / 3, 0.5]:
    case("hue", [shift], lambda x: F.adjust_hue(x, shift), both)
for exponent, gain in [(0, 0.5), (0.45, 1), (2.2, 1), (1.5, 1.5)]:
    case("gamma", [exponent, gain], lambda x: F.adjust_gamma(x, exponent, gain), both)
case("invert", [], F.invert, both)
case("grey", [], lambda x: F.rgb_to_grayscale(x, x.shape[0]), both)
for threshold in [0, 0.3, 1]:
    case("solarize", [threshold], lambda x: F.solarize(x, threshold), both)
case("autocontrast", [], F.autocontrast)
for size, sigma in [(1, 1), (3, 0.5), (5, 1.3), (7, 4)]:
    case("gaussianBlur", [size, sigma], lambda x: F.gaussian_blur(x, [size, size], [sigma, sigma]), both)
for bits in [1, 3, 8]:
    case("posterize", [bits], lambda x: F.posterize(x, bits), ["small"], byte)
case("equalize", [], F.equalize, pictures=byte)

perspectives = []
start = [[0, 0], [27, 0], [27, 19], [0, 19]]
for end in [start, [[3, 1], [25, 4], [22, 18], [5, 15]], [[0, 6], [27, 0], [20, 19], [6, 12]]]:
    # In float64: torchvision's own solves in float32, and differs from this by rounding alone.
    rows = []
    for (x, y), (u, v) in zip(end, start):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    exact = torch.linalg.solve(torch.tensor(rows, dtype=torch.float64), torch.tensor(start, dtype=torch.float64).view(8))
    own = torch.tensor(F._get_perspective_coeffs(start, end), dtype=torch.float64)
    assert (own - exact).abs().max() < 1e-4, (own, exact)
    perspectives.append({"start": start, "end": end, "coefficients": [float(f"{c:.12g}") for c in exact.tolist()]})

path = Path(__file__).with_name("photometric.json")


def lines(items):
    return ",\n".join(f"  {item}" for item in items)


def pictures(group):
    return lines(
        f'{json.dumps(name)}: {json.dumps({"shape": list(x.shape), "values": text(x)})}' for name, x in group.items()
    )


path.write_text(
    f'{{\n "floats": {{\n{pictures(floats)}\n }},\n "bytes": {{\n{pictures(byte)}\n }},\n'
    f' "cases": [\n{lines(map(json.dumps, cases))}\n ],\n "perspectives": [\n{lines(map(json.dumps, perspectives))}\n ]\n}}\n'
)
print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes, torchvision {torchvision.__version__}")
