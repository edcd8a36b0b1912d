#!/usr/bin/python3
"""Writes recurrent-checkpoint.json: a file of torch.save, in base64, of a network of two GRUs in both directions, an LSTM and a linear layer, and what it gives for two
sequences.

Run with a Python that has torch (Debian: python3-torch).
"""
import base64
import io
import json
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(5)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(2, 3, num_layers=2, bidirectional=True, batch_first=True)
        self.lstm = nn.LSTM(6, 3, batch_first=True)
        self.linear = nn.Linear(3, 2)

    def forward(self, x):
        outputs, _ = self.gru(x)
        _, (h, _) = self.lstm(outputs)
        return self.linear(h[-1])


network = Network()
x = torch.randn(2, 4, 2)
file = io.BytesIO()
torch.save(network.state_dict(), file)
golden = {
    "x": [round(value, 6) for value in x.reshape(-1).tolist()],
    "y": [float(f"{value:.7g}") for value in network(x).reshape(-1).tolist()],
    "file": base64.b64encode(file.getvalue()).decode(),
}
Path(__file__).with_name("recurrent-checkpoint.json").write_text(json.dumps(golden) + "\n")
