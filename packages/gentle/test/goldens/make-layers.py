#!/usr/bin/python3
"""Writes layers.json: what PyTorch's modules, in float64, give, with the gradients to input and parameters and the state after it.

Run with a Python that has torch (Debian: python3-torch). Inputs, parameters and output gradients are not stored: both sides draw them
from the generator of make-ops.py, seeded with the case's name.
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

cases = {}


def case(name, module, shape, training=False, symbols=None):
    """`symbols`: the input holds whole numbers below it, which have no gradient."""
    generator = make_ops.Generator(name)
    module = module.double().train(training)
    x = generator.tensor(shape, "signed")
    x = x.requires_grad_() if symbols is None else ((x + 2) * symbols / 4).long()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(generator.tensor(list(parameter.shape), "signed"))
        for buffer in module.buffers():
            if buffer.dim() > 0:
                buffer.copy_(generator.tensor(list(buffer.shape), "positive"))
    y = module(x)
    y.backward(generator.tensor(list(y.shape), "signed"))
    cases[name] = {
        "shape": shape,
        "training": training,
        **({} if symbols is None else {"symbols": symbols}),
        "outputShape": list(y.shape),
        "y": make_ops.numbers(y),
        "inputGradient": make_ops.numbers(x.grad if symbols is None else torch.zeros(x.shape)),
        "parameters": {key: {"shape": list(p.shape), "gradient": make_ops.numbers(p.grad)} for key, p in module.named_parameters()},
        "state": {key: make_ops.numbers(b) for key, b in module.named_buffers() if b.dim() > 0},
    }


def norms():
    for training in [True, False]:
        how = "training" if training else "prediction"
        case(f"batchNorm of features in {how}", nn.BatchNorm1d(3), [5, 3], training)
        case(f"batchNorm of images in {how}", nn.BatchNorm2d(3, eps=0.01, momentum=0.25), [3, 3, 2, 4], training)
        case(f"batchNorm without factors in {how}", nn.BatchNorm2d(2, affine=False), [2, 2, 3, 2], training)
    case("layerNorm of features", nn.LayerNorm(6), [4, 6])
    case("layerNorm of the last axis", nn.LayerNorm(4, eps=0.01), [2, 3, 4])
    case("layerNorm of whole images", nn.LayerNorm([2, 3, 4]), [3, 2, 3, 4])
    case("layerNorm without factors", nn.LayerNorm(5, elementwise_affine=False), [3, 5])
    case("groupNorm of images", nn.GroupNorm(2, 6), [2, 6, 3, 2])
    case("groupNorm of one group", nn.GroupNorm(1, 4, eps=0.01), [2, 4, 2, 2])
    case("groupNorm of features", nn.GroupNorm(3, 6, affine=False), [4, 6])
    case("localResponseNorm", nn.LocalResponseNorm(5), [2, 7, 2, 3])
    case("localResponseNorm of an even window", nn.LocalResponseNorm(4, alpha=0.5, beta=0.5, k=2), [2, 6, 2, 2])
    case("localResponseNorm of more channels than there are", nn.LocalResponseNorm(5, alpha=1), [2, 2, 3])


def pools():
    case("maxPool2d that rounds up", nn.MaxPool2d(3, 2, ceil_mode=True), [2, 2, 6, 8])
    case("maxPool2d that rounds up, with padding", nn.MaxPool2d(2, 2, 1, ceil_mode=True), [1, 2, 5, 4])
    case("avgPool2d that rounds up, with padding", nn.AvgPool2d(3, 2, 1, ceil_mode=True), [1, 2, 6, 5])
    case("avgPool2d that does not count padding", nn.AvgPool2d(3, 2, 1, count_include_pad=False), [1, 2, 5, 6])
    case("adaptiveAvgPool2d to one pixel", nn.AdaptiveAvgPool2d(1), [2, 3, 4, 5])
    case("adaptiveAvgPool2d to parts that overlap", nn.AdaptiveAvgPool2d((3, 2)), [2, 2, 7, 5])
    case("adaptiveAvgPool2d to more parts than pixels", nn.AdaptiveAvgPool2d((4, 3)), [1, 2, 3, 2])
    case("adaptiveMaxPool2d to parts that overlap", nn.AdaptiveMaxPool2d((3, 2)), [2, 2, 7, 5])
    case("adaptiveMaxPool2d to parts that tile", nn.AdaptiveMaxPool2d(2), [1, 2, 4, 6])


def convolutions():
    case("depthwiseConv2d", nn.Conv2d(3, 3, 3, padding=1, groups=3), [2, 3, 4, 5])
    case("depthwiseConv2d with a stride, without bias", nn.Conv2d(2, 2, (3, 2), stride=2, groups=2, bias=False), [1, 2, 5, 6])
    case("convTranspose2d", nn.ConvTranspose2d(2, 3, 3), [2, 2, 3, 4])
    case("convTranspose2d that doubles", nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1, output_padding=1), [1, 3, 3, 2])
    case("convTranspose2d in groups, dilated", nn.ConvTranspose2d(4, 6, 2, groups=2, dilation=2, bias=False), [1, 4, 3, 3])


def sequences():
    case("conv1d with a stride, padding and groups", nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), [2, 4, 9])
    case("conv1d, dilated, without bias", nn.Conv1d(2, 3, 2, dilation=3, bias=False), [1, 2, 8])
    case("maxPool1d", nn.MaxPool1d(3, 2, 1), [2, 2, 8])
    case("avgPool1d", nn.AvgPool1d(2), [2, 3, 7])


def resizes():
    case("upsample2d to the nearest", nn.Upsample(scale_factor=2), [2, 2, 2, 3])
    case("upsample2d bilinearly", nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), [1, 2, 3, 2])
    case("upsample2d with aligned corners", nn.Upsample(size=(5, 7), mode="bilinear", align_corners=True), [1, 2, 3, 4])
    case("upsample2d to a size, the nearest", nn.Upsample(size=(5, 4)), [1, 2, 3, 3])


def embeddings():
    case("embedding", nn.Embedding(7, 3), [2, 5], symbols=7)
    case("embedding of one symbol an example", nn.Embedding(3, 4), [6], symbols=3)


if __name__ == "__main__":
    for family in [norms, pools, convolutions, sequences, resizes, embeddings]:
        family()
    lines = [f" {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in cases.items()]
    path = here.with_name("layers.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
