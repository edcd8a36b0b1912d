#!/usr/bin/python3
"""Writes schedules.json: the learning rates that PyTorch's schedulers give, a number a step.

Run with a Python that has torch (Debian: python3-torch).
"""
import json
import warnings
from pathlib import Path

import torch
from torch.optim import lr_scheduler as schedulers

warnings.filterwarnings("ignore")
rates = {}
plateaus = {}


def case(name, make, rate=0.5, steps=20):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(float(f"{optimizer.param_groups[0]['lr']:.12g}"))
        optimizer.step()
        scheduler.step()
    rates[name] = values


def plateau(name, figures, rate=0.5, **options):
    """The rates of the epochs after the first, from a figure of each validation."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = schedulers.ReduceLROnPlateau(optimizer, eps=0, **options)
    values = []
    for figure in figures:
        scheduler.step(figure)
        values.append(float(f"{optimizer.param_groups[0]['lr']:.12g}"))
    plateaus[name] = {"figures": figures, "rates": values}


def warm(optimizer, steps, after):
    """So many steps of warm-up, then another schedule."""
    first = schedulers.LinearLR(optimizer, start_factor=1 / (steps + 1), total_iters=steps)
    return schedulers.SequentialLR(optimizer, [first, after(optimizer)], milestones=[steps])


if __name__ == "__main__":
    s = schedulers
    case("stepDecay", lambda o: s.StepLR(o, 6, gamma=0.5))
    case("multiStepDecay", lambda o: s.MultiStepLR(o, [3, 4, 11], gamma=0.25))
    case("exponentialDecay", lambda o: s.ExponentialLR(o, 0.875))
    case("polynomialDecay", lambda o: s.PolynomialLR(o, 20, power=0.9))
    case("cosineDecay", lambda o: s.CosineAnnealingLR(o, 20))
    case("cosineDecay with a floor", lambda o: s.CosineAnnealingLR(o, 20, eta_min=0.0625))
    case("cosineRestarts", lambda o: s.CosineAnnealingWarmRestarts(o, 6))
    case("cosineRestarts of growing periods", lambda o: s.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.0625))
    case("oneCycle", lambda o: s.OneCycleLR(o, 0.5, total_steps=20))
    case(
        "oneCycle of other shares",
        lambda o: s.OneCycleLR(o, 0.5, total_steps=20, pct_start=0.47, div_factor=8, final_div_factor=100),
    )
    case("multiStepDecay after a warm-up", lambda o: warm(o, 4, lambda o: s.MultiStepLR(o, [3, 9], gamma=0.25)))
    case("a schedule of one's own after a warm-up", lambda o: warm(o, 4, lambda o: s.LambdaLR(o, lambda step: 0.75**step)))

    losses = [2, 1, 1, 1.5, 0.99995, 0.5, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]
    plateau("with a patience of 2", losses, patience=2)
    plateau("with a cooldown and a floor", losses, factor=0.25, patience=1, cooldown=2, min_lr=0.0625)
    plateau("with a threshold, of an accuracy", [0.5, 0.52, 0.54, 0.6, 0.61, 0.62, 0.7], mode="max", patience=0, threshold=0.05)

    path = Path(__file__).with_name("schedules.json")

    def lines(cases):
        return ",\n".join(f"  {json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())

    path.write_text(f'{{\n "schedules": {{\n{lines(rates)}\n }},\n "plateaus": {{\n{lines(plateaus)}\n }}\n}}\n')
    print(f"{path.name}: {len(rates)} schedules, {len(plateaus)} plateaus, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
