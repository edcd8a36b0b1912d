#!/usr/bin/python3
"""Writes torchvision.json: the names and shapes of the weights of torchvision's networks, and what the networks, in float64, give: logits
in prediction and in training, the loss, and of parameters' gradients their norms and four entries.

Run with a Python that has torchvision (Debian: python3-torchvision). Weights and images are not stored: drawn-weights.ts draws them, too.
"""
import hashlib
import json
from pathlib import Path

import numpy
import torch
import torchvision

here = Path(__file__)
classes = 10
# Gradients of more entries are left out, for the test's sake.
largest = 2**25
heads = {"aux1": 0.3, "aux2": 0.3}


def hash_name(name):
    """FNV-1a."""
    state = 0x811C9DC5
    for character in name:
        state = ((state ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    return state


def drawn(name, shape, low, high):
    """Uniform numbers in [low, high): a counter that starts at the name's hash, mixed as MurmurHash3 ends."""
    count = int(numpy.prod(shape))
    words = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9) + numpy.uint32(hash_name(name))
    words ^= words >> numpy.uint32(16)
    words *= numpy.uint32(0x85EBCA6B)
    words ^= words >> numpy.uint32(13)
    words *= numpy.uint32(0xC2B2AE35)
    words ^= words >> numpy.uint32(16)
    uniform = (words >> numpy.uint32(8)).astype(numpy.float64) / 2**24
    return torch.from_numpy((low + (high - low) * uniform).astype(numpy.float32).reshape(shape)).double()


def drawn_weight(name, shape):
    if name.endswith("running_var"):
        return drawn(name, shape, 0.5, 1.5)
    if name.endswith(("running_mean", "bias")):
        return drawn(name, shape, -0.1, 0.1)
    if len(shape) == 1:
        return drawn(name, shape, 0.75, 1.25)
    bound = numpy.sqrt(6 / numpy.prod(shape[1:]))
    return drawn(name, shape, -bound, bound)


def put_off_bends(model):
    """Scales and shifts normalised values so that every fourth channel is off, the others on, and hardly any value near the bend of ReLU:
    there float32 and float64 may fall on different sides, and gradients part."""
    for key, module in model.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            shape = [module.num_features]
            off = torch.arange(module.num_features) % 4 == 1
            shift = drawn(f"{key}.bias", shape, 0.9, 1.1)
            module.weight.copy_(drawn(f"{key}.weight", shape, 0.2, 0.3))
            module.bias.copy_(torch.where(off, -shift, shift))


def build(name, **options):
    if name.startswith(("vgg", "googlenet")):
        options["init_weights"] = False
    return getattr(torchvision.models, name)(**options)


def weights(model):
    return {key: value for key, value in model.state_dict().items() if not key.endswith("num_batches_tracked")}


def names(name):
    model = build(name)
    lines = sorted(f"{key} {list(map(int, value.shape))}" for key, value in weights(model).items())
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    }


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def sampled(gradient):
    """The norm, and the entries in the middle of each quarter."""
    flat = gradient.flatten()
    entries = [flat[(2 * quarter + 1) * len(flat) // 8] for quarter in range(4)]
    return numbers(torch.stack([flat.norm(), *entries]))


def case(name, size, batch):
    model = build(name, num_classes=classes).double()
    with torch.no_grad():
        for key, value in weights(model).items():
            value.copy_(drawn_weight(key, value.shape))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0
    images = drawn("images", [batch, 3, size, size], -2, 2)
    labels = torch.arange(batch) * 3 % classes
    with torch.no_grad():
        predicted = model.eval()(images[:2])
        put_off_bends(model)
    outputs = model.train()(images)
    logits = outputs if torch.is_tensor(outputs) else outputs.logits
    auxiliary = {} if torch.is_tensor(outputs) else {"aux1": outputs.aux_logits1, "aux2": outputs.aux_logits2}
    entropy = torch.nn.functional.cross_entropy
    loss = entropy(logits, labels) + sum(heads[key] * entropy(output, labels) for key, output in auxiliary.items())
    loss.backward()
    print(name, predicted.abs().max().item(), logits.abs().max().item(), loss.item())
    return {
        "size": size,
        "batch": batch,
        "predicted": numbers(predicted),
        "trained": numbers(logits),
        "loss": loss.item(),
        "gradients": {key: sampled(p.grad) for key, p in model.named_parameters() if p.numel() < largest},
    }


if __name__ == "__main__":
    everything = [f"vgg{depth}{norm}" for depth in [11, 13, 16, 19] for norm in ["", "_bn"]]
    everything += [f"resnet{depth}" for depth in [18, 34, 50, 101, 152]] + ["alexnet", "googlenet", "mobilenet_v2"]
    computed = {"alexnet": [64, 2], "vgg11": [32, 2], "vgg16_bn": [64, 4], "googlenet": [48, 4]}
    computed |= {"resnet18": [64, 4], "resnet50": [64, 4], "mobilenet_v2": [64, 4]}
    content = {
        "source": f"PyTorch {torch.__version__}, torchvision {torchvision.__version__}",
        "names": {name: names(name) for name in everything},
        "cases": {name: case(name, *shape) for name, shape in computed.items()},
    }
    path = here.with_name("torchvision.json")
    path.write_text(json.dumps(content, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"') + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
