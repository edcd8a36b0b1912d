"""PyTorch predicts with torchvision's networks, by the protocol of ../protocol.ts."""

import torch

from protocol import parse_settings, serve
from workload import IMAGE, inference_network, random_batch

settings = parse_settings()
torch.set_num_threads(settings.threads)
memory_format = torch.channels_last if settings.channels_last else torch.contiguous_format
model = inference_network(settings.network).to(memory_format=memory_format)
images, _ = random_batch(settings.batch, IMAGE)
images = images.to(memory_format=memory_format)

if settings.traced:
    # Freezing folds batch norms into convolutions; optimize_for_inference also lets oneDNN keep its own layouts between them.
    with torch.inference_mode():
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))


def step():
    with torch.inference_mode():
        return model(images)[0, 0].item()


ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "note": f"native, {'traced and frozen' if settings.traced else 'eager'}, {'channels last' if settings.channels_last else 'its default layout'}",
}
serve(ready, settings.batch, step)
