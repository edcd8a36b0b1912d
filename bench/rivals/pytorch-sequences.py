"""PyTorch trains recurrent layers, and takes the loss of CTC, by the protocol of ../protocol.ts: the works of ../sequence-work.ts."""

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



def ctc(settings):
    """The loss and its gradient to logits of 500 steps and 29 symbols, targets of 80: labels are never the blank."""
    steps, symbols, labels = 500, 29, 80
    count = settings.batch * steps * symbols
    values = torch.sin(torch.arange(count, dtype=torch.float64)).float()
    logits = values.reshape(settings.batch, steps, symbols).requires_grad_()
    targets = 1 + torch.arange(settings.batch * labels).reshape(settings.batch, labels) * 7 % (symbols - 1)
    lengths = torch.full((settings.batch,), steps, dtype=torch.int64)
    target_lengths = torch.full((settings.batch,), labels, dtype=torch.int64)

    def loss_of(x):
        time_first = torch.log_softmax(x, 2).transpose(0, 1)
        return nn.functional.ctc_loss(time_first, targets, lengths, target_lengths, reduction="sum")

    loss_of = torch.jit.trace(loss_of, logits) if settings.traced else loss_of

    def step():
        logits.grad = None
        loss = loss_of(logits)
        loss.backward()
        return loss.item()

    return step, 0


def recurrent(settings):
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

    return step, sum(parameter.numel() for parameter in parameters)


settings = parse_settings()
torch.set_num_threads(settings.threads)
step, parameters = (ctc if settings.network == "ctc" else recurrent)(settings)
ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": parameters,
    "note": f"native, {'traced' if settings.traced else 'eager'}",
}
serve(ready, settings.batch, step)
