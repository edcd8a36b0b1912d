"""PyTorch trains, by the protocol of ../protocol.ts."""

import torch
from torch import nn

from protocol import parse_settings, serve
from picture_tasks import TASKS, named_values
from workload import TRAINED, random_batch, torchvision_network

settings = parse_settings()
torch.set_num_threads(settings.threads)
memory_format = torch.channels_last if settings.channels_last else torch.contiguous_format
loss_of, rate = nn.CrossEntropyLoss(), 0.01
if settings.size is None:
    make, shape = TRAINED[settings.network]
    model = make()
    images, targets = random_batch(settings.batch, shape)
elif settings.network in TASKS:
    task = TASKS[settings.network]
    model, loss_of, rate = named_values(task.network(settings.size)), task.loss, 0.001
    images, _ = random_batch(settings.batch, (1, settings.size, settings.size))
    targets = task.targets(settings.batch, settings.size)
else:
    model = torchvision_network(settings.network)
    images, targets = random_batch(settings.batch, (3, settings.size, settings.size), classes=1000)
model = model.to(memory_format=memory_format)
images = images.to(memory_format=memory_format)
if settings.traced:
    model = torch.jit.trace(model, images)
optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, foreach=True)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(model(images), targets)
    loss.backward()
    optimizer.step()
    return loss.item()


ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": sum(parameter.numel() for parameter in model.parameters()),
    "note": f"native, {'traced' if settings.traced else 'eager'}, {'channels last' if settings.channels_last else 'its default layout'}",
}
if settings.network in TASKS:
    ready["loss"] = step()
serve(ready, settings.batch, step)
