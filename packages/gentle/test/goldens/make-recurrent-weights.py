#!/usr/bin/python3
"""
Writes to a file of JSON recurrent layers with the weights of Keras and ONNX: `make-recurrent-weights.py cases.json`, and then
`node make-recurrent-weights.js cases.json` for the numbers of TensorFlow.js and onnxruntime. Those of Keras are computed here by its documented equations,
with NumPy. Python's onnx 1.12 or newer. Inputs and weights are drawn from the generator of make-ops.py, seeded with the case's name.
"""
import base64
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

here = Path(__file__)
specification = importlib.util.spec_from_file_location("make_ops", here.with_name("make-ops.py"))
make_ops = importlib.util.module_from_spec(specification)
specification.loader.exec_module(make_ops)

BATCH, STEPS, INPUTS, UNITS = 2, 3, 3, 2
GATES = {"rnn": 1, "lstm": 4, "gru": 3}
cases = {}


def draw(generator, *shape):
    return np.array([generator.value("signed") for _ in range(int(np.prod(shape)))]).reshape(shape)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def keras_step(kind, x, state, kernel, recurrent, bias, reset_after):
    """keras/layers/rnn: SimpleRNNCell, LSTMCell and GRUCell of Keras 2 and 3, their `call`."""
    h = state[0]
    if kind == "rnn":
        return [np.tanh(x @ kernel + bias + h @ recurrent)]
    if kind == "lstm":
        i, f, c, o = np.split(x @ kernel + h @ recurrent + bias, 4, 1)
        c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(c)
        return [sigmoid(o) * np.tanh(c), c]
    input_bias, recurrent_bias = bias if reset_after else (bias, None)
    xz, xr, xh = np.split(x @ kernel + input_bias, 3, 1)
    if reset_after:
        hz, hr, hh = np.split(h @ recurrent + recurrent_bias, 3, 1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        hh = np.tanh(xh + r * hh)
    else:
        hz, hr = np.split(h @ recurrent[:, :2 * UNITS], 2, 1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        hh = np.tanh(xh + (r * h) @ recurrent[:, 2 * UNITS:])
    return [z * h + (1 - z) * hh]


def keras(kind, name, reset_after=True, by="keras"):
    """With `by` tensorflowjs it is that which computes."""
    name = f"{by}: {name}"
    generator = make_ops.Generator(name)
    columns = GATES[kind] * UNITS
    x = draw(generator, BATCH, STEPS, INPUTS)
    weights = {
        "kernel": draw(generator, INPUTS, columns),
        "recurrentKernel": draw(generator, UNITS, columns),
        "bias": draw(generator, *([2, columns] if kind == "gru" and reset_after else [columns])),
    }
    cases[name] = {"by": by, "kind": kind, "resetAfter": reset_after}
    if by == "keras":
        state = [np.zeros((BATCH, UNITS))] * 2
        outputs = []
        for t in range(STEPS):
            state = keras_step(kind, x[:, t], state, weights["kernel"], weights["recurrentKernel"], weights["bias"], reset_after)
            outputs.append(state[0])
        cases[name]["outputs"] = [make_ops.short(float(value)) for value in np.stack(outputs, 1).reshape(-1)]
    else:
        cases[name]["x"] = x.tolist()
        cases[name]["weights"] = [value.tolist() for value in weights.values()]


def onnx(kind, name, reset_after=True, directions=1, biases=True):
    name = f"onnx: {name}"
    generator = make_ops.Generator(name)
    rows = GATES[kind] * UNITS
    x = draw(generator, STEPS, BATCH, INPUTS)
    shapes = {"W": [directions, rows, INPUTS], "R": [directions, rows, UNITS], **({"B": [directions, 2 * rows]} if biases else {})}
    weights = {key: draw(generator, *shape).astype(np.float32) for key, shape in shapes.items()}
    attributes = {"hidden_size": UNITS, "direction": "forward" if directions == 1 else "bidirectional"}
    if kind == "gru" and reset_after:
        attributes["linear_before_reset"] = 1
    node = helper.make_node(kind.upper(), ["x", *weights], ["y"], **attributes)
    graph = helper.make_graph(
        [node],
        "recurrent",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [STEPS, BATCH, INPUTS])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [STEPS, directions, BATCH, UNITS])],
        [numpy_helper.from_array(value, key) for key, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    cases[name] = {
        "by": "onnx",
        "kind": kind,
        "resetAfter": reset_after,
        "directions": directions,
        "biases": biases,
        "x": x.tolist(),
        "model": base64.b64encode(model.SerializeToString()).decode(),
    }


for kind in ["rnn", "lstm", "gru"]:
    keras(kind, kind)
keras("gru", "gru that resets before", reset_after=False)
for kind in ["rnn", "lstm"]:
    keras(kind, kind, by="tensorflowjs")
keras("gru", "gru that resets before", reset_after=False, by="tensorflowjs")
for kind in ["rnn", "lstm", "gru"]:
    onnx(kind, f"{kind} in both directions", directions=2)
onnx("gru", "gru that resets before", reset_after=False)
onnx("lstm", "lstm without biases", biases=False)
Path(sys.argv[1]).write_text(json.dumps(cases))
