#!/usr/bin/python3
"""Writes ops.json: what PyTorch, in float64, gives for the ops and their gradients.

Run with a Python that has torch (Debian: python3-torch). The operands are not stored: both sides draw them from the same
linear congruential generator, seeded with the FNV-1a hash of the case's name.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F


def fnv1a(name):
    value = 0x811C9DC5
    for character in name:
        value = ((value ^ ord(character)) * 0x01000193) % 2**32
    return value


class Generator:
    """Knuth and Lewis' generator of Numerical Recipes, section 7.1; the upper 16 bits, so that float32 holds all values."""

    def __init__(self, name):
        self.state = fnv1a(name)

    def word(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state >> 16

    def value(self, kind):
        word = self.word()
        if kind == "signed":
            return word / 2**14 - 2
        if kind == "positive":
            return word / 2**15 + 0.25
        if kind == "tied":
            return word % 3 - 1
        raise ValueError(kind)

    def tensor(self, shape, kind):
        count = 1
        for n in shape:
            count *= n
        return torch.tensor([self.value(kind) for _ in range(count)], dtype=torch.float64).reshape(shape)


cases = {}


def case(name, shapes, function, kind="signed", differentiable=True):
    generator = Generator(name)
    operands = [generator.tensor(shape, kind) for shape in shapes]
    if differentiable:
        for x in operands:
            x.requires_grad_()
    y = function(*operands)
    entry = {"shapes": shapes, "kind": kind, "shape": list(y.shape), "y": numbers(y)}
    if differentiable:
        y.backward(generator.tensor(list(y.shape), "signed"))
        entry["gradients"] = [numbers(torch.zeros_like(x) if x.grad is None else x.grad) for x in operands]
    assert name not in cases
    cases[name] = entry


def numbers(x):
    return [short(float(value)) for value in x.detach().reshape(-1)]


def short(value):
    rounded = float(f"{value:.8g}")
    return int(rounded) if rounded == int(rounded) else rounded


def elementwise():
    shape = [3, 4]
    case("neg", [shape], torch.neg)
    case("exp", [shape], torch.exp)
    case("expm1", [shape], torch.expm1)
    case("log", [shape], torch.log, "positive")
    case("sqrt", [shape], torch.sqrt, "positive")
    case("abs", [shape], torch.abs)
    case("abs at 0", [shape], torch.abs, "tied")
    case("sign", [shape], torch.sign, "tied", False)
    case("tanh", [shape], torch.tanh)
    case("sin", [shape], lambda x: torch.sin(8 * x))
    case("cos", [shape], lambda x: torch.cos(8 * x))
    case("tan", [shape], torch.tan)
    case("asin", [shape], lambda x: torch.asin(x / 2))
    case("acos", [shape], lambda x: torch.acos(x / 2))
    case("atan", [shape], lambda x: torch.atan(4 * x))
    case("sinh", [shape], torch.sinh)
    case("cosh", [shape], torch.cosh)
    case("asinh", [shape], lambda x: torch.asinh(x**5))
    case("acosh", [shape], lambda x: torch.acosh(1 + x), "positive")
    case("atanh", [shape], lambda x: torch.atanh(x / 2))
    case("log1p", [shape], torch.log1p, "positive")
    case("floor", [shape], torch.floor)
    case("ceil", [shape], torch.ceil)
    case("round of halves", [shape], lambda x: torch.round(x * 1.5), "tied")
    case("trunc", [shape], torch.trunc)
    case("sigmoid", [shape], torch.sigmoid)
    case("softplus", [shape], F.softplus)
    case("erf", [shape], torch.erf)
    case("relu", [shape], F.relu)
    case("relu at 0", [shape], F.relu, "tied")
    case("step", [shape], lambda x: (x >= 0).double(), "tied", False)
    case("leakyRelu", [shape], lambda x: F.leaky_relu(x, 0.25))
    case("relu6", [shape], lambda x: F.relu6(4 * x))
    case("relu6 at 0 and 6", [shape], lambda x: F.relu6(6 * x), "tied")
    case("clip", [shape], lambda x: torch.clamp(x, -0.5, 1))
    case("clip at its limits", [shape], lambda x: torch.clamp(x, -1, 0), "tied")
    case("elu", [shape], lambda x: F.elu(x, 1.5))
    case("gelu", [shape], F.gelu)
    case("silu", [shape], F.silu)
    case("softmax", [shape], lambda x: F.softmax(x, -1))
    case("softmax over axis 0", [[3, 2, 2]], lambda x: F.softmax(x, 0))
    case("logSoftmax", [shape], lambda x: F.log_softmax(x, -1))
    case("logSoftmax over axis 1", [[2, 3, 2]], lambda x: F.log_softmax(x, 1))
    case("add", [shape, [4]], torch.add)
    case("sub", [[3, 1], [2, 1, 4]], torch.sub)
    case("mul", [shape, shape], torch.mul)
    case("mul by a scalar", [[], shape], torch.mul)
    case("div", [shape, [3, 1]], torch.div, "positive")
    case("pow", [shape, [4]], torch.pow, "positive")
    case("pow to 3", [shape], lambda x: x**3)
    case("pow to 0 at 0", [shape], lambda x: x**0, "tied")
    case("maximum", [shape, [4]], torch.maximum)
    case("maximum of ties", [shape, shape], torch.maximum, "tied")
    case("minimum", [shape, [4]], torch.minimum)
    case("minimum of ties", [shape, shape], torch.minimum, "tied")
    for name in ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"]:
        short_name = {"equal": "eq", "notEqual": "ne", "less": "lt", "lessEqual": "le", "greater": "gt", "greaterEqual": "ge"}
        compare = getattr(torch, short_name[name])
        case(name, [shape, [4]], lambda a, b, compare=compare: compare(a, b).double(), "tied", False)
    case("where", [shape, shape, [4]], lambda c, a, b: torch.where(c > 0, a, b))


def reductions():
    shape = [2, 3, 4]
    case("sum", [shape], torch.sum)
    case("sum over axes 0 and -1", [shape], lambda x: x.sum((0, -1)))
    case("mean", [shape], torch.mean)
    case("mean over axis 1, kept", [shape], lambda x: x.mean(1, keepdim=True))
    case("max", [shape], torch.amax)
    case("max over axes 0 and 2", [shape], lambda x: x.amax((0, 2)))
    case("max of ties", [shape], lambda x: x.amax(1), "tied")
    case("min over axis -1, kept", [shape], lambda x: x.amin(-1, keepdim=True))
    case("min of ties", [shape], lambda x: x.amin(2), "tied")
    case("argmax", [shape], lambda x: x.argmax(-1), "signed", False)
    case("argmax over axis 0 of ties", [[4, 3]], lambda x: first_largest(x), "tied", False)


def first_largest(x):
    """torch.argmax promises no order among ties."""
    return torch.tensor([[float(v) for v in column].index(float(column.max())) for column in x.T])


def products():
    case("prod", [[2, 3]], torch.prod)
    case("prod over axis 1 of odd size", [[2, 5, 3]], lambda x: x.prod(1))
    case("prod of zeros", [[6, 3]], lambda x: x.prod(1), "tied")
    case("prod of zeros over axes 0 and 2, kept", [[2, 4, 2]], lambda x: x.prod(0, True).prod(2, True), "tied")
    case("argmin", [[3, 5]], lambda x: x.argmin(-1), "signed", False)
    case("argmin over axis 0 of ties", [[5, 3]], lambda x: first_largest(-x), "tied", False)


def structure():
    case("reshape", [[2, 6]], lambda x: x.reshape(3, -1))
    case("transpose", [[2, 3, 4]], lambda x: x.permute(2, 0, 1))
    case("transpose, reversed", [[2, 3, 4]], lambda x: x.permute(2, 1, 0))
    case("broadcastTo", [[3, 1]], lambda x: x.expand(2, 3, 4))
    case("concat", [[2, 1, 2], [2, 3, 2]], lambda a, b: torch.cat([a, b], -2))
    case("slice", [[3, 4, 2]], lambda x: x[1:3, :3, 1:2])
    case("pad", [[2, 3]], lambda x: F.pad(x, (1, 2, 0, 1), value=0.5))
    case("gather of rows", [[4, 3]], lambda x: x[torch.tensor([2, 0, 2])])
    case("gather along axis 1 by a matrix", [[2, 4, 2]], lambda x: x[:, torch.tensor([[3, 1], [0, 3]])])
    case("oneHot", [], lambda: F.one_hot(torch.tensor([[2, 0], [1, 2]]), 4).double(), differentiable=False)


def matmuls():
    case("matmul", [[3, 4], [4, 5]], torch.matmul)
    case("matmul with a transposed", [[4, 3], [4, 5]], lambda a, b: a.T @ b)
    case("matmul with b transposed", [[3, 4], [5, 4]], lambda a, b: a @ b.T)
    case("matmul with both transposed", [[4, 3], [5, 4]], lambda a, b: a.T @ b.T)
    case("matmul of batches", [[2, 2, 3], [2, 3, 4]], torch.matmul)
    case("matmul of batches that broadcast", [[2, 1, 2, 3], [3, 4, 3]], lambda a, b: a @ b.transpose(-1, -2))
    case("matmul of a batch with a matrix", [[2, 3, 4], [4, 2]], torch.matmul)


def convolutions():
    def convolution(name, x, w, **options):
        case("conv2d " + name, [x, w], lambda x, w: F.conv2d(x, w, **options))

    convolution("plain", [2, 2, 4, 5], [3, 2, 3, 2])
    convolution("5 x 5 with padding 2", [1, 1, 6, 6], [2, 1, 5, 5], padding=2)
    convolution("1 x 1", [2, 3, 3, 2], [4, 3, 1, 1])
    convolution("1 x 1 with stride 2", [1, 3, 4, 5], [2, 3, 1, 1], stride=2)
    convolution("kernel as large as the image", [3, 2, 3, 4], [5, 2, 3, 4])
    convolution("stride [1, 2]", [2, 2, 4, 6], [2, 2, 2, 3], stride=(1, 2))
    convolution("stride [3, 2] that leaves a rest", [2, 1, 7, 6], [2, 1, 2, 3], stride=(3, 2))
    convolution("stride larger than the kernel", [1, 2, 7, 7], [2, 2, 2, 2], stride=3)
    convolution("padding [0, 2]", [1, 2, 4, 3], [2, 2, 3, 3], padding=(0, 2))
    convolution("padding as large as the kernel", [1, 1, 3, 3], [1, 1, 2, 2], padding=2)
    convolution("stride 2, padding 1", [2, 3, 5, 5], [2, 3, 3, 3], stride=2, padding=1)
    convolution("dilation 2", [1, 2, 6, 5], [2, 2, 3, 2], dilation=2)
    convolution("dilation [2, 1], stride [1, 2], padding [1, 0]", [1, 2, 6, 5], [2, 2, 3, 2], dilation=(2, 1), stride=(1, 2), padding=(1, 0))
    convolution("2 groups", [2, 4, 4, 3], [6, 2, 2, 2], groups=2)
    convolution("depthwise", [2, 3, 4, 4], [3, 1, 3, 3], groups=3, padding=1)
    convolution("depthwise, twice the channels, stride 2", [1, 2, 5, 5], [4, 1, 3, 3], groups=2, stride=2)


def pools():
    shape = [2, 2, 5, 6]
    case("maxPool2d", [shape], lambda x: F.max_pool2d(x, 2))
    case("maxPool2d with overlap and padding", [shape], lambda x: F.max_pool2d(x, 3, 2, 1))
    case("maxPool2d [1, 2] with stride [2, 3]", [shape], lambda x: F.max_pool2d(x, (1, 2), (2, 3)))
    case("maxPool2d of ties", [shape], lambda x: F.max_pool2d(x, 3, 1), "tied")
    case("avgPool2d", [shape], lambda x: F.avg_pool2d(x, 2))
    case("avgPool2d with overlap and padding", [shape], lambda x: F.avg_pool2d(x, 3, 2, 1))
    case("avgPool2d [3, 2] with stride [1, 3]", [shape], lambda x: F.avg_pool2d(x, (3, 2), (1, 3), (1, 0)))
    even = [2, 1, 4, 6]
    case("maxPool2d that rounds up", [even], lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True))
    case("maxPool2d that rounds up with padding", [shape], lambda x: F.max_pool2d(x, 2, 3, 1, ceil_mode=True))
    case("maxPool2d whose only window is cut", [[1, 2, 2, 3]], lambda x: F.max_pool2d(x, (3, 4), 4, ceil_mode=True))
    case("avgPool2d that rounds up", [even], lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True))
    case("avgPool2d that rounds up with padding", [[1, 2, 6, 5]], lambda x: F.avg_pool2d(x, (3, 2), 2, 1, ceil_mode=True))
    case("avgPool2d without padding in the mean", [shape], lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False))
    case("avgPool2d that rounds up, without padding in the mean", [even], lambda x: F.avg_pool2d(x, 3, 2, 1, True, False))
    case("globalAvgPool2d", [[2, 3, 3, 2]], lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1))


def uneven_pools():
    pads = (2, 1, 0, 1)

    def mean(x, size, stride, count):
        padded = F.pad(x, pads)
        inside = F.pad(torch.ones_like(x), pads, value=1.0 if count else 0.0)
        return F.avg_pool2d(padded, size, stride) / F.avg_pool2d(inside, size, stride)

    def dilated_mean(x, count):
        w = torch.ones(x.shape[1], 1, 3, 2, dtype=torch.float64)
        convolve = lambda x: F.conv2d(F.pad(x, (1, 1, 2, 2)), w, stride=(1, 2), dilation=(2, 1), groups=x.shape[1])
        return convolve(x) / (convolve(torch.ones_like(x)) if count else 6)

    def rounded_up(x):
        w = torch.ones(1, 1, 2, 2, dtype=torch.float64)
        convolve = lambda x: F.conv2d(F.pad(x, (0, 0, 0, 1)), w, stride=2, dilation=2)
        return convolve(F.pad(x, (1, 1, 1, 1))) / convolve(F.pad(torch.ones_like(x), (1, 1, 1, 1), value=1.0))

    case("avgPool2d dilation 2 that rounds up", [[2, 1, 6, 5]], rounded_up)
    case("maxPool2d dilation [2, 3], padding 1", [[2, 2, 8, 9]], lambda x: F.max_pool2d(x, 3, 2, 1, (2, 3)))
    case("maxPool2d dilation 2 that rounds up", [[1, 2, 7, 8]], lambda x: F.max_pool2d(x, 2, 3, 1, 2, True))
    case("maxPool2d uneven padding", [[1, 2, 5, 6]], lambda x: F.max_pool2d(F.pad(x, pads, value=-torch.inf), 3, 2))
    case("maxPool2d padding over half the window", [[1, 1, 4, 4]], lambda x: F.max_pool2d(F.pad(x, (2, 2, 2, 2), value=-torch.inf), 3, 1))
    case("avgPool2d uneven padding", [[1, 2, 6, 5]], lambda x: mean(x, 3, 2, True))
    case("avgPool2d uneven padding that does not count", [[1, 2, 6, 5]], lambda x: mean(x, 3, 2, False))
    case("avgPool2d dilation [2, 1], padding [2, 1]", [[1, 2, 6, 5]], lambda x: dilated_mean(x, False))
    case("avgPool2d dilation [2, 1], padding that does not count", [[1, 2, 6, 5]], lambda x: dilated_mean(x, True))


def resizes():
    def to(name, shape, **options):
        case("upsample2d " + name, [shape], lambda x: F.interpolate(x, **options))

    to("nearest", [2, 2, 2, 3], scale_factor=(3, 2))
    to("nearest to a size", [1, 2, 3, 4], size=(5, 6))
    to("nearest to fewer pixels", [1, 2, 7, 5], size=(3, 4))
    to("bilinear", [1, 2, 3, 4], scale_factor=2, mode="bilinear", align_corners=False)
    to("bilinear to a size", [1, 2, 3, 4], size=(5, 7), mode="bilinear", align_corners=False)
    to("bilinear to fewer pixels", [1, 2, 7, 6], size=(3, 2), mode="bilinear", align_corners=False)
    to("bilinear of one column", [1, 2, 3, 1], size=(4, 3), mode="bilinear", align_corners=False)
    to("bilinear with aligned corners", [1, 2, 3, 4], size=(5, 7), mode="bilinear", align_corners=True)
    to("bilinear to fewer pixels, with aligned corners", [1, 2, 6, 4], size=(3, 1), mode="bilinear", align_corners=True)
    for name, shape, size in [
        ("to one pixel", [2, 3, 4, 5], (1, 1)),
        ("of parts that tile", [2, 2, 4, 6], (2, 3)),
        ("of parts at one distance that overlap", [2, 1, 7, 5], (3, 2)),
        ("of parts that overlap", [1, 2, 5, 7], (3, 4)),
        ("to more parts than pixels", [1, 2, 3, 2], (5, 3)),
        ("of large parts", [1, 1, 10, 18], (1, 2)),
    ]:
        case("adaptiveAvgPool2d " + name, [shape], lambda x, size=size: F.adaptive_avg_pool2d(x, size))
        case("adaptiveMaxPool2d " + name, [shape], lambda x, size=size: F.adaptive_max_pool2d(x, size))
    case("adaptiveMaxPool2d of ties", [[1, 2, 5, 7]], lambda x: F.adaptive_max_pool2d(x, (3, 2)), "tied")


def transposed_convolutions():
    def transposed(name, x, w, **options):
        case("convTranspose2d " + name, [x, w], lambda x, w: F.conv_transpose2d(x, w, **options))

    transposed("plain", [2, 2, 3, 4], [2, 3, 3, 2])
    transposed("that doubles", [1, 3, 3, 2], [3, 2, 3, 3], stride=2, padding=1, output_padding=1)
    transposed("stride [3, 1], padding [0, 1]", [1, 2, 2, 4], [2, 1, 2, 3], stride=(3, 1), padding=(0, 1), output_padding=(2, 0))
    transposed("2 groups, dilation 2", [1, 4, 3, 3], [4, 3, 2, 2], groups=2, dilation=2)
    transposed("output padding of a stride", [1, 1, 3, 3], [1, 2, 2, 3], dilation=3, padding=1, output_padding=(2, 1))


def volumes():
    def convolved(name, x, w, uneven=None, **options):
        case("conv3d " + name, [x, w], lambda x, w: F.conv3d(F.pad(x, uneven) if uneven else x, w, **options))

    convolved("plain", [2, 2, 3, 3, 3], [2, 2, 2, 2, 2])
    convolved("stride [2, 1, 2], padding [1, 0, 2]", [1, 2, 3, 3, 4], [2, 2, 2, 3, 2], stride=(2, 1, 2), padding=(1, 0, 2))
    convolved("dilation [2, 1, 2], 2 groups", [1, 4, 4, 2, 3], [2, 2, 2, 2, 2], dilation=(2, 1, 2), groups=2)
    convolved("uneven padding", [1, 1, 3, 2, 3], [2, 1, 2, 2, 3], (2, 1, 0, 1, 1, 0), stride=2)
    case("maxPool3d", [[1, 2, 2, 4, 4]], lambda x: F.max_pool3d(x, 2))
    case("maxPool3d of ties, with overlap and padding", [[1, 2, 3, 4, 4]], lambda x: F.max_pool3d(x, 3, 2, 1), "tied")
    case("maxPool3d dilation [1, 2, 3]", [[1, 1, 3, 5, 5]], lambda x: F.max_pool3d(x, 2, (1, 2, 1), 0, (1, 2, 3)))
    case("maxPool3d that rounds up", [[1, 1, 3, 4, 5]], lambda x: F.max_pool3d(x, 2, 2, 1, 1, True))
    case("avgPool3d", [[1, 2, 2, 4, 4]], lambda x: F.avg_pool3d(x, 2))
    case("avgPool3d that rounds up, with padding", [[1, 1, 3, 4, 5]], lambda x: F.avg_pool3d(x, 3, 2, 1, True))
    case("avgPool3d without padding in the mean", [[1, 1, 3, 4, 5]], lambda x: F.avg_pool3d(x, (2, 3, 3), 2, (1, 0, 1), False, False))
    for name, x, w, options in [
        ("plain", [2, 2, 4], [2, 3, 3], {}),
        ("that doubles", [1, 3, 4], [3, 2, 3], {"stride": 2, "padding": 1, "output_padding": 1}),
        ("2 groups, dilation 2", [1, 4, 3], [4, 3, 2], {"groups": 2, "dilation": 2}),
    ]:
        case("convTranspose1d " + name, [x, w], lambda x, w, options=options: F.conv_transpose1d(x, w, **options))
    for name, x, w, options in [
        ("plain", [1, 2, 2, 2, 2], [2, 2, 2, 2, 3], {}),
        ("that doubles", [1, 2, 2, 2, 2], [2, 1, 3, 3, 3], {"stride": 2, "padding": 1, "output_padding": 1}),
        ("2 groups, output padding", [1, 2, 2, 3, 2], [2, 2, 2, 2, 1], {"groups": 2, "dilation": (3, 1, 1), "stride": (2, 1, 3), "output_padding": (2, 0, 1)}),
    ]:
        case("convTranspose3d " + name, [x, w], lambda x, w, options=options: F.conv_transpose3d(x, w, **options))
    case("resizeByWeights over the last axis", [[2, 3, 4], [4, 5]], torch.matmul)
    case("resizeByWeights over axis 1", [[2, 3, 4], [3, 2]], lambda x, w: torch.einsum("abc,bd->adc", x, w))


def norms():
    case("layerNorm of the last axis", [[3, 5], [5], [5]], lambda x, g, b: F.layer_norm(x, [5], g, b))
    case("layerNorm of the last two, epsilon 0.1", [[2, 3, 4], [3, 4]], lambda x, g: F.layer_norm(x, [3, 4], g, eps=0.1))
    case("layerNorm of a middle axis", [[2, 4, 3]], lambda x: F.layer_norm(x.transpose(1, 2), [4]).transpose(1, 2))
    case("groupNorm", [[2, 6, 2, 3], [6], [6]], lambda x, g, b: F.group_norm(x, 3, g, b))
    case("groupNorm of one group, epsilon 0.1", [[3, 4]], lambda x: F.group_norm(x, 1, eps=0.1))
    case("localResponseNorm", [[2, 7, 2, 2]], lambda x: F.local_response_norm(x, 5))
    case("localResponseNorm of 4, with other numbers", [[1, 6, 3]], lambda x: F.local_response_norm(x, 4, 0.5, 0.25, 2.0))
    case("localResponseNorm of more channels than there are", [[2, 2, 3]], lambda x: F.local_response_norm(x, 5, 1.0))


def slices():
    case("slice in strides", [[5, 6]], lambda x: x[1:5:3, 0:6:2])
    case("flip over axis 1", [[2, 3, 2]], lambda x: x.flip(1))
    case("slices that overlap", [[5, 2]], lambda x: x[0:3] * x[1:4] + x[2:5])
    case("split into sizes, multiplied", [[2, 5]], lambda x: torch.split(x, [2, 1, 2], 1)[0] * torch.split(x, [2, 1, 2], 1)[2])
    case("stack along axis 1", [[2, 3], [2, 3]], lambda a, b: torch.stack([a, b], 1))


def orders():
    case("cumsum over axis 1", [[2, 4, 3]], lambda x: x.cumsum(1))
    case("cumsum from the end", [[3, 4]], lambda x: x.flip(1).cumsum(1).flip(1))
    case("logSumExp over axes 0 and 2, kept", [[2, 3, 4]], lambda x: x.logsumexp((0, 2), keepdim=True))
    case("sort over axis 0", [[5, 3]], lambda x: x.sort(0).values)
    case("argsort, descending, of ties", [[3, 7]], lambda x: torch.sort(x, stable=True, dim=-1, descending=True).indices, "tied", False)
    case("topK", [[3, 6]], lambda x: x.topk(3).values)
    case("takeAlongAxis over axis 1", [[2, 4, 2]], lambda x: x.gather(1, torch.tensor([3, 1, 0, 3, 2, 2, 1, 1]).reshape(2, 2, 2)))


def einsums():
    for equation, shapes in [
        ("bij,bjk->bik", [[2, 3, 4], [2, 4, 2]]),
        ("ij,jk", [[2, 3], [3, 4]]),
        ("kij,kj->ki", [[3, 2, 4], [3, 4]]),
        ("bhqd,bhkd->bhqk", [[2, 2, 3, 4], [2, 2, 5, 4]]),
        ("btij,ijo->bto", [[2, 3, 2, 2], [2, 2, 4]]),
        ("ij,j,k->ki", [[2, 3], [3], [2]]),
        ("iji->ji", [[3, 2, 3]]),
        ("ii", [[4, 4]]),
        ("ab,ab->", [[2, 3], [2, 3]]),
        ("a,b->ba", [[2], [3]]),
        ("ijk->kj", [[2, 3, 4]]),
        ("ba", [[2, 3]]),
    ]:
        case("einsum " + equation, shapes, lambda *x, equation=equation: torch.einsum(equation, *x))


def sequences():
    for name, w, options in [
        ("plain", [4, 3, 3], {}),
        ("stride 2, padding 1", [2, 3, 2], {"stride": 2, "padding": 1}),
        ("dilation 2, 3 groups", [6, 1, 3], {"dilation": 2, "groups": 3}),
    ]:
        case("conv1d " + name, [[2, 3, 9], w], lambda x, w, options=options: F.conv1d(x, w, **options))
    case("maxPool1d", [[2, 3, 8]], lambda x: F.max_pool1d(x, 2))
    case("maxPool1d with overlap and padding, rounded up", [[2, 2, 8]], lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True))
    case("avgPool1d", [[2, 3, 9]], lambda x: F.avg_pool1d(x, 3))
    case("avgPool1d without padding in the mean", [[1, 2, 8]], lambda x: F.avg_pool1d(x, 3, 2, 1, True, False))
    case("globalAvgPool1d", [[2, 3, 5]], lambda x: x.mean(2))


if __name__ == "__main__":
    families = [elementwise, reductions, products, structure, matmuls, convolutions, pools, uneven_pools, resizes, transposed_convolutions, volumes, norms]
    for family in [*families, slices, orders, einsums, sequences]:
        family()
    lines = [f" {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in cases.items()]
    path = Path(__file__).with_name("ops.json")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes, PyTorch {torch.__version__}")
