#!/usr/bin/python3
"""Writes recurrent-layers.json: what PyTorch's RNN, LSTM and GRU, in float64, give, with all gradients.

Run with a Python that has torch (Debian: python3-torch). Inputs, first states, parameters and output gradients are not stored: both sides draw them
from the generator of make-ops.py, seeded with the case's name. With lengths, sequences are packed, so that PyTorch too stops each one at its end.
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

BATCH, STEPS, INPUTS, UNITS = 3, 5, 3, 2
cases = {}


def case(name, kind, lengths=None, given=False, **options):
    """`given`: with a first state."""
    generator = make_ops.Generator(name)
    network = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](INPUTS, UNITS, batch_first=True, **options).double()
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    x = generator.tensor([BATCH, STEPS, INPUTS], "signed").requires_grad_()
    first = [generator.tensor([count, BATCH, UNITS], "signed").requires_grad_() for _ in range(2 if kind == "lstm" else 1)] if given else []
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(generator.tensor(list(parameter.shape), "signed"))
    read = x if lengths is None else nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, last = network(read, (tuple(first) if kind == "lstm" else first[0]) if given else None)
    if lengths is not None:
        outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=STEPS)
    last = list(last) if kind == "lstm" else [last]
    results = [outputs, *last]
    torch.autograd.backward(results, [generator.tensor(list(y.shape), "signed") for y in results])
    cases[name] = {
        "kind": kind,
        "given": given,
        **({} if lengths is None else {"lengths": lengths}),
        "shape": list(outputs.shape),
        "outputs": make_ops.numbers(outputs),
        "last": [make_ops.numbers(state) for state in last],
        "inputGradient": make_ops.numbers(x.grad),
        "stateGradients": [make_ops.numbers(state.grad) for state in first],
        "parameters": {key: {"shape": list(p.shape), "gradient": make_ops.numbers(p.grad)} for key, p in network.named_parameters()},
    }


for kind in ["rnn", "lstm", "gru"]:
    case(f"{kind}", kind)
    case(f"{kind} with lengths, of two layers in both directions", kind, [2, 5, 4], True, num_layers=2, bidirectional=True)
case("rnn with relu", "rnn", [5, 1, 3], nonlinearity="relu")
case("lstm without biases", "lstm", given=True, bias=False)
case("gru backwards, of one step at least", "gru", [1, 5, 2], bidirectional=True)

lines = [f"{json.dumps(name)}: {json.dumps(golden, separators=(',', ':'))}" for name, golden in cases.items()]
here.with_name("recurrent-layers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
