"""`gnmt.py FOLDER`: trains GNMT in PyTorch on the batches that ../gnmt-training.ts trained on, with its rates, and translates its test sentences.

FOLDER has settings.json, batches.jsonl, a line a step, and sources.json; translations.json is written there.
"""

import json
import pathlib
import sys
import time

import torch
from torch import nn

from gnmt_network import Gnmt

IGNORED = -100


def padded(rows, value=0):
    length = max(map(len, rows))
    return torch.tensor([row + [value] * (length - len(row)) for row in rows])


def lengths_of(rows):
    return torch.tensor([len(row) for row in rows])


def train(model, folder, settings):
    cross_entropy = nn.CrossEntropyLoss(ignore_index=IGNORED, label_smoothing=settings["labelSmoothing"])
    optimizer = torch.optim.Adam(model.parameters(), lr=1, foreach=True)
    begin, began = settings["begin"], time.perf_counter()
    with (folder / "batches.jsonl").open() as lines:
        for step, (line, rate) in enumerate(zip(lines, settings["rates"]), 1):
            batch = json.loads(line)
            target = batch["target"]
            previous = padded([[begin, *row[:-1]] for row in target])
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            logits = model(padded(batch["source"]), lengths_of(batch["source"]), previous)
            loss = cross_entropy(logits.flatten(0, 1), padded(target, IGNORED).flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings["clipNorm"])
            optimizer.step()
            if step % 100 == 0:
                print(f"step {step}: loss {loss.item():.4f}, {time.perf_counter() - began:.0f} s", flush=True)
    return time.perf_counter() - began


def search(model, sources, beam, settings):
    """What beamSearch of the library does: the same ways to go on, ends and scores."""
    begin, end, alpha = settings["begin"], settings["end"], settings["lengthPenalty"]

    def score_of(made, likelihood):
        return likelihood / ((5 + len(made)) / 6) ** alpha

    count, rows = len(sources), len(sources) * beam
    memory = model.encode(padded(sources), lengths_of(sources))
    state = torch.zeros(2 * model.layers, rows, model.units)
    tokens, parents = torch.full((count, beam), begin), torch.arange(rows)
    live = [[([], 0.0)] for _ in sources]
    ended = [[] for _ in sources]
    done = [False] * count
    most = [2 * len(source) + 16 for source in sources]
    while not all(done):
        likelihoods, _, state = model.step(tokens, parents, state, *memory)
        likelihoods = likelihoods.view(count, beam, -1)
        for i in range(count):
            if done[i]:
                continue
            before = torch.tensor([likelihood for _, likelihood in live[i]])
            totals = (likelihoods[i, : len(live[i])] + before[:, None]).flatten()
            best = totals.topk(min(2 * beam, totals.numel()))
            following = []
            for rank, (total, at) in enumerate(zip(best.values.tolist(), best.indices.tolist())):
                row, token = divmod(at, likelihoods.shape[2])
                made = live[i][row][0] + [token]
                if token != end:
                    tokens[i, len(following)], parents[i * beam + len(following)] = token, i * beam + row
                    following.append((made, total))
                elif rank < beam:
                    ended[i].append((made[:-1], score_of(made, total)))
                if len(following) == beam:
                    break
            live[i] = following
            found = len(ended[i]) >= beam and following and max(score for _, score in ended[i]) >= score_of(*following[0])
            done[i] = found or not following or len(following[0][0]) == most[i]
    stopped = [[(made, score_of(made, total)) for made, total in each] for each in live]
    return [max(ended[i] or stopped[i], key=lambda found: found[1])[0] for i in range(count)]


def translate(model, sources, beam, settings):
    order = sorted(range(len(sources)), key=lambda i: len(sources[i]))
    found = [None] * len(sources)
    for start in range(0, len(order), 64):
        indices = order[start : start + 64]
        for i, made in zip(indices, search(model, [sources[i] for i in indices], beam, settings)):
            found[i] = made
    return found


folder = pathlib.Path(sys.argv[1])
settings = json.loads((folder / "settings.json").read_text())
torch.set_num_threads(settings["threads"])
torch.manual_seed(settings["seed"])
model = Gnmt(settings["sourceTokens"], settings["targetTokens"], settings["units"], settings["layers"], settings["dropout"])
seconds = train(model, folder, settings)
model.eval()
sources = json.loads((folder / "sources.json").read_text())
with torch.inference_mode():
    translations = {beam: translate(model, sources, beam, settings) for beam in settings["beams"]}
(folder / "translations.json").write_text(json.dumps({"seconds": seconds, "translations": translations}))
