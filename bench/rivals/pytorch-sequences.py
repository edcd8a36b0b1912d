"""PyTorch trains recurrent layers, by the protocol of ../protocol.ts: the works of ../sequence-work.ts."""

import torch
from torch import nn

from protocol import parse_settings, serve

LEARNING_RATE = 1e-6

# Module, inputs of a step, steps of time.
WORKS = {
    "lstm-128": (lambda: nn.LSTM(128, 128, batch_first=True), 128, 100),
    "lstm-512": (lambda: nn.LSTM(512, 512, batch_first=True), 512, 100),
    "gru-256": (lambda: nn.GRU(256, 256, 3, batch_first=True, bidirectional=True), 256, 200),
}

settings = parse_settings()
torch.set_num_threads(settings.threads)
make, inputs, steps = WORKS[settings.network]
model = make()
count = settings.batch * steps * inputs
x = torch.sin(torch.arange(count, dtype=torch.float64)).float().reshape(settings.batch, steps, inputs)
parameters = list(model.parameters())
if settings.traced:
    model = torch.jit.trace(model, x)
optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE, foreach=True)


def step():
    optimizer.zero_grad(set_to_none=True)
    outputs = model(x)[0]
    loss = (outputs * outputs).sum()
    loss.backward()
    optimizer.step()
    return loss.item()


ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": sum(parameter.numel() for parameter in parameters),
    "note": f"native, {'traced' if settings.traced else 'eager'}",
}
serve(ready, settings.batch, step)
