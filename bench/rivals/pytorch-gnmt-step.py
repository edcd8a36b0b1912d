"""One step of GNMT's decoder in PyTorch, traced, by the protocol of ../protocol.ts; ../gnmt-step.ts says of what size."""

import math

import torch

from gnmt_network import Gnmt
from protocol import parse_settings, serve

UNITS, LAYERS, TOKENS, SENTENCES, BEAM, POSITIONS = 256, 2, 1000, 1, 4, 16

settings = parse_settings()
torch.set_num_threads(settings.threads)


class Step(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *operands):
        return self.model.step(*operands)


model = Gnmt(TOKENS, TOKENS, UNITS, LAYERS).eval()
with torch.inference_mode():
    for name, parameter in model.named_parameters():
        values = [0.1 * math.sin(0.7 * i + len(name)) for i in range(parameter.numel())]
        parameter.copy_(torch.tensor(values).reshape(parameter.shape))
    source = torch.arange(SENTENCES * POSITIONS).reshape(SENTENCES, POSITIONS) % TOKENS
    memory = model.encode(source, torch.full((SENTENCES,), POSITIONS))
    rows = SENTENCES * BEAM
    tokens, parents = torch.arange(rows).reshape(SENTENCES, BEAM), torch.arange(rows)
    zeros = torch.zeros(2 * LAYERS, rows, UNITS)
    step_of = Step(model).eval()
    if settings.traced:
        step_of = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(step_of, (tokens, parents, zeros, *memory))))
    first, _, _ = step_of(tokens, parents, zeros, *memory)

state = zeros


def step():
    global state
    with torch.inference_mode():
        likelihoods, _, state = step_of(tokens, parents, state, *memory)
        return likelihoods[0, 0].item()


ready = {
    "version": torch.__version__,
    "threads": torch.get_num_threads(),
    "parameters": sum(parameter.numel() for parameter in model.parameters()),
    "note": f"native, {'traced and frozen' if settings.traced else 'eager'}; first {first[0, 0].item():.4f}, {first[rows - 1, 7].item():.4f}",
}
serve(ready, rows, step)
