"""Writes a perceptron as PyTorch saves and exports it, a tensor as NumPy saves it, and PyTorch's outputs for it. Run: python3 make-perceptron.py"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

here = Path(__file__).parent
torch.manual_seed(0)
# The names are Gentle's: the linear layer is the second.
model = nn.Sequential(nn.Flatten(), nn.Linear(32, 3)).eval()
x = torch.randn(2, 2, 4, 4)
torch.save(model.state_dict(), here / 'perceptron.pth')
torch.onnx.export(model, x, str(here / 'perceptron.onnx'), dynamic_axes={'input': {0: 'batch'}}, input_names=['input'])
np.save(here / 'perceptron-input.npy', x.numpy())
(here / 'perceptron.json').write_text(json.dumps({'torch': torch.__version__, 'logits': model(x).tolist()}) + '\n')
