"""
Writes keras.json: files as Keras writes them, base64, with an input and the output that NumPy computes. Keras itself is not needed: h5py writes
the layout of keras/src/saving/saving_lib.py (version 3, `.keras`) and keras/src/legacy/saving/legacy_h5_format.py (`.h5`), whose numbers are
plain arithmetic.
"""
import base64
import io
import json
import pathlib
import zipfile

import h5py
import numpy as np

random = np.random.default_rng(5)


def draw(*shape):
    return random.integers(-64, 64, shape).astype(np.float32) / 64


def same(size, kernel, stride):
    """What SAME adds before and behind."""
    missing = max(0, (-(-size // stride) - 1) * stride + kernel - size)
    return missing // 2, missing - missing // 2


def convolve(x, kernel, bias, stride, padding='same'):
    """[N, H, W, C] with [KH, KW, C, O]."""
    kh, kw = kernel.shape[:2]
    if padding == 'same':
        x = np.pad(x, ((0, 0), same(x.shape[1], kh, stride), same(x.shape[2], kw, stride), (0, 0)))
    rows, columns = (x.shape[1] - kh) // stride + 1, (x.shape[2] - kw) // stride + 1
    y = np.zeros((x.shape[0], rows, columns, kernel.shape[3]))
    for i in range(rows):
        for j in range(columns):
            patch = x[:, i * stride:i * stride + kh, j * stride:j * stride + kw].astype(np.float64)
            y[:, i, j] = np.einsum('nabc,abco->no', patch, kernel)
    return y + bias


def depthwise(x, kernel, bias):
    """[N, H, W, C] with [KH, KW, C, 1], SAME, stride 1."""
    each = [convolve(x[..., c:c + 1], kernel[:, :, c:c + 1], 0, 1) for c in range(x.shape[3])]
    return np.concatenate(each, 3) + bias


def normalise(x, gamma, beta, mean, variance, epsilon=1e-3):
    return (x - mean) / np.sqrt(variance + epsilon) * gamma + beta


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


relu = lambda x: np.maximum(x, 0)
hard_sigmoid = {2: lambda x: np.clip(0.2 * x + 0.5, 0, 1), 3: lambda x: np.clip(x + 3, 0, 6) / 6}

weights = {
    'conv': {'kernel': draw(3, 3, 3, 4), 'bias': draw(4)},
    'bn': {'gamma': draw(4) + 2, 'beta': draw(4), 'moving_mean': draw(4), 'moving_variance': draw(4) + 2},
    'deep': {'depthwise_kernel': draw(3, 3, 4, 1), 'bias': draw(4)},
    'dense': {'kernel': draw(8, 5), 'bias': draw(5)},
    'inner_dense': {'kernel': draw(4, 8), 'bias': draw(8)},
}
x = random.integers(0, 256, (2, 5, 6, 3)).astype(np.float32)


def expected(version):
    scaled = x / np.float32(127.5) - 1
    a = relu(normalise(convolve(scaled, *weights['conv'].values(), 2), *weights['bn'].values()))
    b = hard_sigmoid[version](depthwise(a, *weights['deep'].values()))
    pooled = (a + b).mean((1, 2))
    inner = pooled @ weights['inner_dense']['kernel'] + weights['inner_dense']['bias']
    inner = np.where(inner > 0, inner, 0.3 * inner)
    return softmax(inner @ weights['dense']['kernel'] + weights['dense']['bias'])


def layers(version):
    """Name, class, settings and what it takes."""
    slope = {'alpha': 0.3} if version == 2 else {'negative_slope': 0.3}
    inner = {'name': 'head', 'layers': [
        {'class_name': 'InputLayer', 'config': {'name': 'head_input', **shape(version, [None, 4])}},
        {'class_name': 'Dense', 'config': {'name': 'inner_dense', 'units': 8, 'activation': 'linear', 'use_bias': True}},
        {'class_name': 'LeakyReLU', 'config': {'name': 'leaky', **slope}},
    ]}
    return [
        ('picture', 'InputLayer', shape(version, [None, 5, 6, 3]), []),
        ('scale', 'Rescaling', {'scale': 1 / 127.5, 'offset': -1.0}, ['picture']),
        ('conv', 'Conv2D', {'filters': 4, 'kernel_size': [3, 3], 'strides': [2, 2], 'padding': 'same', 'data_format': 'channels_last', 'dilation_rate': [1, 1], 'groups': 1, 'activation': 'linear', 'use_bias': True, 'kernel_initializer': {'class_name': 'GlorotUniform', 'config': {'seed': None}}}, ['scale']),
        ('bn', 'BatchNormalization', {'axis': -1 if version == 3 else [3], 'momentum': 0.99, 'epsilon': 0.001, 'center': True, 'scale': True}, ['conv']),
        ('relu', 'Activation', {'activation': 'relu'}, ['bn']),
        ('deep', 'DepthwiseConv2D', {'kernel_size': [3, 3], 'strides': [1, 1], 'padding': 'same', 'depth_multiplier': 1, 'activation': 'hard_sigmoid', 'use_bias': True}, ['relu']),
        ('sum', 'Add', {}, ['relu', 'deep']),
        ('pool', 'GlobalAveragePooling2D', {'data_format': 'channels_last', 'keepdims': False}, ['sum']),
        ('drop', 'Dropout', {'rate': 0.5, 'noise_shape': None, 'seed': None}, ['pool']),
        ('head', 'Sequential', inner, ['drop']),
        ('dense', 'Dense', {'units': 5, 'activation': 'softmax', 'use_bias': True}, ['head']),
    ]


def shape(version, sizes):
    return {'batch_input_shape' if version == 2 else 'batch_shape': sizes, 'dtype': 'float32', 'sparse': False}


def config(version):
    entries = []
    for name, kind, settings, takes in layers(version):
        # Keras 2 counts the use of a network within from 1, Keras 3 from 0 where it is a Sequential.
        use = lambda of: 1 if of == 'head' and version == 2 else 0
        if version == 2:
            nodes = [[[of, use(of), 0, {}] for of in takes]] if takes else []
        else:
            tensors = [{'class_name': '__keras_tensor__', 'config': {'shape': [None], 'dtype': 'float32', 'keras_history': [of, use(of), 0]}} for of in takes]
            nodes = [{'args': [tensors] if len(tensors) > 1 else tensors, 'kwargs': {'training': False} if kind == 'Dropout' else {}}] if takes else []
        module = {} if version == 2 else {'module': 'keras.layers', 'registered_name': None, 'build_config': {'input_shape': [None]}}
        policy = 'float32' if version == 2 else {'module': 'keras', 'class_name': 'DTypePolicy', 'config': {'name': 'float32'}, 'registered_name': None}
        entries.append({**module, 'class_name': kind, 'config': {'name': name, 'trainable': True, 'dtype': policy, **settings}, 'name': name, 'inbound_nodes': nodes})
    ends = lambda of: [[of, 0, 0]] if version == 2 else [of, 0, 0]
    return {'class_name': 'Functional', 'config': {'name': 'model', 'trainable': True, 'layers': entries, 'input_layers': ends('picture'), 'output_layers': ends('dense')}}


def legacy(version):
    """`.h5`."""
    file = io.BytesIO()
    with h5py.File(file, 'w') as f:
        f.attrs['keras_version'] = {2: '2.15.0', 3: '3.6.0'}[version].encode()
        f.attrs['backend'] = b'tensorflow'
        f.attrs['model_config'] = json.dumps(config(version)).encode()
        top = f.create_group('model_weights')
        names = [name for name, *_ in layers(version)]
        # What is too long for one attribute comes in parts.
        if version == 3:
            top.attrs['layer_names0'] = [name.encode() for name in names[:4]]
            top.attrs['layer_names1'] = [name.encode() for name in names[4:]]
        else:
            top.attrs['layer_names'] = [name.encode() for name in names]
        for name in names:
            group = top.create_group(name)
            own = weights['inner_dense'] if name == 'head' else weights.get(name, {})
            if version == 3 and name == 'deep':
                own = {'kernel': own['depthwise_kernel'], 'bias': own['bias']}
            layer = 'inner_dense' if name == 'head' else name
            prefix = f'head/{layer}' if version == 3 and name == 'head' else layer
            stored = {f'{prefix}/{key}' + (':0' if version == 2 else ''): value for key, value in own.items()}
            if version == 3 and name == 'drop':
                stored['drop/seed_generator/seed_generator_state'] = np.array([1, 2], np.uint32)
            group.attrs['weight_names'] = [key.encode() for key in stored]
            for key, value in stored.items():
                group.create_dataset(key, data=value)
        top.create_group('top_level_model_weights').attrs['weight_names'] = np.zeros(0, 'S1')
        f.create_group('optimizer_weights').create_dataset('adam/m', data=draw(3))
    return file.getvalue()


def archive():
    """`.keras`."""
    file = io.BytesIO()
    with h5py.File(file, 'w') as f:
        folders = {'conv': 'conv2d', 'bn': 'batch_normalization', 'deep': 'depthwise_conv2d', 'dense': 'dense', 'inner_dense': 'sequential/layers/dense', 'drop': 'dropout/seed_generator'}
        for name, folder in folders.items():
            group = f.create_group(f'layers/{folder}/vars')
            group.attrs['name'] = name
            for i, value in enumerate(weights.get(name, {'state': np.array([1, 2], np.uint32)}).values()):
                group[str(i)] = value
        f.create_group('optimizer/vars')['0'] = draw(3)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('metadata.json', json.dumps({'keras_version': '3.6.0', 'date_saved': '2024-11-01@10:00:00'}))
        z.writestr('config.json', json.dumps({'module': 'keras.src.models.functional', **config(3), 'registered_name': 'Functional', 'compile_config': None}))
        z.writestr('model.weights.h5', file.getvalue())
    return zipped.getvalue()


here = pathlib.Path(__file__).parent
numbers = lambda y: [float(f'{value:.8g}') for value in y.flatten()]
golden = {
    'input': {'shape': x.shape, 'data': x.flatten().tolist()},
    'files': {
        'keras 3': {'file': base64.b64encode(archive()).decode(), 'output': numbers(expected(3))},
        'h5 of keras 3': {'file': base64.b64encode(legacy(3)).decode(), 'output': numbers(expected(3))},
        'h5 of keras 2': {'file': base64.b64encode(legacy(2)).decode(), 'output': numbers(expected(2))},
    },
}
(here / 'keras.json').write_text(json.dumps(golden) + '\n')
