#!/usr/bin/python3
"""Writes gnmt.json: what GNMT gives in PyTorch, in float64, with all gradients: bench/rivals/gnmt_network.py has the network.

Run with a Python that has torch (Debian: python3-torch). Parameters are not stored: both sides draw them from the generator of make-ops.py, seeded with their
names.
"""
import importlib.util
import json
from pathlib import Path

import torch

here = Path(__file__)


def load(name, path):
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


make_ops = load("make_ops", here.with_name("make-ops.py"))
gnmt = load("gnmt_network", here.parents[4] / "bench/rivals/gnmt_network.py")

torch.set_default_dtype(torch.float64)
SOURCE, PREVIOUS = [[3, 5, 1, 0, 0], [4, 2, 6, 6, 1], [1, 0, 0, 0, 0]], [[1, 2, 4, 3], [1, 3, 0, 0], [1, 4, 4, 0]]
SOURCE_LENGTHS, TARGET_LENGTHS = [3, 5, 1], [4, 2, 3]
TARGET, IGNORED = [[2, 4, 3, 1], [3, 1, -100, -100], [4, 4, 1, -100]], -100
cases = {}

for layers in (2, 4):
    model = gnmt.Gnmt(7, 5, units=4, layers=layers, dropout=0)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(0.5 * make_ops.Generator(name).tensor(list(parameter.shape), "signed"))
    logits = model(torch.tensor(SOURCE), torch.tensor(SOURCE_LENGTHS), torch.tensor(PREVIOUS))
    losses = {
        str(smoothing): torch.nn.CrossEntropyLoss(ignore_index=IGNORED, label_smoothing=smoothing)(
            logits.flatten(0, 1), torch.tensor(TARGET).flatten()
        )
        for smoothing in (0.0, 0.1)
    }
    losses["0.1"].backward()
    # Behind the end of a target anything may stand.
    cases[layers] = {
        "logits": [make_ops.numbers(row[:length]) for row, length in zip(logits, TARGET_LENGTHS)],
        "losses": {smoothing: loss.item() for smoothing, loss in losses.items()},
        # Of each parameter's gradient the sum of its numbers times a drawn one: all of them count.
        "gradients": {
            name: make_ops.short(
                (parameter.grad * make_ops.Generator(f"{name} gradient").tensor(list(parameter.shape), "signed")).sum().item()
            )
            for name, parameter in model.named_parameters()
        },
    }

golden = {
    "source": SOURCE, "sourceLengths": SOURCE_LENGTHS, "previous": PREVIOUS, "target": TARGET, "targetLengths": TARGET_LENGTHS, "cases": cases,
}
here.with_name("gnmt.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
