"""torchvision reads a folder of photographs by Pillow: a step is a pass over all."""

import pathlib

import PIL
import torch
import torchvision
from torchvision import transforms
from torchvision.datasets import ImageFolder

from protocol import parse_settings, serve

settings = parse_settings()
torch.set_num_threads(1)
folder = str(pathlib.Path(__file__).parent.parent / "cache" / "photographs")
prepare = transforms.Compose(
    [
        transforms.RandomResizedCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)
dataset = ImageFolder(folder, prepare)
loader = torch.utils.data.DataLoader(
    dataset, batch_size=settings.batch, num_workers=settings.threads, persistent_workers=True
)


def step():
    return sum(float(images[0, 0, 0, 0]) for images, _ in loader)


step()
serve(
    {
        "version": f"{torchvision.__version__}, Pillow {PIL.__version__}",
        "threads": settings.threads,
        "note": f"DataLoader, {settings.threads} workers, {len(dataset)} pictures a pass",
    },
    len(dataset),
    step,
)
