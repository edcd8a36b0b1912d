#!/usr/bin/env python3
"""What PyTorch gives for NaN, infinities, zeros of either sign, subnormal numbers and ties, and its gradients there: special-values.json.

Run: /usr/bin/python3 make-special-values.py   (PyTorch 1.13.1)
"""
import json
import math
import os

import torch
import torch.nn.functional as F

inf, nan = math.inf, math.nan

ONE = [nan, inf, -inf, 0.0, -0.0, 1e-40, -1e-40, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 6.0, -6.0, 100.0, -100.0, 3e38, -3e38]
TWO = [nan, inf, -inf, 0.0, -0.0, 1e-40, 1.0, -1.0, 2.5, -3.0]
ROWS = [
    [nan, 1, 2, 3], [1, nan, 2, nan], [inf, 1, 2, nan], [inf, 1, 2, 3], [-inf, -inf, 1, 2], [-inf] * 4, [inf, inf, 1, -inf],
    [0.0, -0.0, 0.0, -0.0], [-0.0, 0.0, -0.0, 0.0], [-0.0] * 4, [2, 2, 1, 1], [1e-40, -1e-40, 0.0, -0.0], [nan] * 4, [-1, -1, -2, -1],
]


def number(value):
    """As JSON, which has neither NaN nor infinities, nor -0 in every reader."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else 0
    return float("%.9g" % value)


def numbers(tensor):
    return [number(value) for value in tensor.flatten().tolist()]


def case(of, *operands):
    xs = [torch.tensor(x, dtype=torch.float32, requires_grad=True) for x in operands]
    y = of(*xs)
    told = {"y": numbers(y)}
    if y.requires_grad:
        given = torch.autograd.grad(y, xs, torch.ones_like(y), allow_unused=True)
        told["gradients"] = [numbers(g if g is not None else torch.zeros_like(x)) for x, g in zip(xs, given)]
    return told


UNARY = {
    "neg": torch.neg, "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "sqrt": torch.sqrt, "abs": torch.abs, "sign": torch.sign,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus, "erf": torch.erf, "relu": torch.relu, "relu6": F.relu6,
    "step": lambda x: (x >= 0).float(), "leakyRelu": F.leaky_relu, "elu": F.elu, "elu of alpha 1.5": lambda x: F.elu(x, 1.5), "gelu": F.gelu, "silu": F.silu,
    "clip": lambda x: torch.clamp(x, -0.5, 2.0), "pow to 2": lambda x: x ** 2, "pow to 0.5": lambda x: torch.pow(x, torch.full_like(x, 0.5)), "pow to -1": lambda x: x ** -1,
    "pow to 0": lambda x: x ** 0, "pow to 1": lambda x: x ** 1, "pow to 3": lambda x: x ** 3,
}
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "maximum": torch.maximum, "minimum": torch.minimum,
    "equal": lambda a, b: (a == b).float(), "notEqual": lambda a, b: (a != b).float(), "less": lambda a, b: (a < b).float(),
    "lessEqual": lambda a, b: (a <= b).float(), "greater": lambda a, b: (a > b).float(), "greaterEqual": lambda a, b: (a >= b).float(),
    "where": lambda a, b: torch.where(a != 0, b, torch.full_like(b, 7)),
}
ROWWISE = {
    "sum": lambda x: x.sum(1), "mean": lambda x: x.mean(1), "max": lambda x: x.amax(1), "min": lambda x: x.amin(1),
    "argmax": lambda x: x.argmax(1).float(), "logSumExp": lambda x: x.logsumexp(1), "softmax": lambda x: x.softmax(1),
    "logSoftmax": lambda x: x.log_softmax(1), "cumsum": lambda x: x.cumsum(1), "sort": lambda x: x.sort(dim=1, stable=True, descending=False).values,
    "argsort": lambda x: x.sort(dim=1, stable=True, descending=False).indices.float(),
    "descending argsort": lambda x: x.sort(dim=1, stable=True, descending=True).indices.float(),
    "topK": lambda x: x.topk(2, 1).values,
    "maxPool2d": lambda x: F.max_pool2d(x.reshape(-1, 1, 2, 2), 2), "avgPool2d": lambda x: F.avg_pool2d(x.reshape(-1, 1, 2, 2), 2),
}

LOGITS = [[1, 2, -inf], [-inf, 0.5, 0.5], [3, -inf, -inf]]
LABELS = torch.tensor([0, 2, 0])
# A logit, and a target from 0 to 1.
CERTAIN = [(inf, 0.0), (inf, 0.5), (0.0, 0.0), (0.0, 1.0), (0.0, 0.5), (20.0, 0.0), (-20.0, 1.0), (-100.0, 1.0), (100.0, 1.0), (-100.0, 0.0)]
logits, shares = zip(*CERTAIN)
LOSSES = {
    "crossEntropy": (lambda x: F.cross_entropy(x, LABELS), LOGITS),
    "crossEntropy with smoothing": (lambda x: F.cross_entropy(x, LABELS, label_smoothing=0.1), LOGITS),
    "crossEntropy with weights": (lambda x: F.cross_entropy(x, LABELS, weight=torch.tensor([1, 2, 0.5])), LOGITS),
    "crossEntropy of a label that cannot be": (lambda x: F.cross_entropy(x, torch.tensor([2, 2, 0])), LOGITS),
    "pixelCrossEntropy": (lambda x: F.cross_entropy(x.reshape(3, 3, 1, 1), LABELS.reshape(3, 1, 1), ignore_index=255), LOGITS),
    "hinge of classes": (lambda x: F.multi_margin_loss(x, torch.tensor([0, 1])), [[2, 1, -inf], [0, 0, 3]]),
    "binaryCrossEntropy": (lambda x: F.binary_cross_entropy_with_logits(x, torch.tensor(shares), reduction="none"), logits),
    "meanAbsoluteError": (lambda x: F.l1_loss(x, torch.zeros(4)), [0, -0.0, 1, inf]),
    "huber": (lambda x: F.huber_loss(x, torch.zeros(4)), [0, 1, -1, inf]),
    "smoothL1": (lambda x: F.smooth_l1_loss(x, torch.zeros(4)), [0, 1, -1, inf]),
}

a, b = zip(*((x, y) for x in TWO for y in TWO))
told = {
    "unary": {"x": numbers(torch.tensor(ONE)), "cases": {name: case(of, ONE) for name, of in UNARY.items()}},
    "binary": {"a": numbers(torch.tensor(a)), "b": numbers(torch.tensor(b)), "cases": {name: case(of, a, b) for name, of in BINARY.items()}},
    "losses": {name: {"shape": list(torch.tensor(x).shape), "x": numbers(torch.tensor(x)), **case(of, x)} for name, (of, x) in LOSSES.items()},
    "binaryTargets": shares,
    "rows": {"shape": [len(ROWS), 4], "x": numbers(torch.tensor(ROWS)), "cases": {name: case(of, ROWS) for name, of in ROWWISE.items()}},
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "special-values.json"), "w") as file:
    json.dump(told, file, separators=(",", ":"))
    file.write("\n")
