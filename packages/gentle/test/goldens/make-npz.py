"""Small .npz files of numpy, and scikit-learn's balanced class weights, for test/data. Run with python3; needs numpy and scikit-learn."""

import base64
import io
import json
from pathlib import Path

import numpy as np
from sklearn.utils.class_weight import compute_class_weight

rng = np.random.default_rng(1)
x_train = rng.integers(0, 256, (6, 2, 3), dtype=np.uint8)
y_train = np.array([0, 1, 2, 0, 1, 2], dtype=np.int64)
x_test = rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)
y_test = np.array([2, 0], dtype=np.uint8)


def packed(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return base64.b64encode(file.getvalue()).decode()


keras = dict(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
labels = [0] * 5 + [1] * 2 + [2]
Path(__file__).with_name("npz.json").write_text(
    json.dumps(
        {
            "stored": packed(np.savez, **keras),
            "deflated": packed(np.savez_compressed, **keras),
            "channelsLast": packed(np.savez_compressed, x=rng.random((4, 2, 5, 3), dtype=np.float32), y=np.array([[0], [1], [0], [1]])),
            "trainPixels": x_train.flatten().tolist(),
            "testPixels": x_test.flatten().tolist(),
            "labels": labels,
            "weights": compute_class_weight("balanced", classes=np.array([0, 1, 2]), y=np.array(labels)).tolist(),
        }
    )
    + "\n"
)
