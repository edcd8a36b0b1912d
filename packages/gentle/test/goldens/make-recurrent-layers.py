#!/usr/bin/python3
"""Writes recurrent-layers.json: what PyTorch's RNN, LSTM and GRU, in float64, give, with all gradients; and what is written here in PyTorch, by the papers'
equations, for what its modules do not have.

Run with a Python that has torch (Debian: python3-torch). Inputs, first states, parameters and output gradients are not stored: both sides draw them
from the generator of make-ops.py, seeded with the case's name and what is drawn. With lengths, sequences of PyTorch's modules are packed, so that PyTorch too
stops each one at its end.
"""
import importlib.util
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

here = Path(__file__)
specification = importlib.util.spec_from_file_location("make_ops", here.with_name("make-ops.py"))
make_ops = importlib.util.module_from_spec(specification)
specification.loader.exec_module(make_ops)

BATCH, STEPS, INPUTS, UNITS = 3, 5, 3, 2
cases = {}


def drawn(name, what, shape):
    return make_ops.Generator(f"{name}: {what}").tensor(shape, "signed")


def store(name, network, kind, lengths, count):
    """`count` first states of each kind are given; `network(x, first)` gives outputs and last states."""
    x = drawn(name, "x", [BATCH, STEPS, INPUTS]).requires_grad_()
    states = ["h", "c"] if kind == "lstm" else ["h"]
    first = [drawn(name, state, [count, BATCH, UNITS]).requires_grad_() for state in states] if count > 0 else []
    with torch.no_grad():
        for key, parameter in network.named_parameters():
            parameter.copy_(drawn(name, key, list(parameter.shape)))
    outputs, last = network(x, first)
    results = [outputs, *last]
    torch.autograd.backward(results, [drawn(name, f"slope {i}", list(y.shape)) for i, y in enumerate(results)])
    cases[name] = {
        "kind": kind,
        "given": count > 0,
        **({} if lengths is None else {"lengths": lengths}),
        "shape": list(outputs.shape),
        "outputs": make_ops.numbers(outputs),
        "last": [make_ops.numbers(state) for state in last],
        "inputGradient": make_ops.numbers(x.grad),
        "stateGradients": [make_ops.numbers(state.grad) for state in first],
        "parameters": {key: {"shape": list(p.shape), "gradient": make_ops.numbers(p.grad)} for key, p in network.named_parameters()},
        "state": {key: make_ops.numbers(b) for key, b in network.named_buffers()},
    }


class OfPyTorch(nn.Module):
    def __init__(self, kind, lengths, **options):
        super().__init__()
        made = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[kind](INPUTS, UNITS, batch_first=True, **options).double()
        object.__setattr__(self, "made", made)
        for key, parameter in made.named_parameters():
            self.register_parameter(key, parameter)
        self.lengths = lengths

    def forward(self, x, first):
        read = x if self.lengths is None else nn.utils.rnn.pack_padded_sequence(x, self.lengths, batch_first=True, enforce_sorted=False)
        outputs, last = self.made(read, None if not first else tuple(first) if len(first) == 2 else first[0])
        if self.lengths is not None:
            outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=STEPS)
        return outputs, list(last) if isinstance(last, tuple) else [last]


def case(name, kind, lengths=None, given=False, **options):
    count = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    store(name, OfPyTorch(kind, lengths, **options), kind, lengths, count if given else 0)


class Written(nn.Module):
    """One layer in one direction, step by step, each example by itself up to its length."""

    def __init__(self, kind, lengths, inputs=INPUTS, normalization=None, reset_after=True, learned=False, suffix="_l0"):
        super().__init__()
        self.kind, self.lengths, self.normalization, self.reset_after, self.suffix = kind, lengths, normalization, reset_after, suffix
        rows = {"rnn": 1, "lstm": 4, "gru": 3}[kind] * UNITS
        self.add("weight_ih", rows, inputs)
        self.add("weight_hh", rows, UNITS)
        if normalization is None:
            self.add("bias_ih", rows)
            self.add("bias_hh", rows)
        self.states = ["h", "c"] if kind == "lstm" else ["h"]
        if normalization == "batch":
            self.norm("norm", rows)
            part = self._modules[f"norm{suffix}"]
            part.register_buffer("running_mean", torch.zeros(rows, dtype=torch.float64))
            part.register_buffer("running_var", torch.ones(rows, dtype=torch.float64))
        if learned:
            for state in self.states:
                self.add(f"initial_{state}", UNITS)
        if normalization == "layer":
            sizes = {
                "rnn": {"norm": UNITS},
                "lstm": {"norm_ih": rows, "norm_hh": rows, "norm_c": UNITS},
                "gru": {"norm_ih": 2 * UNITS, "norm_hh": 2 * UNITS, "norm_hn": UNITS, "norm_in": UNITS},
            }[kind]
            for key, size in sizes.items():
                self.norm(key, size)

    def add(self, key, *shape):
        self.register_parameter(key + self.suffix, nn.Parameter(torch.zeros(shape, dtype=torch.float64)))

    def norm(self, key, size):
        part = nn.Module()
        part.register_parameter("weight", nn.Parameter(torch.zeros(size, dtype=torch.float64)))
        part.register_parameter("bias", nn.Parameter(torch.zeros(size, dtype=torch.float64)))
        self.add_module(key + self.suffix, part)

    def of(self, key):
        return getattr(self, key + self.suffix, None)

    def normed(self, key, x):
        """Layer norm, where there is one of this name."""
        part = self.of(key)
        return x if part is None or self.normalization == "batch" else F.layer_norm(x, x.shape[-1:], part.weight, part.bias)

    def step(self, a, state):
        h = state[0]
        weight, bias = self.of("weight_hh"), self.of("bias_hh")
        product = lambda h, rows: F.linear(h, weight[rows], None if bias is None else bias[rows])
        every = slice(None)
        if self.kind == "rnn":
            return [torch.tanh(self.normed("norm", a + product(h, every)))]
        if self.kind == "lstm":
            i, f, g, o = (self.normed("norm_ih", a) + self.normed("norm_hh", product(h, every))).chunk(4, -1)
            c = torch.sigmoid(f) * state[1] + torch.sigmoid(i) * torch.tanh(g)
            return [torch.sigmoid(o) * torch.tanh(self.normed("norm_c", c)), c]
        gates, new = slice(0, 2 * UNITS), slice(2 * UNITS, None)
        r, z = torch.sigmoid(self.normed("norm_ih", a[..., gates]) + self.normed("norm_hh", product(h, gates))).chunk(2, -1)
        recalled = r * self.normed("norm_hn", product(h, new)) if self.reset_after else self.normed("norm_hn", product(r * h, new))
        n = torch.tanh(self.normed("norm_in", a[..., new]) + recalled)
        return [(1 - z) * n + z * h]

    def forward(self, x, first):
        lengths = self.lengths or [STEPS] * BATCH
        present = torch.tensor([[t < length for t in range(STEPS)] for length in lengths])
        a = F.linear(x, self.of("weight_ih"), self.of("bias_ih"))
        if self.normalization == "batch":
            part, known = self.of("norm"), a[present]
            mean, variance = known.mean(0), known.var(0, unbiased=False)
            with torch.no_grad():
                part.running_mean.mul_(0.9).add_(0.1 * mean)
                part.running_var.mul_(0.9).add_(0.1 * known.var(0, unbiased=True))
            a = (a - mean) / torch.sqrt(variance + 1e-5) * part.weight + part.bias
        outputs, last = [], []
        for example, length in enumerate(lengths):
            begin = lambda i, key: first[i][0, example] if first else torch.zeros(UNITS, dtype=torch.float64)
            state = [self.of(f"initial_{key}") if self.of(f"initial_{key}") is not None else begin(i, key) for i, key in enumerate(self.states)]
            given = []
            for t in range(STEPS):
                if t < length:
                    state = self.step(a[example, t], state)
                given.append(state[0] if t < length else torch.zeros(UNITS, dtype=torch.float64))
            outputs.append(torch.stack(given))
            last.append(state)
        return torch.stack(outputs), [torch.stack([state[i] for state in last])[None] for i in range(len(self.states))]


class Residual(nn.Module):
    """Three LSTMs, of which the second and the third add what comes from below (GNMT, equation 6)."""

    def __init__(self):
        super().__init__()
        self.parts = [Written("lstm", None, INPUTS if i == 0 else UNITS, suffix=f"_l{i}") for i in range(3)]
        for part in self.parts:
            for key, parameter in part.named_parameters():
                self.register_parameter(key, parameter)

    def forward(self, x, first):
        last = []
        for i, part in enumerate(self.parts):
            outputs, state = part(x, first)
            x = outputs if i == 0 else outputs + x
            last.append(state)
        return x, [torch.cat([state[i] for state in last]) for i in range(2)]


for kind in ["rnn", "lstm", "gru"]:
    case(f"{kind}", kind)
    case(f"{kind} with lengths, of two layers in both directions", kind, [2, 5, 4], True, num_layers=2, bidirectional=True)
case("rnn with relu", "rnn", [5, 1, 3], nonlinearity="relu")
case("lstm without biases", "lstm", given=True, bias=False)
case("gru backwards, of one step at least", "gru", [1, 5, 2], bidirectional=True)
for kind in ["rnn", "lstm", "gru"]:
    store(f"{kind} with layer norm", Written(kind, None, normalization="layer"), kind, None, 1)
    store(f"{kind} with sequence-wise batch norm", Written(kind, [4, 1, 5], normalization="batch"), kind, [4, 1, 5], 0)
store("gru that resets before", Written("gru", [5, 2, 3], reset_after=False), "gru", [5, 2, 3], 1)
store("gru that resets before, with layer norm", Written("gru", None, normalization="layer", reset_after=False), "gru", None, 0)
store("lstm with a learned state", Written("lstm", [5, 2, 3], learned=True), "lstm", [5, 2, 3], 0)
store("lstm with residuals", Residual(), "lstm", None, 0)

lines = [f"{json.dumps(name)}: {json.dumps(golden, separators=(',', ':'))}" for name, golden in cases.items()]
here.with_name("recurrent-layers.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
