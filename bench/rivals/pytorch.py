"""PyTorch's LeNet-5, by the protocol of ../protocol.ts; its data are those of ../workload.ts."""

import argparse
import json
import sys
import time

import torch
from torch import nn


def random_batch(batch):
    state = 1

    def following():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state / 2**32

    images = torch.tensor([following() for _ in range(batch * 28 * 28)]).reshape(batch, 1, 28, 28)
    labels = torch.tensor([int(following() * 10) for _ in range(batch)])
    return images, labels


parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--channels-last", action="store_true")
options = parser.parse_args()

torch.set_num_threads(options.threads)
memory_format = torch.channels_last if options.channels_last else torch.contiguous_format
model = nn.Sequential(
    nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
    nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
    nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
).to(memory_format=memory_format)
images, labels = random_batch(options.batch)
images = images.to(memory_format=memory_format)
cross_entropy = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, foreach=True)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def say(message):
    print(json.dumps(message), flush=True)


say({"ready": {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": sum(parameter.numel() for parameter in model.parameters()),
    "note": "native, eager, " + ("channels last" if options.channels_last else "its default layout"),
}})
for line in sys.stdin:
    milliseconds = float(line.split()[1])
    steps = 0
    begin = time.perf_counter()
    while steps == 0 or seconds * 1000 < milliseconds:
        loss = step()
        if loss != loss:
            sys.exit(f"the loss of step {steps + 1} is not a number")
        steps += 1
        seconds = time.perf_counter() - begin
    say({"steps": steps, "seconds": seconds, "work": steps * options.batch})
