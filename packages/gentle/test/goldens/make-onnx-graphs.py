"""Writes onnx-graphs.json: models of several inputs and outputs, integers, branches and loops, base64, whose numbers the tests say themselves."""
import base64
import json
import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def tensor(name, array):
    return numpy_helper.from_array(np.array(array), name)


def model(nodes, inputs, outputs, initializers=(), opset=16):
    graph = helper.make_graph(nodes, 'g', inputs, outputs, list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8)
    checker.check_model(made)
    return base64.b64encode(made.SerializeToString()).decode()


node = helper.make_node


def two():
    """x and n: their sum as floats, and n + 1."""
    return model(
        [node('Cast', ['n'], ['f'], to=FLOAT), node('Add', ['x', 'f'], ['sum']), node('Add', ['n', 'one'], ['next'])],
        [value('x', FLOAT, ['N', 2]), value('n', INT64, ['N', 1])],
        [value('sum', FLOAT, ['N', 2]), value('next', INT64, ['N', 1])],
        [tensor('one', np.int64(1))],
    )


def branch():
    """The sum of x above 0: x doubled, else x negated. The condition depends on the numbers."""
    then = helper.make_graph([node('Add', ['x', 'x'], ['a'])], 'then', [], [value('a', FLOAT, None)])
    other = helper.make_graph([node('Neg', ['x'], ['b'])], 'else', [], [value('b', FLOAT, None)])
    return model(
        [
            node('ReduceSum', ['x'], ['s'], keepdims=0),
            node('Greater', ['s', 'zero'], ['c']),
            node('If', ['c'], ['y'], then_branch=then, else_branch=other),
        ],
        [value('x', FLOAT, [3])],
        [value('y', FLOAT, [3])],
        [tensor('zero', np.float32(0))],
    )


def loop():
    """Doubles x until its sum is at least 100: x, and its sums."""
    body = helper.make_graph(
        [
            node('Add', ['v', 'v'], ['w']),
            node('ReduceSum', ['w'], ['t'], keepdims=0),
            node('Less', ['t', 'limit'], ['again']),
            node('Identity', ['t'], ['each']),
        ],
        'body',
        [value('i', INT64, []), value('go', BOOL, []), value('v', FLOAT, [2])],
        [value('again', BOOL, []), value('w', FLOAT, [2]), value('each', FLOAT, [])],
    )
    return model(
        [node('Loop', ['', 'yes', 'x'], ['y', 'sums'], body=body)],
        [value('x', FLOAT, [2])],
        [value('y', FLOAT, [2]), value('sums', FLOAT, ['T'])],
        [tensor('yes', np.bool_(True)), tensor('limit', np.float32(100))],
    )


def loop_of_places():
    """Over three steps, x less the step: the places above 0 of each, summed up. Two loops have one name, as careless programs write them."""

    def body(prefix, step):
        names = {n: prefix + n for n in ('i', 'go', 'v', 'again', 'w', 'c', 'places', 'count', 'both', 'n')}
        return helper.make_graph(
            [
                node('Sub', [names['v'], step], [names['w']]),
                node('Greater', [names['w'], 'zero'], [names['c']]),
                node('NonZero', [names['c']], [names['places']]),
                node('Shape', [names['places']], [names['both']]),
                node('Gather', [names['both'], 'last'], [names['count']]),
                node('Identity', [names['count']], [names['n']]),
                node('Greater', [names['count'], 'none'], [names['again']]),
            ],
            prefix,
            [value(names['i'], INT64, []), value(names['go'], BOOL, []), value(names['v'], FLOAT, ['N'])],
            [value(names['again'], BOOL, []), value(names['w'], FLOAT, ['N']), value(names['n'], INT64, [])],
        )

    return model(
        [
            node('Loop', ['', 'yes', 'x'], ['a', 'slow'], name='loop', body=body('p', 'one')),
            node('Loop', ['', 'yes', 'x'], ['b', 'fast'], name='loop', body=body('q', 'two')),
        ],
        [value('x', FLOAT, ['N'])],
        [value('slow', INT64, ['S']), value('fast', INT64, ['F'])],
        [
            tensor('yes', np.bool_(True)),
            tensor('zero', np.float32(0)),
            tensor('none', np.int64(0)),
            tensor('last', np.int64(1)),
            tensor('one', np.float32(1)),
            tensor('two', np.float32(2)),
        ],
    )


def table():
    """Rows of a table by numbers that the input computes, and softmax: [N, 1] to [N, 2]."""
    return model(
        [
            node('Cast', ['x'], ['i'], to=INT64),
            node('Mul', ['i', 'i'], ['squares']),
            node('Gather', ['rows', 'squares'], ['r']),
            node('Flatten', ['r'], ['f']),
            node('Softmax', ['f'], ['y']),
        ],
        [value('x', FLOAT, ['N', 1])],
        [value('y', FLOAT, ['N', 2])],
        [tensor('rows', np.arange(10, dtype=np.float32).reshape(5, 2))],
    )


def positive():
    """The places of the elements above 0, how many there are, and these elements."""
    return model(
        [
            node('Greater', ['x', 'zero'], ['c']),
            node('NonZero', ['c'], ['places']),
            node('Shape', ['places'], ['both']),
            node('Gather', ['both', 'last'], ['count']),
            node('Compress', ['x', 'c'], ['y']),
        ],
        [value('x', FLOAT, ['N'])],
        [value('places', INT64, [1, 'M']), value('count', INT64, []), value('y', FLOAT, ['M'])],
        [tensor('zero', np.float32(0)), tensor('last', np.int64(1))],
    )


def found():
    """Of the elements above 0, their places, and by how much the sigmoid of each is more than a half, as a matrix of two columns."""
    return model(
        [
            node('Greater', ['x', 'zero'], ['c']),
            node('NonZero', ['c'], ['rows']),
            node('Transpose', ['rows'], ['places']),
            node('GatherND', ['x', 'places'], ['v']),
            node('Sigmoid', ['v'], ['s']),
            node('Sub', ['s', 'half'], ['d']),
            node('Unsqueeze', ['d', 'one'], ['u']),
            node('MatMul', ['u', 'w'], ['y']),
        ],
        [value('x', FLOAT, ['N'])],
        [value('places', INT64, ['M', 1]), value('y', FLOAT, ['M', 2])],
        [
            tensor('zero', np.float32(0)),
            tensor('half', np.float32(0.5)),
            tensor('one', np.array([1])),
            tensor('w', np.array([[1, 2]], np.float32)),
        ],
    )


def shaped():
    """x in the shape that an input tells."""
    return model(
        [node('Reshape', ['x', 'shape'], ['y'])],
        [value('x', FLOAT, ['N', 'C']), value('shape', INT64, ['R'])],
        [value('y', FLOAT, ['A', 'B'])],
    )


def squares():
    return model([node('Mul', ['n', 'n'], ['y'])], [value('n', INT64, ['N'])], [value('y', INT64, ['N'])])


def numbers_to_square():
    """The numbers below n n, and n n n as int32."""
    return model(
        [
            node('Mul', ['n', 'n'], ['nn']),
            node('Range', ['from', 'nn', 'step'], ['y']),
            node('Mul', ['nn', 'n'], ['nnn']),
            node('Cast', ['nnn'], ['low'], to=TensorProto.INT32),
        ],
        [value('n', INT64, [])],
        [value('y', INT64, ['M']), value('low', TensorProto.INT32, [])],
        [tensor('from', np.int64(0)), tensor('step', np.int64(1))],
    )


def classifier():
    """Mean over rows and columns of [N, 2, H, W], a dense layer to 3 and softmax."""
    w = np.arange(6, dtype=np.float32).reshape(2, 3) / 6
    return model(
        [
            node('GlobalAveragePool', ['image'], ['p']),
            node('Flatten', ['p'], ['f']),
            node('Gemm', ['f', 'fc.weight', 'fc.bias'], ['logits']),
            node('Softmax', ['logits'], ['y']),
        ],
        [value('image', FLOAT, ['N', 2, 'height', 'width'])],
        [value('y', FLOAT, ['N', 3])],
        [tensor('fc.weight', w), tensor('fc.bias', np.zeros(3, np.float32))],
    )


def unknown_attribute():
    made = node('Relu', ['x'], ['y'])
    made.attribute.append(helper.make_attribute('slope', 0.5))
    graph = helper.make_graph([made], 'g', [value('x', FLOAT, ['N'])], [value('y', FLOAT, ['N'])])
    wrong = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 16)], ir_version=8)
    return base64.b64encode(wrong.SerializeToString()).decode()


def batch(nodes, initializers=()):
    return model(nodes, [value('x', FLOAT, ['N', 1, 8, 8])], [value('y', FLOAT, ['A', 'B', 'C', 'D'])], initializers)


models = {
    'two': two(),
    'branch': branch(),
    'loop': loop(),
    'loopOfPlaces': loop_of_places(),
    'table': table(),
    'positive': positive(),
    'found': found(),
    'shaped': shaped(),
    'squares': squares(),
    'numbersToSquare': numbers_to_square(),
    'classifier': classifier(),
    'unknownAttribute': unknown_attribute(),
    'batchMean': batch([node('ReduceMean', ['x'], ['y'], axes=[0])]),
    'batchReshape': batch([node('Reshape', ['x', 's'], ['y'])], [tensor('s', np.array([-1, 16]))]),
    'batchTransposed': batch([node('Transpose', ['x'], ['y'], perm=[2, 1, 0, 3])]),
    'resizeHuge': batch([node('Resize', ['x', '', 's'], ['y'])], [tensor('s', np.array([1, 1, 1e6, 1e6], np.float32))]),
}
path = pathlib.Path(__file__).with_name('onnx-graphs.json')
path.write_text(json.dumps(models, indent=1) + '\n')
