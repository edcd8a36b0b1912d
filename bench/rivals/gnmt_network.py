"""GNMT in PyTorch, as ../../packages/gentle/src/models/gnmt.ts has it: the same parameters by the same names."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, units):
        super().__init__()
        self.query = nn.Linear(units, units, bias=False)
        self.key = nn.Linear(units, units)
        self.energy = nn.Linear(units, 1, bias=False)

    def forward(self, query, keys, values, padding):
        """Queries [N, L, U] see keys and values [N, S, U] where `padding` [N, S] is false."""
        scores = self.energy(torch.tanh(keys.unsqueeze(1) + self.query(query).unsqueeze(2))).squeeze(3)
        weights = torch.softmax(scores.masked_fill(padding.unsqueeze(1), -torch.inf), 2)
        return torch.bmm(weights, values), weights


def named(layers):
    """A module whose parts are called 0, 1, ..., and one more `embedding`."""
    module = nn.Module()
    for i, layer in enumerate(layers):
        module.add_module(str(i), layer)
    return module


class Gnmt(nn.Module):
    def __init__(self, source_tokens, target_tokens, units=256, layers=2, dropout=0.2):
        super().__init__()
        self.units, self.layers = units, layers
        self.encoder = named(
            nn.LSTM(units * (2 if i == 1 else 1), units, batch_first=True, bidirectional=i == 0) for i in range(layers)
        )
        self.encoder.embedding = nn.Embedding(source_tokens, units)
        self.attention = Attention(units)
        self.decoder = named(nn.LSTM(2 * units, units, batch_first=True) for i in range(layers))
        self.decoder.embedding = nn.Embedding(target_tokens, units)
        self.output = nn.Linear(units, target_tokens)
        self.dropout = nn.Dropout(dropout)
        for linear in (self.attention.query, self.attention.key, self.attention.energy, self.output):
            nn.init.xavier_uniform_(linear.weight)
            if linear.bias is not None:
                nn.init.zeros_(linear.bias)

    def layer(self, side, i):
        return getattr(getattr(self, side), str(i))

    def encode(self, source, lengths):
        """Keys, values and where padding is, of tokens [N, S] and lengths [N]."""
        padding = torch.arange(source.shape[1])[None, :] >= lengths[:, None]
        x = self.encoder.embedding(source)
        for i in range(self.layers):
            packed = nn.utils.rnn.pack_padded_sequence(
                self.dropout(x), lengths, batch_first=True, enforce_sorted=False
            )
            y, _ = nn.utils.rnn.pad_packed_sequence(
                self.layer("encoder", i)(packed)[0], batch_first=True, total_length=source.shape[1]
            )
            x = x + y if i >= 2 else y
        return self.attention.key(x), x, padding

    def forward(self, source, lengths, previous):
        keys, values, padding = self.encode(source, lengths)
        bottom = self.layer("decoder", 0)
        w_input, w_state, b_input, b_state = bottom.weight_ih_l0, bottom.weight_hh_l0, bottom.bias_ih_l0, bottom.bias_hh_l0
        tokens = self.dropout(self.decoder.embedding(previous))
        h = c = torch.zeros(source.shape[0], self.units)
        outputs, contexts = [], []
        for t in range(previous.shape[1]):
            context = self.attention(h.unsqueeze(1), keys, values, padding)[0].squeeze(1)
            both = torch.cat([tokens[:, t], context], 1)
            h, c = torch.lstm_cell(both, (h, c), w_input, w_state, b_input, b_state)
            outputs.append(h)
            contexts.append(context)
        x, contexts = torch.stack(outputs, 1), torch.stack(contexts, 1)
        for i in range(1, self.layers):
            y, _ = self.layer("decoder", i)(self.dropout(torch.cat([x, contexts], 2)))
            x = x + y if i >= 2 else y
        return self.output(self.dropout(x))

    def step(self, tokens, parents, state, keys, values, padding):
        """One step of K rows an example: tokens [N, K], the rows of the step before that they go on from [N K], state [2 layers, N K, U]."""
        n, beam = tokens.shape
        state = state.index_select(1, parents)
        context, weights = self.attention(state[0].view(n, beam, self.units), keys, values, padding)
        context = context.view(n * beam, self.units)
        x = self.decoder.embedding(tokens).view(n * beam, self.units)
        after = []
        for i in range(self.layers):
            layer = self.layer("decoder", i)
            h, c = torch.lstm_cell(
                torch.cat([x, context], 1), (state[2 * i], state[2 * i + 1]),
                layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0,
            )
            after += [h, c]
            x = x + h if i >= 2 else h
        return torch.log_softmax(self.output(x), 1), weights.view(n * beam, -1), torch.stack(after)
