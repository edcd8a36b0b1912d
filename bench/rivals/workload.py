"""What ../workload.ts has, for PyTorch: the same data, and the networks."""

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 10


def random_values(count, state=1):
    """So many numbers of the generator of ../workload.ts, from 0 to 1, and its state after them."""
    values = []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**32)
    return values, state


def random_batch(batch, shape, classes=CLASSES):
    count = batch * torch.Size(shape).numel()
    images, state = random_values(count)
    labels, _ = random_values(batch, state)
    return torch.tensor(images).reshape(batch, *shape), torch.tensor([int(value * classes) for value in labels])


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(),
        nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, CLASSES),
    )


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions beside a shortcut without parameters: He et al., 2015, section 4.2, option A."""

    def __init__(self, channels, out_channels):
        super().__init__()
        stride = out_channels // channels
        self.conv1 = nn.Conv2d(channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.stride = stride
        self.missing = out_channels - channels

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.stride > 1:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.missing))
        return F.relu(y + x)


def resnet20():
    """torchvision has no ResNet for CIFAR's images: He et al., 2015, section 4.2, with n = 3."""
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        *[BasicBlock(channels, following) for channels, following in zip(widths, widths[1:])],
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, CLASSES),
    )


def resnet18():
    """torchvision's, with the stem that is usual for CIFAR's images: one 3 x 3 convolution and no pooling."""
    from torchvision.models import resnet18 as resnet18_for_imagenet

    model = resnet18_for_imagenet(num_classes=CLASSES)
    model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    model.maxpool = nn.Identity()
    return model


# By name, with the shape of one image.
TRAINED = {"lenet5": (lenet5, (1, 28, 28)), "resnet20": (resnet20, (3, 32, 32)), "resnet18": (resnet18, (3, 32, 32))}

IMAGE = (3, 224, 224)


def torchvision_network(name):
    """One of torchvision's networks, to train from nothing; GoogLeNet without its two classifiers on the way."""
    import torchvision

    return getattr(torchvision.models, name)(**({"aux_logits": False, "init_weights": False} if name == "googlenet" else {}))


def inference_network(name):
    """torchvision's network, ready to predict. The weights are random, and all layers' outputs of a size as if it were trained."""
    import torchvision

    options = {"aux_logits": False, "init_weights": False} if name == "googlenet" else {}
    torch.manual_seed(1)
    model = getattr(torchvision.models, name)(**options)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
            module.momentum = 1  # the running statistics become those of the next batch
    with torch.no_grad():
        model.train()(torch.rand(2, *IMAGE))
    return model.eval()
