"""Writes onnx.json: small networks as torch.onnx.export writes them, base64, with an input and the output that PyTorch computes."""
import base64
import io
import json
import pathlib
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings('ignore')
torch.manual_seed(7)


class Residual(nn.Module):
    """Batch norm folded by the exporter, a shortcut, pooling that rounds up, `view` with sizes of the input, a linear layer."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 3 * 3, 5)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.conv2(x) + x)
        x = F.max_pool2d(x, 3, stride=2, ceil_mode=True)
        return self.fc(x.view(x.size(0), -1))


class Branches(nn.Module):
    """Concatenation, means with and without padding, log softmax."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(2, 4, 1)
        self.b = nn.Conv2d(2, 6, (1, 3), padding=(0, 1))

    def forward(self, x):
        x = torch.cat([torch.tanh(self.a(x)), F.leaky_relu(self.b(x), 0.2)], 1)
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = F.avg_pool2d(x, 2, padding=1)
        return F.log_softmax(x.mean([2, 3]), 1)


class Mobile(nn.Module):
    """A depthwise convolution, ReLU6, dilation, global pooling, dropout, flatten."""

    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=4)
        self.point = nn.Conv2d(4, 6, 1)
        self.fc = nn.Sequential(nn.Dropout(0.2), nn.Linear(6, 3), nn.Softmax(1))

    def forward(self, x):
        x = F.relu6(self.depthwise(x) * 8)
        return self.fc(F.adaptive_avg_pool2d(F.hardtanh(self.point(x)), 1).flatten(1))


class Decoder(nn.Module):
    """Transposed convolution, upsampling, sigmoid, padding, ELU, arithmetic with numbers, slices."""

    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, bias=True)
        self.out = nn.Conv2d(4, 2, 3)

    def forward(self, x):
        x = F.elu(self.up(x))
        x = F.interpolate(x, scale_factor=2, mode='nearest')
        x = F.interpolate(x, size=(18, 14), mode='bilinear', align_corners=False)
        x = F.pad(x, (1, 0, 2, 1))
        return torch.sigmoid(2 * self.out(x)[:, :, 1:-1] - 0.5)


class Attention(nn.Module):
    """Products of three axes, transposes, splits, layer norm, softmax."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.qkv = nn.Linear(8, 24)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).chunk(3, -1)
        weights = torch.softmax(q @ k.transpose(1, 2) / 8**0.5, -1)
        return (weights @ v).reshape(x.shape[0], -1)


def case(name, module, shape, **options):
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.uniform_(-0.5, 0.5)
            norm.running_var.uniform_(0.5, 2)
    module.eval()
    x = torch.randn(2, *shape)
    y = module(x)
    file = io.BytesIO()
    dynamic = {'input': {0: 'batch'}}
    torch.onnx.export(
        module, x, file, input_names=['input'], output_names=['output'], dynamic_axes=dynamic, **options
    )
    return {
        'name': name,
        'shape': list(shape),
        'file': base64.b64encode(file.getvalue()).decode(),
        'input': [round(v, 6) for v in x.flatten().tolist()],
        'output': y.detach().flatten().tolist(),
        'outputShape': list(y.shape[1:]),
    }


cases = [
    case('a residual network', Residual(), (3, 13, 13), opset_version=13),
    case(
        'the same with batch norm as a node',
        Residual(),
        (3, 13, 13),
        opset_version=11,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
    ),
    case('branches', Branches(), (2, 7, 9), opset_version=12),
    case('a mobile network', Mobile(), (4, 6, 5), opset_version=11),
    case('a decoder', Decoder(), (3, 5, 4), opset_version=13),
    case('attention', Attention(), (5, 8), opset_version=14),
]
path = pathlib.Path(__file__).with_name('onnx.json')
path.write_text(json.dumps(cases) + '\n')
print(path.stat().st_size)
