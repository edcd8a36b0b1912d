"""
Writes to a file of JSON small models of one operator each, at the operator sets that changed it: `make-onnx-versions.py models.json`, and then
`node make-onnx-versions.js models.json` for onnxruntime's numbers. Python's onnx 1.12 or newer.
"""
import base64
import json
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(0)
cases = []


def floats(*shape):
    return random.standard_normal(shape).round(2).astype(np.float32)


def whole(*values, dtype='int64'):
    return np.array(values, dtype)


def kind(dtype):
    return helper.np_dtype_to_tensor_dtype(np.dtype(dtype)) if hasattr(helper, 'np_dtype_to_tensor_dtype') else {
        'float32': TensorProto.FLOAT, 'float64': TensorProto.DOUBLE, 'int8': TensorProto.INT8, 'int16': TensorProto.INT16,
        'int32': TensorProto.INT32, 'int64': TensorProto.INT64, 'uint8': TensorProto.UINT8, 'uint16': TensorProto.UINT16,
        'uint32': TensorProto.UINT32, 'uint64': TensorProto.UINT64, 'bool': TensorProto.BOOL}[str(np.dtype(dtype))]


def listed(array):
    array = np.asarray(array)
    if array.dtype == np.float32:
        array = array.astype(np.float64).round(3)
        return {**listed(array), 'dtype': 'float32'}
    return {'dtype': str(array.dtype), 'shape': list(array.shape), 'data': [str(x) if array.dtype.kind == 'f' and not np.isfinite(x) else x for x in array.ravel().tolist()]}


def add(operator, opsets, operands, outputs=None, stored=(), domain='', note='', **attributes):
    """A case for each operator set; `outputs` are their types, `stored` the operands that are part of the file."""
    for opset in opsets:
        names = ['' if x is None else f'x{i}' for i, x in enumerate(operands)]
        types = [next(np.asarray(x).dtype for x in operands if x is not None)] if outputs is None else outputs
        results = [f'y{i}' for i in range(len(types))]
        node = helper.make_node(operator, names, results, name='node', domain=domain, **attributes)
        fed = {name: x for i, (name, x) in enumerate(zip(names, operands)) if x is not None and i not in stored}
        graph = helper.make_graph(
            [node], 'graph',
            [helper.make_tensor_value_info(name, kind(np.asarray(x).dtype), np.asarray(x).shape) for name, x in fed.items()],
            [helper.make_tensor_value_info(name, kind(dtype), None) for name, dtype in zip(results, types)],
            [numpy_helper.from_array(np.asarray(operands[i]), names[i]) for i in stored],
        )
        sets = [helper.make_opsetid('', opset)] + ([helper.make_opsetid(domain, 1)] if domain else [])
        model = helper.make_model(graph, opset_imports=sets, ir_version=8 if opset < 19 else 9 if opset < 21 else 10)
        told = ' '.join(filter(None, [f'{operator} {opset}', note, *(f'{name} {value}' for name, value in attributes.items())]))
        cases.append({'name': told, 'model': base64.b64encode(model.SerializeToString()).decode(), 'inputs': {name: listed(x) for name, x in fed.items()}})


def chain(types, x):
    """Casts one after the other: what is between has to have its own type."""
    names = ['x0', *(f't{i}' for i in range(len(types) - 1)), 'y0']
    nodes = [helper.make_node('Cast', [names[i]], [names[i + 1]], to=kind(dtype)) for i, dtype in enumerate(types)]
    graph = helper.make_graph(nodes, 'graph', [helper.make_tensor_value_info('x0', kind(x.dtype), x.shape)], [helper.make_tensor_value_info('y0', kind(types[-1]), None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    cases.append({'name': f'Cast {x.dtype} {" ".join(types)}', 'model': base64.b64encode(model.SerializeToString()).decode(), 'inputs': {'x0': listed(x)}})


numbers = np.array([0, 1, -1, 127, 128, 200, 255, 256, 300, -129, 40000, 70000, -70000, 1.5, -2.7], np.float32)
for dtype in ('int8', 'uint8', 'int16', 'uint16', 'int32', 'int64', 'bool', 'float64'):
    chain([dtype, 'float32'], numbers)
    chain([dtype, 'float32'], numbers.astype('int32'))
for dtype in ('uint32', 'uint64'):
    chain([dtype, 'float32'], np.abs(numbers))

# Reductions: over no axes they still square, root and take logarithms; of no elements they have a value.
x = np.abs(floats(2, 3, 4)) + 0.1
for name in ('L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'):
    operand = 13 if name == 'Sum' else 18
    add(f'Reduce{name}', [7, 11], [x], axes=[0, 2], keepdims=0)
    add(f'Reduce{name}', [11, 12], [x], axes=[-1])
    add(f'Reduce{name}', [operand, 20], [x, whole(-1)], keepdims=0, note='axes -1')
    add(f'Reduce{name}', [operand, 20], [x], noop_with_empty_axes=1)
    add(f'Reduce{name}', [operand, 20], [x], keepdims=0)
    if name not in ('Max', 'Min', 'Mean'):
        add(f'Reduce{name}', [20], [np.zeros((2, 0, 3), np.float32), whole(1)], keepdims=0, note='no elements')
ties = np.array([[2, 1, 2], [0, 0, 3], [2, 3, 3]], np.float32)
for name in ('ArgMax', 'ArgMin'):
    add(name, [11, 12, 13], [ties], ['int64'], axis=-1, keepdims=0)
    add(name, [12, 13], [ties], ['int64'], axis=0, select_last_index=1)

# Softmax flattens before operator set 13.
for name in ('Softmax', 'LogSoftmax', 'Hardmax'):
    add(name, [7, 11, 13], [floats(2, 3, 4)])
    add(name, [7, 11, 13], [floats(2, 3, 4)], axis=0)

# Convolutions of one to three axes.
for axes, kernel in ((1, (3,)), (2, (3, 2)), (3, (2, 3, 2))):
    image, image2 = floats(2, 4, *(6, 7, 5)[:axes]), floats(2, 4, *(4, 5, 3)[:axes])
    add('Conv', [7, 11, 22], [image, floats(6, 2, *kernel), floats(6)], group=2, note=f'{axes} axes')
    add('Conv', [11], [image, floats(3, 4, *kernel)], strides=[2, 3, 2][:axes], pads=[1, 0, 2][:axes] + [0, 2, 1][:axes], dilations=[1, 2, 1][:axes], note=f'{axes} axes')
    add('Conv', [11], [image, floats(3, 4, *kernel)], auto_pad='SAME_LOWER', strides=[2, 1, 3][:axes], note=f'{axes} axes')
    add('ConvTranspose', [7, 11, 22], [image2, floats(4, 3, *kernel), floats(3)], strides=[2, 3, 2][:axes], pads=[1, 0, 1][:axes] + [0, 1, 1][:axes], note=f'{axes} axes')
    add('ConvTranspose', [11], [image2, floats(4, 2, *kernel)], group=2, dilations=[2, 1, 3][:axes], note=f'{axes} axes')
    for auto in ('SAME_UPPER', 'SAME_LOWER', 'NOTSET'):
        add('ConvTranspose', [11], [image2, floats(4, 3, *kernel)], auto_pad=auto, strides=[2, 3, 2][:axes], output_shape=[9, 14, 7][:axes], note=f'{axes} axes')

    # Pools.
    edges = {'strides': [2, 3, 2][:axes], 'pads': [1, 0, 1][:axes] + [0, 1, 1][:axes], 'note': f'{axes} axes'}
    add('MaxPool', [7, 8, 10, 11, 12, 22], [image], kernel_shape=kernel, **edges)
    add('MaxPool', [10, 12, 22], [image], kernel_shape=[2] * axes, ceil_mode=1, **edges)
    add('MaxPool', [10, 12, 22], [image], kernel_shape=[2] * axes, dilations=[2, 3, 2][:axes], note=f'{axes} axes')
    add('MaxPool', [12], [image], ['float32', 'int64'], kernel_shape=kernel, **edges)
    add('AveragePool', [7, 10, 11, 19, 22], [image], kernel_shape=kernel, **edges)
    add('AveragePool', [7, 10, 11, 19, 22], [image], kernel_shape=kernel, count_include_pad=1, **edges)
    add('AveragePool', [10, 19], [image], kernel_shape=kernel, ceil_mode=1, **edges)
    add('AveragePool', [19, 22], [image], kernel_shape=[2] * axes, dilations=[2, 3, 2][:axes], count_include_pad=1, pads=[1] * 2 * axes, note=f'{axes} axes')
    add('LpPool', [7, 11, 18, 22], [image], kernel_shape=kernel, p=3, **edges)
    add('GlobalLpPool', [7], [image], p=1, note=f'{axes} axes')
    add('GlobalMaxPool', [7, 22], [image], note=f'{axes} axes')
    add('GlobalAveragePool', [7, 22], [image], note=f'{axes} axes')
add('MaxPool', [12], [floats(2, 2, 5, 4)], ['float32', 'int64'], kernel_shape=[2, 2], storage_order=1)
add('MaxPool', [12], [np.arange(-8, 8, dtype='int8').reshape(1, 1, 4, 4)], kernel_shape=[2, 2])
add('MaxUnpool', [9, 11, 22], [floats(1, 1, 2, 2), np.array([[[[5, 7], [13, 15]]]])], kernel_shape=[2, 2], strides=[2, 2])

# Resize: filters that reach beyond the edge, scales against sizes, the nearest before operator set 11.
image = floats(1, 2, 5, 6)
for mode in ('nearest', 'linear'):
    add('Resize', [10], [image, np.array([1, 1, 0.6, 0.5], np.float32)], stored=[1], mode=mode)
    add('Upsample', [9], [image, np.array([1, 1, 1.5, 2], np.float32)], stored=[1], mode=mode)
    add('Upsample', [7], [image], mode=mode, scales=[1.0, 1.0, 1.5, 2.0])
for rule in ('half_pixel', 'pytorch_half_pixel', 'asymmetric', 'align_corners', 'half_pixel_symmetric'):
    opsets = [19] if rule == 'half_pixel_symmetric' else [13, 18, 19]
    for mode in ('nearest', 'linear', 'cubic'):
        add('Resize', opsets, [image, None, None, whole(1, 2, 7, 4)], stored=[3], coordinate_transformation_mode=rule, mode=mode)
    for mode in ('linear', 'cubic'):
        add('Resize', [19], [image, None, None, whole(1, 2, 3, 4)], stored=[3], coordinate_transformation_mode=rule, mode=mode, antialias=1)
add('Resize', [11], [image, np.zeros(0, np.float32), np.array([1, 1, 1.5, 0.6], np.float32)], stored=[1, 2], coordinate_transformation_mode='tf_half_pixel_for_nn', mode='nearest', nearest_mode='ceil')
add('Resize', [19], [image, None, np.array([1, 1, 1.5, 0.6], np.float32)], stored=[2], coordinate_transformation_mode='half_pixel_symmetric', mode='nearest', nearest_mode='floor')
add('Resize', [13], [np.arange(12, dtype='int32').reshape(1, 1, 3, 4), None, np.array([1, 1, 2, 2], np.float32)], stored=[2], mode='nearest')
for policy in ('not_larger', 'not_smaller'):
    add('Resize', [18, 19], [image, None, None, whole(7, 8)], stored=[3], axes=[2, 3], keep_aspect_ratio_policy=policy, mode='linear')

# Products of vectors; edges of functions.
for left, right in (((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 4))):
    add('MatMul', [7, 9, 13], [floats(*left), floats(*right)], note=f'{left} {right}')
infinite = np.array([-np.inf, np.inf, -3, -0.4, 0.2, 5], np.float32)
add('ThresholdedRelu', [10, 22], [infinite], alpha=0.4)
add('Shrink', [9], [infinite], lambd=0.3, bias=0.1)
add('Sign', [9, 13], [np.array([np.nan, -2, 0, 3], np.float32)])
add('Mod', [10, 13], [np.array([1, -2, 5.5, -7.25], np.float32), np.array([np.inf, np.inf, 2, 2], np.float32)], fmod=1)
add('Pow', [7, 12, 13, 15], [np.array([1, 1, -1, -8, 0], np.float32), np.array([np.nan, 3, np.inf, 2, 0], np.float32)])
add('Clip', [11, 12, 13], [floats(6), np.float32(1), np.float32(-1)], stored=[1, 2], note='bounds that cross')
add('DynamicQuantizeLinear', [11], [np.zeros(3, np.float32)], ['uint8', 'float32', 'uint8'])
add('Tile', [13], [floats(2, 3), whole(0, 1)])
add('OneHot', [9, 11], [whole(0, 2, -1, 7, -4), whole(3), floats(2)], ['float32'], stored=[1])

# Elements alone.
table = {
    'Abs': [7, 13], 'Acos': [7, 22], 'Asin': [7, 22], 'Asinh': [9, 22], 'Atan': [7, 22], 'Atanh': [9, 22], 'Ceil': [7, 13], 'Cos': [7, 22],
    'Cosh': [9, 22], 'Elu': [7, 22], 'Erf': [9, 13], 'Exp': [7, 13], 'Floor': [7, 13], 'Gelu': [20], 'HardSigmoid': [7, 22], 'HardSwish': [14, 22],
    'LeakyRelu': [7, 16], 'Mish': [18, 22], 'Neg': [7, 13], 'Reciprocal': [7, 13], 'Relu': [7, 13, 14], 'Round': [11, 22], 'Selu': [7, 22],
    'Sigmoid': [7, 13], 'Sin': [7, 22], 'Sinh': [9, 22], 'Softplus': [7, 22], 'Softsign': [7, 22], 'Tan': [7, 22], 'Tanh': [7, 13], 'Celu': [12],
}
for name, opsets in table.items():
    add(name, opsets, [np.array([[-0.9, -0.5, 0.25], [0.5, 0.75, 0.9]], np.float32)])
for name in ('Sqrt', 'Log'):
    add(name, [7, 13], [np.array([0.25, 2, 7], np.float32)])
add('Acosh', [9, 22], [np.array([1, 2, 7], np.float32)])
for name in ('Add', 'Sub', 'Mul', 'Div'):
    for dtype in ('float32', 'int32', 'int64'):
        add(name, [7, 13, 14], [whole(7, -7, 100, -1, dtype=dtype).reshape(2, 2), whole(2, -3, dtype=dtype)])
    add(name, [14], [whole(7, 100, 127, dtype='int8'), whole(2, 3, 5, dtype='int8')])
for name, opsets in (('Equal', [11, 13, 19]), ('Less', [9, 13]), ('Greater', [9, 13]), ('LessOrEqual', [12, 16]), ('GreaterOrEqual', [12, 16])):
    add(name, opsets, [whole(1, 2, 3), whole(3, 2, 1)], ['bool'])
for name in ('And', 'Or', 'Xor'):
    add(name, [7], [np.array([[True], [False]]), np.array([True, False])])
for name in ('Max', 'Min'):
    add(name, [8, 12, 13], [floats(2, 3), floats(3)])
for fmod in (0, 1):
    add('Mod', [10, 13], [whole(-7, 7, -8, 5), whole(3, -3, 3, -3)], fmod=fmod)
add('Where', [9, 16], [np.array([True, False]), whole(1, 2), whole(3, 4)], ['int64'])

# Indices.
for axis in (0, -1):
    add('Gather', [7, 11, 13], [floats(3, 4), whole(1, 0)], axis=axis)
    add('GatherElements', [11, 13], [floats(3, 3), whole(1, 2, 0, 2, 0, -1).reshape(2, 3)], axis=axis)
    add('ScatterElements', [11, 13, 16, 18], [floats(3, 4), whole(1, 0, 2, 0, 2, 1).reshape(2, 3), floats(2, 3)], axis=axis)
    add('TopK', [11], [ties, whole(2)], ['float32', 'int64'], axis=axis)
for reduction in ('add', 'mul', 'max', 'min'):
    opsets = [16, 18] if reduction in ('add', 'mul') else [18]
    add('ScatterElements', opsets, [floats(5), whole(1, 3, 1, -2), floats(4)], reduction=reduction)
    add('ScatterND', opsets, [floats(5, 2), whole(1, 3, 1).reshape(3, 1), floats(3, 2)], reduction=reduction)
add('ScatterND', [11, 13, 16, 18], [floats(4, 3), whole(0, -1, -2, 0).reshape(2, 2), floats(2)])
add('GatherND', [12, 13], [floats(2, 3, 4), whole(1, 0).reshape(2, 1)], batch_dims=1)
for reverse in (0, 1):
    add('CumSum', [11, 14], [floats(2, 3), whole(1).reshape(())], exclusive=1, reverse=reverse)
    add('Trilu', [14], [floats(3, 4), whole(1).reshape(())], upper=reverse)
add('Slice', [10, 11, 13], [floats(4, 5), whole(-1, 1), whole(-1000, 4), whole(0, -1), whole(-2, 2)])
add('Split', [18], [floats(7, 2)], ['float32'] * 3, num_outputs=3)
add('Split', [13, 18], [floats(7, 2), whole(2, 5)], ['float32'] * 2)
for mode in ('constant', 'reflect', 'edge'):
    add('Pad', [11, 13, 18, 19, 21], [floats(3, 4), whole(1, 2, 0, -1)], mode=mode)
add('Pad', [19, 21], [floats(3, 4), whole(1, 2, 0, 3)], mode='wrap')
add('Pad', [18], [floats(3, 4), whole(2, 1), None, whole(-1)])
for start in (-1, 1, -9):
    add('Shape', [15, 19, 21], [floats(2, 3, 4)], ['int64'], start=start, end=9)

# Normalisation.
image, scales = floats(2, 4, 3, 3), [np.abs(floats(4)) + 0.5, floats(4), floats(4), np.abs(floats(4)) + 0.5]
add('BatchNormalization', [7, 9, 14, 15], [image, *scales])
add('BatchNormalization', [14, 15], [image, *scales], ['float32'] * 3, training_mode=1, momentum=0.7)
add('InstanceNormalization', [7, 22], [image, *scales[:2]])
add('LayerNormalization', [17], [image, floats(3, 3), floats(3, 3)], ['float32'] * 3, axis=2)
add('GroupNormalization', [18], [image, *[s[:2] for s in scales[:2]]], num_groups=2)
add('GroupNormalization', [21], [image, *scales[:2]], num_groups=2)
for p in (1, 2):
    add('LpNormalization', [7, 22], [floats(3, 4)], p=p, axis=0)
add('MeanVarianceNormalization', [9, 13], [image])

# Grids, boxes, windows of signals.
for mode in ('linear', 'nearest'):
    for padding in ('zeros', 'border', 'reflection'):
        for corners in (0, 1):
            grid = (random.random((2, 3, 3, 2)) * 3 - 1.5).round(2).astype(np.float32)
            add('GridSample', [20, 22], [floats(2, 3, 4, 5), grid], mode=mode, padding_mode=padding, align_corners=corners)
add('GridSample', [16], [floats(2, 3, 4, 5), grid], mode='bilinear')
for corners in (0, 1):
    add('AffineGrid', [20], [floats(2, 2, 3), whole(2, 3, 4, 5)], align_corners=corners)
    add('AffineGrid', [20], [floats(2, 3, 4), whole(2, 3, 3, 4, 2)], align_corners=corners)
boxes = np.array([[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [1, 101, 0, 100]]], np.float32)
scores = np.array([[[0.9, 0.75, 0.6, 0.95, 0.5, 0.3], [0.1, 0.75, 0.75, 0.2, 0.5, 0.9]]], np.float32)
add('NonMaxSuppression', [10, 11], [boxes, scores, whole(3), np.float32([0.5]), np.float32([0.25])], ['int64'])
add('NonMaxSuppression', [11], [boxes, scores, whole(2), np.float32([0.3])], ['int64'], center_point_box=1)
for name in ('HannWindow', 'HammingWindow', 'BlackmanWindow'):
    for periodic in (0, 1):
        add(name, [17], [whole(7).reshape(())], ['float32'], periodic=periodic)

# Whole numbers of scales.
a, b = random.integers(0, 255, (3, 4)).astype('uint8'), random.integers(0, 255, (4, 2)).astype('uint8')
images, filters = random.integers(0, 255, (1, 2, 4, 4)).astype('uint8'), random.integers(0, 255, (3, 2, 2, 2)).astype('uint8')
byte, factor = np.uint8, np.float32
add('MatMulInteger', [10], [a, b, byte(12), byte(100)], ['int32'])
add('ConvInteger', [10], [images, filters, byte(7), byte(100)], ['int32'], pads=[1, 1, 1, 1], strides=[2, 1])
add('QLinearMatMul', [10], [a, factor(0.02), byte(12), b, factor(0.03), byte(100), factor(0.5), byte(118)])
add('QLinearConv', [10], [images, factor(0.02), byte(12), filters, factor([0.03, 0.01, 0.02]), byte([100, 100, 100]), factor(0.5), byte(118), whole(100, -500, 3000, dtype='int32')], pads=[1, 0, 1, 0])

# Recurrent networks: directions, lengths of sequences, first states, peepholes, activations with numbers of their own, bounds, coupled gates.
def network(operator, opsets, direction='forward', steps=4, examples=2, width=3, units=4, bias=True, lengths=None, states=0, peepholes=False, **attributes):
    gates, both = {'RNN': 1, 'GRU': 3, 'LSTM': 4}[operator], 2 if direction == 'bidirectional' else 1
    operands = [floats(steps, examples, width), floats(both, gates * units, width), floats(both, gates * units, units)]
    operands += [floats(both, 2 * gates * units) if bias else None, None if lengths is None else whole(*lengths, dtype='int32')]
    operands += [floats(both, examples, units) if i < states else None for i in range(2 if operator == 'LSTM' else 1)]
    operands += [floats(both, 3 * units)] if peepholes else []
    while operands[-1] is None:
        operands.pop()
    note = ' '.join(filter(None, ['' if lengths is None else f'lengths {lengths}', f'{states} states' if states else '', 'peepholes' if peepholes else '', '' if bias else 'no bias']))
    outputs = ['float32'] * (3 if operator == 'LSTM' else 2)
    stored = [i for i in (1, 2, 3, 7) if i < len(operands) and operands[i] is not None]
    add(operator, opsets, operands, outputs, stored=stored, note=note, direction=direction, hidden_size=units, **attributes)


for name, newest in (('RNN', 22), ('GRU', 22), ('LSTM', 22)):
    states = 2 if name == 'LSTM' else 1
    network(name, [7, 14, newest])
    network(name, [7, 14, newest], 'reverse', lengths=(2, 4), states=states)
    network(name, [7, 14, newest], 'bidirectional', lengths=(4, 1), states=1)
    network(name, [7, 14], 'bidirectional', states=states, bias=False, clip=0.4)
    network(name, [14], steps=1, examples=1, states=states)
    network(name, [14], lengths=(0, 3), states=states)
for reset in (0, 1):
    network('GRU', [7, 14], 'bidirectional', states=1, linear_before_reset=reset)
    network('GRU', [14], lengths=(3, 2), linear_before_reset=reset, clip=0.3)
network('LSTM', [7, 14], 'bidirectional', states=2, peepholes=True)
network('LSTM', [14], 'reverse', lengths=(3, 4), peepholes=True, clip=0.5)
network('LSTM', [7, 14], input_forget=1, peepholes=True)
for names, alphas, betas in (
    (['Relu', 'LeakyRelu'], None, None), (['Affine', 'ScaledTanh'], [0.7, 0.6], [0.1, 0.8]), (['HardSigmoid', 'Softsign'], None, None),
    (['HardSigmoid', 'Elu'], [0.3, 0.9], [0.4]), (['ThresholdedRelu', 'Tanh'], [0.2], None), (['Sigmoid', 'Softplus'], None, None), (['Elu', 'HardSigmoid'], None, None),
):
    given = {**({} if alphas is None else {'activation_alpha': alphas}), **({} if betas is None else {'activation_beta': betas})}
    network('GRU', [14], steps=3, activations=names, **given)
    network('RNN', [14], steps=3, activations=names[:1], **{key: values[:1] for key, values in given.items() if names[0] not in ('Relu', 'Elu') or key == ''})


# Loops: a step's graph, seen by what is around it.
def value(name, *shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def graph_case(name, opset, nodes, fed, results, stored=()):
    graph = helper.make_graph(
        nodes, 'graph', [helper.make_tensor_value_info(key, kind(x.dtype), x.shape) for key, x in fed.items()],
        [helper.make_tensor_value_info(key, TensorProto.FLOAT, None) for key in results], [numpy_helper.from_array(x, key) for key, x in stored])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8 if opset < 19 else 9 if opset < 21 else 10)
    cases.append({'name': f'{name} {opset}', 'model': base64.b64encode(model.SerializeToString()).decode(), 'inputs': {key: listed(x) for key, x in fed.items()}})


body = helper.make_graph(
    [helper.make_node('MatMul', ['h', 'w'], ['p']), helper.make_node('Add', ['p', 'x'], ['s']), helper.make_node('Tanh', ['s'], ['next']), helper.make_node('Mul', ['next', 'x'], ['kept'])],
    'step', [value('h', 2, 3), value('x', 2, 3)], [value('next', 2, 3), value('kept', 2, 3)])
weights = [('w', floats(3, 3))]
for opset in (9, 11, 16):
    for axis, backward, out, reversed_ in ((0, 0, 0, 0), (1, 1, -1, 1), (2, 1, 1, 0), (-2, 0, 0, 1)):
        shape = [2, 3]
        shape.insert(axis if axis >= 0 else axis + 3, 5)
        node = helper.make_node('Scan', ['first', 'xs'], ['last', 'all'], name='node', body=body, num_scan_inputs=1, scan_input_axes=[axis], scan_input_directions=[backward], scan_output_axes=[out], scan_output_directions=[reversed_])
        graph_case(f'Scan along {axis} {backward}, {out} {reversed_}', opset, [node], {'first': floats(2, 3), 'xs': floats(*shape)}, ['last', 'all'], weights)
row = helper.make_graph(
    [helper.make_node('Mul', ['h', 'x'], ['p']), helper.make_node('Tanh', ['p'], ['t']), helper.make_node('Add', ['t', 'x'], ['next']), helper.make_node('Identity', ['next'], ['kept'])],
    'step', [value('h', 3), value('x', 3)], [value('next', 3), value('kept', 3)])
for lengths in (None, whole(5, 2)):
    for backward in (0, 1):
        node = helper.make_node('Scan', ['' if lengths is None else 'lengths', 'first', 'xs'], ['last', 'all'], name='node', body=row, num_scan_inputs=1, directions=[backward])
        fed = {'first': floats(2, 3), 'xs': floats(2, 5, 3), **({} if lengths is None else {'lengths': lengths})}
        graph_case(f'Scan {"with lengths" if lengths is not None else "whole"} {backward}', 8, [node], fed, ['last', 'all'])
steps = helper.make_graph(
    [helper.make_node('Identity', ['goes'], ['on']), helper.make_node('Cast', ['i'], ['f'], to=TensorProto.FLOAT), helper.make_node('MatMul', ['h', 'w'], ['p']), helper.make_node('Add', ['p', 'f'], ['s']), helper.make_node('Sin', ['s'], ['next']), helper.make_node('Add', ['next', 'x'], ['kept'])],
    'step', [value('i', dtype=TensorProto.INT64), value('goes', dtype=TensorProto.BOOL), value('h', 2, 3)], [value('on', dtype=TensorProto.BOOL), value('next', 2, 3), value('kept', 2, 3)])
until = helper.make_graph(
    [helper.make_node('ReduceSum', ['h'], ['sum'], keepdims=0), helper.make_node('Less', ['sum', 'bound'], ['on']), helper.make_node('Add', ['h', 'x'], ['next'])],
    'step', [value('i', dtype=TensorProto.INT64), value('goes', dtype=TensorProto.BOOL), value('h', 2, 3)], [value('on', dtype=TensorProto.BOOL), value('next', 2, 3)])
for opset in (11, 13, 16):
    for name, inner, results in (('of a count', steps, ['last', 'all']), ('until', until, ['last'])):
        node = helper.make_node('Loop', ['count', '', 'first'], results, name='node', body=inner)
        graph_case(f'Loop {name}', opset, [node], {'first': np.abs(floats(2, 3)), 'x': np.abs(floats(2, 3)), 'count': whole(6).reshape(())}, results, [*weights, ('bound', np.float32(12))])

json.dump(cases, open(sys.argv[1], 'w'))
