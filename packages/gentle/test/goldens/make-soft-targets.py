#!/usr/bin/python3
"""Writes soft-targets.json: what PyTorch, in float64, gives for the cross entropy of class probabilities, and its gradient.

Run with a Python that has torch (Debian: python3-torch). All inputs are multiples of 1/64, which float32 holds exactly.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

random = torch.Generator().manual_seed(2)
logits = (torch.rand(5, 4, generator=random, dtype=torch.float64) * 256).round() / 64 - 2
# A blend of two classes as of MixUp, a certain class, an even share, and two that sum to less and to more than 1.
targets = torch.tensor(
    [[0.25, 0, 0.75, 0], [0, 1, 0, 0], [0.25, 0.25, 0.25, 0.25], [0, 0.5, 0, 0.25], [1, 0, 0.125, 0.5]], dtype=torch.float64
)
weights = torch.tensor([0.5, 2, 1, 0.25], dtype=torch.float64)


def numbers(x):
    return [float(f"{float(value):.9g}") for value in x.detach().reshape(-1)]


def case(**options):
    z = logits.clone().requires_grad_()
    value = F.cross_entropy(z, targets, **options)
    value.backward()
    return {"value": numbers(value)[0], "gradient": numbers(z.grad)}


golden = {
    "logits": numbers(logits),
    "targets": numbers(targets),
    "classWeights": numbers(weights),
    "labelSmoothing": 0.125,
    "cases": {
        "plain": case(),
        "with label smoothing": case(label_smoothing=0.125),
        "with class weights": case(weight=weights),
        "with class weights and label smoothing": case(weight=weights, label_smoothing=0.125),
    },
}
path = Path(__file__).with_name("soft-targets.json")
cases = ",\n".join(f'  "{name}": {json.dumps(value)}' for name, value in golden.pop("cases").items())
rest = ",\n".join(f' "{name}": {json.dumps(value)}' for name, value in golden.items())
path.write_text(f'{{\n{rest},\n "cases": {{\n{cases}\n }}\n}}\n')
print(f"{path.name}: {path.stat().st_size} bytes, PyTorch {torch.__version__}")
