"""Losses of LeNet-5 in PyTorch at each of 100 steps of SGD with momentum, from weights and batches of a generator that
lenet5.test.ts has too. Run with a Python that has PyTorch: python3 make-lenet5.py, beside this file."""
import json
import pathlib

import numpy
import torch

state = 1


def uniform(count):
    """Numbers in [0, 1): x <- 1664525 x + 1013904223 modulo 2^32 (Numerical Recipes)."""
    global state
    numbers = numpy.empty(count)
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        numbers[i] = state / 2**32
    return numbers


def weights(*shape):
    fan_in = int(numpy.prod(shape[1:]))
    return ((2 * uniform(int(numpy.prod(shape))) - 1) / numpy.sqrt(fan_in)).astype(numpy.float32).reshape(shape)


shapes = [(6, 1, 5, 5), (16, 6, 5, 5), (120, 16, 5, 5), (84, 120), (10, 84)]
parameters = []
for shape in shapes:
    parameters.append(torch.tensor(weights(*shape), requires_grad=True))
    parameters.append(torch.zeros(shape[0], requires_grad=True))

# Four batches; a picture is its class's pattern of 4 x 4 fields and as much noise.
fields = uniform(10 * 16).reshape(10, 4, 4)
patterns = fields.repeat(7, axis=1).repeat(7, axis=2).reshape(10, 784)
batches = []
for _ in range(4):
    labels = numpy.floor(uniform(64) * 10).astype(numpy.int64)
    noise = uniform(64 * 784).reshape(64, 784)
    images = ((patterns[labels] + noise) / 2).astype(numpy.float32).reshape(64, 1, 28, 28)
    batches.append((torch.tensor(images), torch.tensor(labels)))

optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9)
losses = []
for step in range(100):
    x, labels = batches[step % 4]
    w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = parameters
    h = torch.nn.functional.avg_pool2d(torch.tanh(torch.nn.functional.conv2d(x, w1, b1, padding=2)), 2)
    h = torch.nn.functional.avg_pool2d(torch.tanh(torch.nn.functional.conv2d(h, w2, b2)), 2)
    h = torch.tanh(torch.nn.functional.conv2d(h, w3, b3)).flatten(1)
    h = torch.tanh(torch.nn.functional.linear(h, w4, b4))
    loss = torch.nn.functional.cross_entropy(torch.nn.functional.linear(h, w5, b5), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

golden = {"source": f"PyTorch {torch.__version__}", "losses": losses}
pathlib.Path(__file__).with_name("lenet5.json").write_text(json.dumps(golden) + "\n")
print(losses[0], losses[49], losses[99])
