#!/usr/bin/python3
"""Writes pytorch.json: files of torch.save, in base64, with the tensors that PyTorch has in them.

Run with a Python that has torch (Debian: python3-torch).
"""
import argparse
import base64
import io
import json
import sys
import types as python_types
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy
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


# Objects beside the weights, of classes that whoever reads the file does not have.
foreign = python_types.ModuleType("foreign.config")
sys.modules["foreign"] = sys.modules["foreign.config"] = foreign
Config = type("Config", (dict,), {"__module__": "foreign.config"})
foreign.Config = Config
wrapped = nn.DataParallel(network).state_dict()
averages = {name: t * 2 for name, t in state.items()}
lightning = {
    "epoch": 4,
    "global_step": 100,
    "pytorch-lightning_version": "1.8.6",
    "state_dict": OrderedDict((f"model.{name}", t) for name, t in state.items()),
    "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.5), "dirpath": Path("/x")}},
    "optimizer_states": [optimizer.state_dict()],
    "lr_schedulers": [],
    "hyper_parameters": Config(lr=0.1, device=torch.device("cpu")),
    "seen": {1, 2},
    "best": numpy.float64(0.25),
    "rows": numpy.arange(3),
}
reference = {
    "model": state,
    "optimizer": optimizer.state_dict(),
    "lr_scheduler": {"milestones": defaultdict(int, {30: 1})},
    "epoch": 3,
    "args": argparse.Namespace(lr=0.1, data_path="/x"),
    "model_ema": OrderedDict([("n_averaged", torch.tensor(5)), *((f"module.{name}", t * 2) for name, t in state.items())]),
}
tuned = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Module())
tuned[1].register_buffer("kept", torch.ones(2))
tuned[1].register_buffer("left", torch.ones(2), persistent=False)
tuned[1].register_parameter("none", None)


def legacy(value):
    return saved(value, _use_new_zipfile_serialization=False)


more = {
    "a whole network": (saved(tuned), "", [], tensors(tuned.state_dict())),
    "a whole network in a checkpoint, its average missing": (saved({"model": network, "ema": None}), "model", [], tensors(state)),
    "Lightning": (saved(lightning), "state_dict", [], tensors(lightning["state_dict"])),
    "timm": (
        saved({"epoch": 1, "arch": "x", "state_dict": state, "state_dict_ema": averages, "args": argparse.Namespace(lr=0.1)}),
        "state_dict_ema",
        ["state_dict"],
        tensors(averages),
    ),
    "torchvision's references": (saved(reference), "model_ema", ["model"], tensors(reference["model_ema"])),
    "averages of some weights alone": (
        saved({"state_dict": state, "ema": {"decay": 0.9, "shadow_params": list(network.parameters())}}),
        "state_dict",
        ["ema"],
        tensors(state),
    ),
    "objects beside tensors": (
        saved({"x": torch.ones(1), "device": torch.device("cpu"), "dtype": torch.float16, "size": torch.Size([2])}),
        "",
        [],
        {"x": {"shape": [1], "integer": False, "values": [1.0]}},
    ),
    "the older format": (legacy(state), "", [], tensors(state)),
    "the older format, views of storages": (legacy(views), "", [], tensors(views)),
    "the older format, a checkpoint": (legacy({"arch": "x", "state_dict": wrapped}), "state_dict", [], tensors(wrapped)),
}

script, traced = io.BytesIO(), nn.Sequential(nn.Linear(1, 1))
torch.jit.save(torch.jit.script(traced), script)
refused = {
    "a sparse tensor": saved({"x": torch.eye(2).to_sparse()}),
    "a complex tensor": saved({"x": torch.ones(2, dtype=torch.complex64)}),
    "a quantised tensor": saved({"x": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}),
    "a list": saved([1, 2]),
    "a tensor alone": saved(torch.ones(1)),
    "an object": saved(argparse.Namespace(lr=0.1)),
    "TorchScript": base64.b64encode(script.getvalue()).decode(),
}

golden = {
    "read": {
        name: {"file": file, "tensors": values, "key": key, "others": others}
        for name, (file, key, others, values) in {
            **{name: (file, "state_dict" if name == "a checkpoint" else "", [], values) for name, (file, values) in read.items()},
            **more,
        }.items()
    },
    "refused": refused,
}
Path(__file__).with_name("pytorch.json").write_text(json.dumps(golden) + "\n")
