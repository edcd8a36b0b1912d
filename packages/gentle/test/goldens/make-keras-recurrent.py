"""
Writes keras-recurrent.json: files of recurrent networks as Keras 2 and 3 write them, base64, with words and the output that NumPy computes by Keras' equations
(keras/src/layers/rnn and the loop of keras/src/backend: a step that is masked keeps the state, and gives the output of the step before). Keras itself is not needed,
as in make-keras.py.
"""
import base64
import io
import json
import pathlib
import zipfile

import h5py
import numpy as np

random = np.random.default_rng(9)


def draw(*shape):
    return random.integers(-64, 64, shape).astype(np.float32) / 64


sigmoid = lambda x: 1 / (1 + np.exp(-x))
hard_sigmoid = {2: lambda x: np.clip(0.2 * x + 0.5, 0, 1), 3: lambda x: np.clip(x + 3, 0, 6) / 6}
split = lambda x, gates: np.split(x, gates, -1)


def lstm(x, state, w, gate):
    h, c = state
    i, f, g, o = split(x @ w['kernel'] + h @ w['recurrent_kernel'] + w['bias'], 4)
    c = gate(f) * c + gate(i) * np.tanh(g)
    h = gate(o) * np.tanh(c)
    return h, [h, c]


def gru(x, state, w, gate):
    """Resets after the product where the bias has two rows."""
    [h] = state
    after = w['bias'].ndim == 2
    xz, xr, xh = split(x @ w['kernel'] + (w['bias'][0] if after else w['bias']), 3)
    if after:
        hz, hr, hh = split(h @ w['recurrent_kernel'] + w['bias'][1], 3)
        z, r = gate(xz + hz), gate(xr + hr)
        n = np.tanh(xh + r * hh)
    else:
        rz, rr, rh = split(w['recurrent_kernel'], 3)
        z, r = gate(xz + h @ rz), gate(xr + h @ rr)
        n = np.tanh(xh + (r * h) @ rh)
    h = z * h + (1 - z) * n
    return h, [h]


def simple(x, state, w, _):
    h = np.tanh(x @ w['kernel'] + state[0] @ w['recurrent_kernel'] + w['bias'])
    return h, [h]


def stacked(parts):
    def step(x, state, w, gate):
        following, at = [], 0
        for own, (of, count) in zip(w, parts):
            x, after = of(x, state[at:at + count], own, gate)
            following += after
            at += count
        return x, following
    return step


def loop(step, x, mask, sizes, units, w, gate, backwards=False, zeros=False):
    """[N, T, K] to outputs in the order in which they are computed."""
    if backwards:
        x, mask = x[:, ::-1], mask[:, ::-1]
    state = [np.zeros((len(x), size)) for size in sizes]
    output = np.zeros((len(x), units))
    outputs = []
    for t in range(x.shape[1]):
        y, following = step(x[:, t], state, w, gate)
        here = mask[:, t, None]
        output = np.where(here, y, 0 if zeros else output)
        state = [np.where(here, new, old) for new, old in zip(following, state)]
        outputs.append(output)
    return np.stack(outputs, 1)


def cell(inputs, units, gates, rows=1):
    return {'kernel': draw(inputs, gates * units), 'recurrent_kernel': draw(units, gates * units), 'bias': draw(*([2] if rows == 2 else []), gates * units)}


forward, backward, reset, before, sum_forward, sum_backward = cell(3, 3, 4), cell(3, 3, 4), cell(6, 2, 3, 2), cell(2, 2, 3), cell(2, 2, 1), cell(2, 2, 1)
pile = [cell(2, 2, 4), cell(2, 3, 3, 2), cell(3, 2, 4)]
embeddings = draw(6, 3)
x = np.array([[1, 2, 0, 5, 0], [0, 3, 4, 0, 1], [5, 5, 5, 5, 5]], np.float32)


def expected(version):
    mask, gate = x != 0, hard_sigmoid[version]
    y = embeddings[x.astype(int)]
    a = loop(lstm, y, mask, [3, 3], 3, forward, sigmoid)
    b = loop(lstm, y, mask, [3, 3], 3, backward, sigmoid, backwards=True)[:, ::-1]
    y = np.concatenate([a, b], -1)
    y = loop(gru, y, mask, [2], 2, reset, gate)
    y = loop(gru, y, mask, [2], 2, before, sigmoid, backwards=True, zeros=True)
    # The mask is not turned with the outputs.
    a = loop(simple, y, mask, [2], 2, sum_forward, None)
    b = loop(simple, y, mask, [2], 2, sum_backward, None, backwards=True)[:, ::-1]
    y = (a + b) / 2
    y = loop(stacked([(lstm, 2), (gru, 1), (lstm, 2)]), y, mask, [2, 2, 3, 2, 2], 2, pile, sigmoid)
    return y[:, -1]


def settings(units, activation='tanh', recurrent='sigmoid', **others):
    return {'units': units, 'activation': activation, 'use_bias': True, 'dropout': 0.0, 'recurrent_dropout': 0.0, 'kernel_regularizer': None, **({} if recurrent is None else {'recurrent_activation': recurrent}), **others}


def looped(units, recurrent='sigmoid', **others):
    return {'return_sequences': True, 'return_state': False, 'go_backwards': False, 'stateful': False, 'unroll': False, 'zero_output_for_mask': False, **settings(units, recurrent=recurrent), **others}


def layers(version):
    module = {} if version == 2 else {'module': 'keras.layers', 'registered_name': None}
    within = lambda kind, name, config: {**module, 'class_name': kind, 'config': {'name': name, 'trainable': True, **config}}
    both = lambda layer, mode: {'layer': layer, 'backward_layer': None, 'merge_mode': mode}
    cells = [
        within('LSTMCell', 'lstm_cell', settings(2, unit_forget_bias=True, implementation=2)),
        within('GRUCell', 'gru_cell', settings(3, reset_after=True, implementation=2)),
        within('LSTMCell', 'lstm_cell_1', settings(2, unit_forget_bias=True, implementation=2)),
    ]
    length = {'input_length': 5} if version == 2 else {}
    first = {'batch_input_shape' if version == 2 else 'batch_shape': [None, 5], 'dtype': 'float32'}
    return [
        within('InputLayer', 'words', first),
        within('Embedding', 'embedding', {'input_dim': 6, 'output_dim': 3, 'mask_zero': True, **length}),
        within('Bidirectional', 'bidirectional', both(within('LSTM', 'lstm', looped(3, unit_forget_bias=True, implementation=2)), 'concat')),
        within('GRU', 'gru', looped(2, recurrent='hard_sigmoid', reset_after=True, implementation=2)),
        within('GRU', 'gru_1', looped(2, reset_after=False, go_backwards=True, zero_output_for_mask=True)),
        within('Dropout', 'dropout', {'rate': 0.5}),
        within('Bidirectional', 'bidirectional_1', both(within('SimpleRNN', 'simple_rnn', looped(2, recurrent=None)), 'ave')),
        within('RNN', 'rnn', {'return_sequences': False, 'return_state': False, 'go_backwards': False, 'stateful': False, 'unroll': False, 'zero_output_for_mask': False, 'cell': within('StackedRNNCells', 'stacked_rnn_cells', {'cells': cells})}),
    ]


def config(version):
    return {'class_name': 'Sequential', 'config': {'name': 'sequential', 'trainable': True, 'layers': layers(version)}}


# Of each layer, its parts: the folder of Keras 3, the name within the layer's in `.h5`, the weights.
stored = {
    'embedding': [('', '', {'embeddings': embeddings})],
    'bidirectional': [('forward_layer/cell/', 'forward_lstm/lstm_cell/', forward), ('backward_layer/cell/', 'backward_lstm/lstm_cell/', backward)],
    'gru': [('cell/', 'gru_cell/', reset)],
    'gru_1': [('cell/', 'gru_cell/', before)],
    'bidirectional_1': [('forward_layer/cell/', 'forward_simple_rnn/simple_rnn_cell/', sum_forward), ('backward_layer/cell/', 'backward_simple_rnn/simple_rnn_cell/', sum_backward)],
    'rnn': [(f'cell/cells/{name}/', f'stacked_rnn_cells/{name}/', weights) for name, weights in zip(('lstm_cell', 'gru_cell', 'lstm_cell_1'), pile)],
}


def legacy(version):
    """`.h5`."""
    file = io.BytesIO()
    with h5py.File(file, 'w') as f:
        f.attrs['keras_version'] = {2: '2.15.0', 3: '3.6.0'}[version].encode()
        f.attrs['model_config'] = json.dumps(config(version)).encode()
        top = f.create_group('model_weights')
        names = [layer['config']['name'] for layer in layers(version)]
        top.attrs['layer_names'] = [name.encode() for name in names]
        for name in names:
            group = top.create_group(name)
            own = {f'{name}/{part}{key}' + (':0' if version == 2 else ''): value for _, part, weights in stored.get(name, []) for key, value in weights.items()}
            group.attrs['weight_names'] = [key.encode() for key in own] or np.zeros(0, 'S1')
            for key, value in own.items():
                group.create_dataset(key, data=value)
    return file.getvalue()


def archive():
    """`.keras`."""
    file = io.BytesIO()
    with h5py.File(file, 'w') as f:
        for name, parts in stored.items():
            for folder, _, weights in parts:
                group = f.create_group(f'layers/{name}/{folder}vars')
                for i, value in enumerate(weights.values()):
                    group[str(i)] = value
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('metadata.json', json.dumps({'keras_version': '3.6.0', 'date_saved': '2024-11-01@10:00:00'}))
        z.writestr('config.json', json.dumps({'module': 'keras', **config(3), 'registered_name': None}))
        z.writestr('model.weights.h5', file.getvalue())
    return zipped.getvalue()


numbers = lambda y: [float(f'{value:.8g}') for value in y.flatten()]
golden = {
    'input': {'shape': x.shape, 'data': x.flatten().tolist()},
    'files': {
        'keras 3': {'file': base64.b64encode(archive()).decode(), 'output': numbers(expected(3))},
        'h5 of keras 3': {'file': base64.b64encode(legacy(3)).decode(), 'output': numbers(expected(3))},
        'h5 of keras 2': {'file': base64.b64encode(legacy(2)).decode(), 'output': numbers(expected(2))},
    },
}
(pathlib.Path(__file__).parent / 'keras-recurrent.json').write_text(json.dumps(golden) + '\n')
