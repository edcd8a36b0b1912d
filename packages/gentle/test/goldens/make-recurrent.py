#!/usr/bin/python3
"""Writes recurrent.json: what PyTorch's LSTM and plain recurrent network, in float64, give over T steps, with all gradients.

Run with a Python that has torch (Debian: python3-torch). Inputs and parameters are not stored: both sides draw them from the generator of
make-ops.py, seeded with the case's name. With lengths, sequences are packed, so that PyTorch too stops each one at its end. Of long
sequences every 16th number is kept.
"""
import importlib.util
import json
from pathlib import Path

import torch
from torch import nn

here = Path(__file__)
specification = importlib.util.spec_from_file_location("make_ops", here.with_name("make-ops.py"))
make_ops = importlib.util.module_from_spec(specification)
specification.loader.exec_module(make_ops)

INPUTS, UNITS, BATCH = 3, 4, 3
cases = {}


def case(kind, steps, lengths):
    name = f"{kind} of {steps} steps{'' if lengths is None else ' with lengths'}"
    generator = make_ops.Generator(name)
    network = {"LSTM": nn.LSTM, "RNN": nn.RNN}[kind](INPUTS, UNITS).double()
    x = generator.tensor([steps, BATCH, INPUTS], "signed").requires_grad_()
    first = [generator.tensor([1, BATCH, UNITS], "signed").requires_grad_() for _ in range(2 if kind == "LSTM" else 1)]
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(0.5 * generator.tensor(list(parameter.shape), "signed"))
    read = x if lengths is None else nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    outputs, last = network(read, tuple(first) if kind == "LSTM" else first[0])
    if lengths is not None:
        outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, total_length=steps)
    last = list(last) if kind == "LSTM" else [last]
    loss = (outputs * outputs).sum() + sum(h.sum() for h in last)
    loss.backward()
    every = 16 if steps > 7 else 1
    cases[name] = {
        "kind": kind,
        "steps": steps,
        **({} if lengths is None else {"lengths": lengths}),
        "loss": loss.item(),
        "last": [make_ops.numbers(h) for h in last],
        "every": every,
        "outputs": make_ops.numbers(outputs.reshape(-1)[::every]),
        "inputGradient": make_ops.numbers(x.grad.reshape(-1)[::every]),
        "stateGradients": [make_ops.numbers(h.grad) for h in first],
        "parameterGradients": {key: make_ops.numbers(p.grad) for key, p in network.named_parameters()},
    }


for kind in ["RNN", "LSTM"]:
    for steps in [1, 2, 7, 64]:
        case(kind, steps, None)
        case(kind, steps, [max(1, steps // 2), steps, max(1, steps - 3)])

lines = [f"{json.dumps(name)}: {json.dumps(golden, separators=(',', ':'))}" for name, golden in cases.items()]
here.with_name("recurrent.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
