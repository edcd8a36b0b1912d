#!/usr/bin/python3
"""Writes checkpoints.json: files of torch.save, in base64, as trainings leave them, each of a network of two linear layers (5 inputs, 4 within, 3
classes), and what that network gives for one example.

Run with a Python that has torch (Debian: python3-torch).
"""
import argparse
import base64
import io
import json
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(3)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(5, 4)
        self.fc2 = nn.Linear(4, 3)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(x)))


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return base64.b64encode(file.getvalue()).decode()


def under(prefix, state):
    return OrderedDict((prefix + name, t) for name, t in state.items())


network = Network()
state = network.state_dict()
average = {name: t + 1 for name, t in state.items()}
x = torch.linspace(-1, 1, 5)
half = {name: t.half() for name, t in state.items()}

normed = Network()
normed.load_state_dict(state)
nn.utils.weight_norm(normed.fc1)
nn.utils.weight_norm(normed.fc2, dim=None)
since2 = OrderedDict(
    (name.replace("weight_g", "parametrizations.weight.original0").replace("weight_v", "parametrizations.weight.original1"), t)
    for name, t in normed.state_dict().items()
)
part = OrderedDict((name.replace("fc1.", "fc1.module."), t) for name, t in state.items())
compiled = under("_orig_mod.", state)
lightning = {
    "epoch": 1,
    "state_dict": {**under("model.", state), "loss.weight": torch.ones(3)},
    "hyper_parameters": argparse.Namespace(lr=0.1),
    "optimizer_states": [torch.optim.Adam(network.parameters()).state_dict()],
}

files = {
    "DataParallel": saved(under("module.", state)),
    "DataParallel of a part": saved(part),
    "torch.compile": saved(compiled),
    "torch.compile within DataParallel": saved(under("module.", compiled)),
    "a network named net": saved(under("net.", state)),
    "a network within two others": saved(under("model.backbone.", state)),
    "Lightning": saved(lightning),
    "Lightning with torch.compile": saved({"state_dict": under("model._orig_mod.", state)}),
    "a network saved as a whole": saved(nn.DataParallel(nn.Sequential(OrderedDict(fc1=network.fc1, fc2=network.fc2)))),
    "the older format": saved({"state_dict": under("module.", state)}, _use_new_zipfile_serialization=False),
    "weight_norm": saved(normed.state_dict()),
    "weight_norm of PyTorch 2": saved(since2),
}
golden = {
    "x": x.tolist(),
    "y": network(x).tolist(),
    "files": files,
    "half": saved(half),
    "brain": saved({name: t.bfloat16() for name, t in state.items()}),
    "average": saved({"state_dict": state, "state_dict_ema": under("module.", average)}),
    "two": saved({**under("student.", state), **under("teacher.", average)}),
    "named": saved({"state_dict": state, "class_to_idx": {"dog": 0, "fox": 2, "cat": 1}, "epoch": 3}),
    "transposed": saved({**state, "fc1.weight": state["fc1.weight"].t().contiguous()}),
    "other names": saved({"embed.dense.weight": state["fc1.weight"], "embed.dense.bias": state["fc1.bias"], "head.weight": state["fc2.weight"]}),
}
Path(__file__).with_name("checkpoints.json").write_text(json.dumps(golden) + "\n")
