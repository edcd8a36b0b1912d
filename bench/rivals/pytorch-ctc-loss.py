"""The loss of CTC and its gradient to the logits in PyTorch, by the protocol of ../protocol.ts; gentle-ctc-loss.ts has the same logits and targets."""

import torch
import torch.nn.functional as F

from protocol import parse_settings, serve

EXAMPLES, STEPS, SYMBOLS, LABELS = 32, 500, 29, 80

settings = parse_settings()
torch.set_num_threads(settings.threads)

size = EXAMPLES * STEPS * SYMBOLS
# Time comes first, as ctc_loss takes it: no transpose is timed.
logits = (3 * torch.sin(0.7 * torch.arange(size, dtype=torch.float64))).float()
logits = logits.reshape(EXAMPLES, STEPS, SYMBOLS).transpose(0, 1).contiguous().requires_grad_()
places = torch.arange(EXAMPLES * LABELS)
targets = (1 + places * places % (SYMBOLS - 1)).reshape(EXAMPLES, LABELS)
lengths = torch.full((EXAMPLES,), STEPS)
target_lengths = torch.full((EXAMPLES,), LABELS)


def step():
    logits.grad = None
    losses = F.ctc_loss(F.log_softmax(logits, 2), targets, lengths, target_lengths, reduction="none")
    loss = losses.mean()
    loss.backward()
    return loss.item()


first = step()
ready = {"version": torch.__version__, "threads": torch.get_num_threads(), "note": f"native, eager; loss {first:.3f}"}
serve(ready, EXAMPLES, step)
