#!/usr/bin/python3
"""Writes attention.json: what PyTorch, in float64, gives for its multi-head attention and for additive attention written out, with all gradients.

Run with a Python that has torch (Debian: python3-torch). Inputs and parameters are not stored: both sides draw them from the generator of
make-ops.py, seeded with the case's name.
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

EXAMPLES, QUERIES, KEYS, UNITS = 3, 4, 5, 6
cases = {}


def padding(lengths):
    return torch.arange(KEYS)[None, :] >= torch.tensor(lengths)[:, None]


def store(name, module, inputs, outputs, weights, generator):
    loss = (outputs * generator.tensor(list(outputs.shape), "signed")).sum()
    loss = loss + (weights * generator.tensor(list(weights.shape), "signed")).sum()
    loss.backward()
    cases[name] = {
        "output": make_ops.numbers(outputs),
        "weights": make_ops.numbers(weights),
        "inputGradients": [make_ops.numbers(x.grad) for x in inputs],
        "parameterGradients": {key: make_ops.numbers(p.grad) for key, p in module.named_parameters()},
    }


def draw_parameters(module, generator):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.5 * generator.tensor(list(parameter.shape), "signed"))


def multi_head(name, heads, cross, lengths=None, causal=False, bias=True):
    generator = make_ops.Generator(name)
    module = nn.MultiheadAttention(UNITS, heads, bias=bias, batch_first=True).double()
    query = generator.tensor([EXAMPLES, QUERIES if cross else KEYS, UNITS], "signed").requires_grad_()
    inputs = [query] + ([generator.tensor([EXAMPLES, KEYS, UNITS], "signed").requires_grad_() for _ in range(2)] if cross else [])
    draw_parameters(module, generator)
    key, value = inputs[1:] if cross else (query, query)
    outputs, weights = module(
        query, key, value,
        key_padding_mask=None if lengths is None else padding(lengths),
        attn_mask=torch.ones(query.shape[1], KEYS).triu(1).bool() if causal else None,
        average_attn_weights=False,
    )
    store(name, module, inputs, outputs, weights, generator)


class Additive(nn.Module):
    """Bahdanau's attention, as its paper writes it."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(UNITS, 4, bias=False)
        self.key = nn.Linear(UNITS, 4)
        self.energy = nn.Linear(4, 1, bias=False)

    def forward(self, query, values, lengths):
        scores = self.energy(torch.tanh(self.query(query)[:, :, None, :] + self.key(values)[:, None, :, :])).squeeze(-1)
        if lengths is not None:
            scores = scores.masked_fill(padding(lengths)[:, None, :], -torch.inf)
        weights = torch.softmax(scores, -1)
        return weights @ values, weights


def additive(name, lengths=None):
    generator = make_ops.Generator(name)
    module = Additive().double()
    inputs = [generator.tensor([EXAMPLES, n, UNITS], "signed").requires_grad_() for n in (QUERIES, KEYS)]
    draw_parameters(module, generator)
    store(name, module, inputs, *module(*inputs, lengths), generator)


multi_head("self-attention of one head", 1, False)
multi_head("self-attention of three heads with lengths", 3, False, [2, 5, 1])
multi_head("causal self-attention with lengths", 2, False, [5, 3, 4], causal=True)
multi_head("cross-attention", 2, True)
multi_head("cross-attention with lengths, without bias", 3, True, [4, 1, 5], bias=False)
additive("additive attention")
additive("additive attention with lengths", [1, 5, 3])

lines = [f"{json.dumps(name)}: {json.dumps(golden, separators=(',', ':'))}" for name, golden in cases.items()]
here.with_name("attention.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
