#!/usr/bin/python3
"""Writes ctc.json: what PyTorch gives for the losses of CTC and their gradients to the logits.

Run with a Python that has torch (Debian: python3-torch). Values and gradients are taken in float64; logits are multiples of 1/64, which float32 holds exactly.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

random = torch.Generator().manual_seed(7)


def numbers(x):
    return [None if value != value or abs(value) == float("inf") else float(f"{value:.9g}") for value in x.detach().reshape(-1).tolist()]


def case(shape, targets, lengths, target_lengths, blank=0, zero_infinity=False, spread=3):
    logits = (torch.randn(*shape, generator=random, dtype=torch.float64) * spread * 64).round() / 64
    logits.requires_grad_()
    logs = F.log_softmax(logits, 2).transpose(0, 1)
    targets = torch.tensor(targets)
    arguments = (logs, targets, torch.tensor(lengths), torch.tensor(target_lengths), blank)
    losses = F.ctc_loss(*arguments, reduction="none", zero_infinity=zero_infinity)
    losses.sum().backward()
    mean = F.ctc_loss(*arguments, zero_infinity=zero_infinity)
    return {
        "shape": shape,
        "logits": numbers(logits),
        "targets": targets.tolist(),
        "lengths": lengths,
        "targetLengths": target_lengths,
        "blank": blank,
        "zeroInfinity": zero_infinity,
        # Of infinite losses and NaN, null.
        "losses": numbers(losses),
        "gradient": numbers(logits.grad),
        "mean": numbers(mean)[0],
    }


cases = {
    "labels that repeat, and lengths of their own": case(
        [3, 9, 5], [[1, 2, 2, 4], [3, 3, 3, 0], [4, 1, 0, 0]], [9, 7, 5], [4, 3, 2]
    ),
    "a blank in the middle": case([2, 8, 5], [[0, 1, 4], [4, 4, 3]], [8, 6], [3, 2], blank=2),
    "the last symbol as blank": case([2, 6, 4], [[0, 0, 2], [1, 0, 1]], [6, 6], [3, 3], blank=3),
    "empty targets": case([3, 6, 3], [[1, 2], [2, 0], [1, 1]], [6, 5, 6], [2, 0, 0]),
    "as many steps as the alignment needs": case([2, 5, 4], [[1, 1, 2, 2], [1, 2, 3, 2]], [5, 4], [3, 4], spread=1),
    "targets that are too long": case([3, 4, 4], [[1, 2, 1], [1, 1, 1], [3, 2, 0]], [4, 4, 3], [3, 3, 2]),
    "targets that are too long, with zero_infinity": case(
        [3, 4, 4], [[1, 2, 1], [1, 1, 1], [3, 2, 0]], [4, 4, 3], [3, 3, 2], zero_infinity=True
    ),
    "certain of something else": case([2, 12, 4], [[1, 2, 3, 1, 2], [3, 3, 1, 0, 0]], [12, 10], [5, 3], spread=60),
}
Path(__file__).with_name("ctc.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
