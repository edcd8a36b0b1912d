#!/usr/bin/python3
"""Writes pytorch.json: files of torch.save, in base64, with the tensors that PyTorch has in them.

Run with a Python that has torch (Debian: python3-torch).
"""
import base64
import io
import json
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(0)


def saved(value, **options):
    file = io.BytesIO()
    torch.save(value, file, **options)
    return base64.b64encode(file.getvalue()).decode()


def tensors(state):
    return {
        name: {"shape": list(t.shape), "integer": not t.dtype.is_floating_point, "values": t.double().flatten().tolist()}
        for name, t in state.items()
    }


network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))
network[1](torch.randn(5, 2, 3, 3))
state = network.state_dict()

numbers = torch.tensor([[0.0, 1.0, -2.5], [1 / 3, 100.0, -0.125]])
types = {
    "double": numbers.double(),
    "half": numbers.half(),
    "brain": numbers.bfloat16(),
    "long": torch.tensor([2**31 - 1, -(2**31), 7]),
    "int": torch.tensor([2**31 - 1, -(2**31)], dtype=torch.int32),
    "short": torch.tensor([-32768, 5], dtype=torch.int16),
    "char": torch.tensor([-128, 127, 3], dtype=torch.int8),
    "byte": torch.tensor([0, 255, 128], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
}

shared = torch.arange(24.0)
views = OrderedDict(
    scalar=torch.tensor(-1.5),
    empty=torch.zeros(0, 4),
    parameter=nn.Parameter(torch.ones(2)),
    whole=shared,
    again=shared,
    slice=shared[5:9],
    steps=shared[1::7],
    transposed=shared.reshape(4, 6).t(),
    permuted=shared.reshape(2, 3, 4).permute(1, 2, 0),
    channelsLast=torch.arange(24.0).reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
    oneRow=torch.as_strided(shared, (1, 4), (99, 1)),
    expanded=shared[:3].expand(2, 3),
    halfColumn=torch.arange(6.0).half().reshape(3, 2)[:, 1],
    longColumn=torch.arange(6).reshape(3, 2)[:, 1],
)

nested = {
    "encoder": {"layers": [{"weight": torch.tensor([1.0, 2.0])}, {"weight": torch.tensor([3.0])}], "name": "e"},
    7: (torch.tensor(4), None, True, 2**70, -5, 300, 0.5, "text", torch.Size([2, 3]), [], {}),
}
nestedTensors = {"encoder.layers.0.weight": torch.tensor([1.0, 2.0]), "encoder.layers.1.weight": torch.tensor([3.0]), "7.0": torch.tensor(4)}

optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
checkpoint = {"epoch": 3, "best": torch.tensor(0.5), "state_dict": state, "optimizer": optimizer.state_dict()}

read = {
    "a network's state dict": (saved(state), tensors(state)),
    "every type": (saved(types), tensors(types)),
    "views of storages": (saved(views), tensors(views)),
    "nested containers": (saved(nested), tensors(nestedTensors)),
    "a checkpoint": (saved(checkpoint), tensors(state)),
    "pickle protocol 4": (saved(state, pickle_protocol=4), tensors(state)),
}

script = io.BytesIO()
torch.jit.save(torch.jit.script(nn.Identity()), script)
refused = {
    "a module": saved(nn.Identity()),
    "a device": saved({"x": torch.ones(1), "device": torch.device("cpu")}),
    "a sparse tensor": saved({"x": torch.eye(2).to_sparse()}),
    "a tensor alone": saved(torch.ones(1)),
    "the older format": saved(state, _use_new_zipfile_serialization=False),
    "TorchScript": base64.b64encode(script.getvalue()).decode(),
}

golden = {"read": {name: {"file": file, "tensors": values} for name, (file, values) in read.items()}, "refused": refused}
Path(__file__).with_name("pytorch.json").write_text(json.dumps(golden, indent=1) + "\n")
