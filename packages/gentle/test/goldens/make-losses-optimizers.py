#!/usr/bin/python3
"""Writes losses-optimizers.json: what PyTorch, in float64, gives for losses with their gradients, and for ten steps of optimizers.

Run with a Python that has torch (Debian: python3-torch). All inputs are multiples of 1/64, which float32 holds exactly.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

random = torch.Generator().manual_seed(1)


def draw(*shape, low=-2.0, high=2.0):
    return (torch.rand(shape, generator=random, dtype=torch.float64) * (high - low) * 64).round() / 64 + low


def numbers(x):
    return [short(float(value)) for value in x.detach().reshape(-1)]


def short(value):
    rounded = float(f"{value:.9g}")
    return int(rounded) if rounded == int(rounded) else rounded


losses = {}


def loss(name, prediction, target, function):
    prediction = prediction.clone().requires_grad_()
    value = function(prediction, target)
    value.backward()
    losses[name] = {
        "shape": list(prediction.shape),
        "prediction": numbers(prediction),
        "target": numbers(target),
        "integers": target.dtype == torch.int64,
        "value": short(float(value)),
        "gradient": numbers(prediction.grad),
    }


def all_losses():
    logits = draw(5, 4)
    labels = torch.tensor([2, 0, 3, 3, 1])
    weights = torch.tensor([0.5, 2, 1, 0.25], dtype=torch.float64)
    loss("crossEntropy", logits, labels, F.cross_entropy)
    loss("crossEntropy of large logits", logits * 512, labels, F.cross_entropy)
    loss("crossEntropy with label smoothing", logits, labels, lambda z, y: F.cross_entropy(z, y, label_smoothing=0.125))
    loss("crossEntropy with class weights", logits, labels, lambda z, y: F.cross_entropy(z, y, weight=weights))
    loss(
        "crossEntropy with class weights and label smoothing",
        logits,
        labels,
        lambda z, y: F.cross_entropy(z, y, weight=weights, label_smoothing=0.125),
    )
    shape = [3, 4]
    binary = (draw(*shape) > 0).double()
    loss("binaryCrossEntropy", draw(*shape), binary, F.binary_cross_entropy_with_logits)
    loss("binaryCrossEntropy of large logits", draw(*shape) * 512, binary, F.binary_cross_entropy_with_logits)
    loss("binaryCrossEntropy of soft targets", draw(*shape), draw(*shape, low=0, high=1), F.binary_cross_entropy_with_logits)
    loss("meanSquaredError", draw(*shape), draw(*shape), F.mse_loss)
    loss("meanAbsoluteError", draw(*shape), draw(*shape), F.l1_loss)
    loss("meanAbsoluteError of 0", torch.ones(3, dtype=torch.float64), torch.tensor([1.0, 0, 2], dtype=torch.float64), F.l1_loss)
    loss("huber", draw(*shape), draw(*shape), F.huber_loss)
    loss("huber with delta 0.5", draw(*shape), draw(*shape), lambda p, t: F.huber_loss(p, t, delta=0.5))
    loss("hinge of two classes", draw(*shape), 2 * binary - 1, lambda z, y: F.relu(1 - y * z).mean())
    loss("hinge of many classes", logits, labels, F.multi_margin_loss)


examples, targets = draw(6, 3), draw(6, 2, low=-1, high=1)
first_weights, first_bias = draw(2, 3), draw(2)
optimizers = {}


def optimizer(name, make, rate, clip=None):
    """The mean of (tanh(x Wᵀ + b) - y)² is made small in ten steps, at a rate that falls evenly to 0."""
    weights, bias = first_weights.clone().requires_grad_(), first_bias.clone().requires_grad_()
    parameters = [weights, bias]
    made = make(parameters, rate)
    steps = []
    for step in range(10):
        for group in made.param_groups:
            group["lr"] = rate * (1 - step / 10) * group.get("rate_factor", 1)
        made.zero_grad()
        F.mse_loss(torch.tanh(examples @ weights.T + bias), targets).backward()
        if clip is not None:
            clip(parameters)
        made.step()
        steps.append(numbers(torch.cat([weights.reshape(-1), bias])))
    optimizers[name] = {"rate": rate, "steps": steps}


def all_optimizers():
    def case(name, kind, rate, clip=None, **options):
        optimizer(name, lambda parameters, lr: kind(parameters, lr=lr, **options), rate, clip)

    def weights_alone(name, kind, rate, weight_decay, **options):
        def make(parameters, lr):
            weights, bias = parameters
            groups = [{"params": [weights], "weight_decay": weight_decay}, {"params": [bias], "weight_decay": 0}]
            return kind(groups, lr=lr, **options)

        optimizer(name, make, rate)

    def slower_weights(name, kind, rate, factor, **options):
        def make(parameters, lr):
            weights, bias = parameters
            return kind([{"params": [weights], "rate_factor": factor}, {"params": [bias]}], lr=lr, **options)

        optimizer(name, make, rate)

    o = torch.optim
    case("sgd", o.SGD, 0.5)
    case("sgd with momentum", o.SGD, 0.25, momentum=0.9)
    case("sgd with Nesterov's momentum", o.SGD, 0.25, momentum=0.9, nesterov=True)
    case("sgd with weight decay", o.SGD, 0.5, weight_decay=0.1)
    case("sgd with Nesterov's momentum and weight decay", o.SGD, 0.25, momentum=0.8, nesterov=True, weight_decay=0.1)
    case("sgd with gradients clipped by norm", o.SGD, 0.5, clip=lambda p: torch.nn.utils.clip_grad_norm_(p, 0.125))
    case("sgd with a norm that is never reached", o.SGD, 0.5, clip=lambda p: torch.nn.utils.clip_grad_norm_(p, 1000))
    case("sgd with gradients clipped by value", o.SGD, 0.5, clip=lambda p: torch.nn.utils.clip_grad_value_(p, 0.0625))
    case("adam", o.Adam, 0.125)
    case("adam with its own betas, epsilon and weight decay", o.Adam, 0.125, betas=(0.8, 0.9), eps=0.01, weight_decay=0.1)
    case("adamW", o.AdamW, 0.125)
    case("adamW with weight decay", o.AdamW, 0.125, weight_decay=0.5)
    case("rmsProp", o.RMSprop, 0.0625)
    case("rmsProp with momentum", o.RMSprop, 0.0625, momentum=0.9, alpha=0.9, eps=0.01)
    case("rmsProp with weight decay", o.RMSprop, 0.0625, weight_decay=0.1)
    case("adaGrad", o.Adagrad, 0.5)
    case("adaGrad with weight decay", o.Adagrad, 0.5, weight_decay=0.1, eps=0.01)
    weights_alone("sgd with weight decay of weights alone", o.SGD, 0.25, 0.1, momentum=0.9)
    weights_alone("adam with weight decay of weights alone", o.Adam, 0.125, 0.1)
    weights_alone("adamW with weight decay of weights alone", o.AdamW, 0.125, 0.5)
    weights_alone("rmsProp with weight decay of weights alone", o.RMSprop, 0.0625, 0.1)
    weights_alone("adaGrad with weight decay of weights alone", o.Adagrad, 0.5, 0.1)
    slower_weights("sgd with a quarter of the rate for weights", o.SGD, 0.25, 0.25, momentum=0.9, weight_decay=0.1)
    slower_weights("adamW with a quarter of the rate for weights", o.AdamW, 0.125, 0.25, weight_decay=0.5)


if __name__ == "__main__":
    all_losses()
    all_optimizers()
    problem = {
        "examples": numbers(examples),
        "targets": numbers(targets),
        "weights": numbers(first_weights),
        "bias": numbers(first_bias),
    }
    path = Path(__file__).with_name("losses-optimizers.json")

    def lines(cases):
        return ",\n".join(f"  {json.dumps(name)}: {json.dumps(case, separators=(',', ':'))}" for name, case in cases.items())

    path.write_text(
        f'{{\n "losses": {{\n{lines(losses)}\n }},\n'
        f' "problem": {json.dumps(problem)},\n "optimizers": {{\n{lines(optimizers)}\n }}\n}}\n'
    )
    print(f"{path.name}: {len(losses)} losses, {len(optimizers)} optimizers, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
