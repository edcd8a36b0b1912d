"""PyTorch trains, by the protocol of ../protocol.ts."""

import torch
from torch import nn

from protocol import parse_settings, serve
from workload import TRAINED, random_batch, torchvision_network

settings = parse_settings()
torch.set_num_threads(settings.threads)
memory_format = torch.channels_last if settings.channels_last else torch.contiguous_format
if settings.size is None:
    make, shape = TRAINED[settings.network]
    model = make()
    images, labels = random_batch(settings.batch, shape)
else:
    model = torchvision_network(settings.network)
    images, labels = random_batch(settings.batch, (3, settings.size, settings.size), classes=1000)
model = model.to(memory_format=memory_format)
images = images.to(memory_format=memory_format)
if settings.traced:
    model = torch.jit.trace(model, images)
cross_entropy = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, foreach=True)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": sum(parameter.numel() for parameter in model.parameters()),
    "note": f"native, {'traced' if settings.traced else 'eager'}, {'channels last' if settings.channels_last else 'its default layout'}",
}
serve(ready, settings.batch, step)
