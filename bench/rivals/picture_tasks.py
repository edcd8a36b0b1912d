"""What ../picture-tasks.ts has, for PyTorch: the networks of the vision tasks, their losses and targets, and weights that depend on names."""

from collections import OrderedDict
from typing import Callable, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torchvision.ops import sigmoid_focal_loss

from workload import BasicBlock, random_values

CLASSES = 6


def named_values(model):
    """Gives each parameter the values of ../picture-tasks.ts's namedValues."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() < 2:
                parameter.fill_(0 if name.endswith("bias") else 1)
                continue
            bound = (3 * parameter.shape[0] / parameter.numel()) ** 0.5
            values, _ = random_values(parameter.numel(), hash_of(name))
            parameter.copy_(torch.tensor([bound * (2 * value - 1) for value in values]).reshape(parameter.shape))
    return model


def hash_of(name):
    """FNV-1a."""
    state = 0x811C9DC5
    for character in name.encode():
        state = (state ^ character) * 0x01000193 % 2**32
    return state


class Numbers:
    """The generator of random_values, one number at a time."""

    def __init__(self, state):
        self.state = state

    def __call__(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32


def convolution(channels, out_channels):
    return nn.Sequential(OrderedDict(
        conv=nn.Conv2d(channels, out_channels, 3, padding=1, bias=False), bn=nn.BatchNorm2d(out_channels), relu=nn.ReLU(),
    ))


def twice(channels, out_channels):
    return nn.Sequential(convolution(channels, out_channels), convolution(out_channels, out_channels))


class Level(nn.Module):
    """A level of U-Net: down, what is below, and up with both side by side."""

    def __init__(self, channels, out_channels, below):
        super().__init__()
        self.down = twice(channels, out_channels)
        self.join = nn.ModuleDict({"deeper": nn.Sequential(OrderedDict(
            pool=nn.MaxPool2d(2),
            level=unet_level(out_channels, 2 * out_channels, below - 1),
            grow=nn.Upsample(scale_factor=2),
            conv=convolution(2 * out_channels, out_channels),
        ))})
        self.up = twice(2 * out_channels, out_channels)

    def forward(self, x):
        x = self.down(x)
        return self.up(torch.cat([x, self.join["deeper"](x)], 1))


def unet_level(channels, out_channels, below):
    return Level(channels, out_channels, below) if below > 0 else twice(channels, out_channels)


def unet():
    return nn.Sequential(OrderedDict(net=unet_level(1, 16, 4), head=nn.Conv2d(16, CLASSES + 1, 1)))


class Trunk(nn.Module):
    """ResNet of 14 layers without its head: the maps of its three stages."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 24, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(24)
        self.layer1 = nn.Sequential(BasicBlock(24, 24), BasicBlock(24, 24))
        self.layer2 = nn.Sequential(BasicBlock(24, 48), BasicBlock(48, 48))
        self.layer3 = nn.Sequential(BasicBlock(48, 96), BasicBlock(96, 96))

    def forward(self, x):
        x = self.layer1(F.relu(self.bn1(self.conv1(x))))
        finer = self.layer2(x)
        return finer, self.layer3(finer)


def tower(channels):
    return nn.Sequential(*[
        nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.GroupNorm(8, channels), nn.ReLU()) for _ in range(2)
    ])


class Detector(nn.Module):
    """FCOS on a feature pyramid of three levels (Tian, Shen, Chen, He, 2019)."""

    def __init__(self, channels=48):
        super().__init__()
        self.backbone = Trunk()
        self.lateral0 = nn.Conv2d(48, channels, 1)
        self.lateral1 = nn.Conv2d(96, channels, 1)
        self.smooth0 = nn.Conv2d(channels, channels, 3, padding=1)
        self.smooth1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.smaller2 = nn.Sequential(nn.ReLU(), nn.Conv2d(channels, channels, 3, stride=2, padding=1))
        self.classTower = tower(channels)
        self.boxTower = tower(channels)
        self.classHead = nn.Conv2d(channels, CLASSES, 3, padding=1)
        self.boxHead = nn.Conv2d(channels, 4, 3, padding=1)
        self.centreHead = nn.Conv2d(channels, 1, 3, padding=1)
        self.scale0, self.scale1, self.scale2 = [nn.Parameter(torch.ones(1)) for _ in range(3)]

    def forward(self, x):
        fine, coarse = self.backbone(x)
        coarse = self.lateral1(coarse)
        fine = self.lateral0(fine) + F.interpolate(coarse, size=fine.shape[2:])
        coarse = self.smooth1(coarse)
        levels = [self.smooth0(fine), coarse, self.smaller2(coarse)]
        outputs = []
        for maps, scale in zip(levels, [self.scale0, self.scale1, self.scale2]):
            for_boxes = self.boxTower(maps)
            distances = torch.exp(self.boxHead(for_boxes) * scale)
            outputs.append(torch.cat([self.classHead(self.classTower(maps)), distances, self.centreHead(for_boxes)], 1).flatten(2))
        return torch.cat(outputs, 2)


class Localizer(nn.Module):
    """One trunk, two heads, and attention over the places."""

    def __init__(self, size, channels=128):
        super().__init__()
        self.backbone = Trunk()
        head = lambda: nn.Sequential(OrderedDict(
            conv=nn.Conv2d(96, channels, 3, padding=1, bias=False), bn=nn.BatchNorm2d(channels), relu=nn.ReLU(),
        ))
        self.where = head()
        self.what = head()
        self.attention = nn.Conv2d(channels, 1, 1)
        self.box = nn.Conv2d(channels, 4, 1)
        self.label = nn.Linear(2 * channels, CLASSES)
        side = size // 8
        middles = (torch.arange(side) + 0.5) / side
        x, y = middles.repeat(side), middles.repeat_interleave(side)
        self.register_buffer("places", torch.stack([x, y, x, y]).unsqueeze(0))

    def forward(self, x):
        _, seen = self.backbone(x)
        where = self.where(seen)
        what = self.what(seen).flatten(2)
        attention = torch.softmax(self.attention(where).flatten(2), -1)
        box = ((self.box(where).flatten(2) + self.places) * attention).sum(-1)
        features = torch.cat([what.max(-1).values, (what * attention).sum(-1)], 1)
        return torch.cat([self.label(features), box], 1)


def unet_targets(batch, size):
    values, _ = random_values(batch * size * size, 2)
    return torch.tensor([int(value * (CLASSES + 1)) for value in values]).reshape(batch, size, size)


def detector_targets(batch, size):
    """One place in twenty answers for an object."""
    places = sum((size // stride) ** 2 for stride in (4, 8, 16))
    following = Numbers(2)
    targets = torch.zeros(batch, 6, places)
    for target in targets:
        for place in range(places):
            kind = following() * 20 * CLASSES
            if kind >= CLASSES:
                target[0, place] = -1
                continue
            target[0, place] = int(kind)
            for row in range(1, 5):
                target[row, place] = 0.5 + 3 * following()
            target[5, place] = following()
    return targets


def localizer_targets(batch, _):
    following = Numbers(2)
    return torch.tensor([
        [int(following() * CLASSES), *[(0.1 if edge < 2 else 0.6) + 0.3 * following() for edge in range(4)]] for _ in range(batch)
    ])


def boxes_of(distances):
    """Distances [N, 4, places] to the edges, as boxes [N, places, 4] around the place."""
    return torch.cat([-distances[:, :2], distances[:, 2:]], 1).transpose(1, 2)


def giou_misses(a, b):
    """1 - generalised IoU of boxes [..., 4]. torchvision's generalized_box_iou_loss gives boxes with crossed edges, as a localizer's are at first, an area."""
    def area(low, high):
        return (high - low).clamp(min=0).prod(-1)

    low, high = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    shared = area(low, high)
    covered = area(a[..., :2], a[..., 2:]) + area(b[..., :2], b[..., 2:]) - shared
    around = area(torch.minimum(a[..., :2], b[..., :2]), torch.maximum(a[..., 2:], b[..., 2:]))
    return 1 - shared / covered.clamp(min=1e-12) + (around - covered) / around.clamp(min=1e-12)


def detector_loss(prediction, target):
    """FCOS's three parts, each a mean over places that answer for an object."""
    label, distances, centreness = target[:, :1], target[:, 1:5], target[:, 5]
    answering = (label >= 0).float()
    objects = answering.sum().clamp(min=1)
    numbers = torch.arange(CLASSES).reshape(1, CLASSES, 1)
    named = sigmoid_focal_loss(prediction[:, :CLASSES], (label == numbers).float(), reduction="sum")
    misses = giou_misses(boxes_of(prediction[:, CLASSES:CLASSES + 4]), boxes_of(distances))
    missed = (misses * centreness).sum() / centreness.sum().clamp(min=1e-3)
    uncentred = F.binary_cross_entropy_with_logits(prediction[:, CLASSES + 4], centreness, answering[:, 0], reduction="sum")
    return named / objects + missed + uncentred / objects


def localizer_loss(prediction, target):
    logits, box = prediction[:, :CLASSES], prediction[:, CLASSES:]
    label, truth = target[:, 0].long(), target[:, 1:]
    return (
        F.cross_entropy(logits, label)
        + 10 * F.smooth_l1_loss(box, truth, beta=0.01)
        + 2 * giou_misses(box, truth).mean()
    )


class Task(NamedTuple):
    network: Callable
    loss: Callable
    targets: Callable


TASKS = {
    "unet": Task(lambda size: unet(), F.cross_entropy, unet_targets),
    "detector": Task(lambda size: Detector(), detector_loss, detector_targets),
    "localizer": Task(Localizer, localizer_loss, localizer_targets),
}
