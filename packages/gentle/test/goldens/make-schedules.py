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


def case(name, make, rate=0.5, steps=20):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for _ in range(steps):
        values.append(float(f"{optimizer.param_groups[0]['lr']:.12g}"))
        optimizer.step()
        scheduler.step()
    rates[name] = values


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

    path = Path(__file__).with_name("schedules.json")
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in rates.items())
    path.write_text(f"{{\n{lines}\n}}\n")
    print(f"{path.name}: {len(rates)} schedules, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
