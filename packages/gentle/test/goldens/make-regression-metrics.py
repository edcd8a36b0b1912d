#!/usr/bin/env python3
"""What scikit-learn gives for predictions of numbers: regression-metrics.json.

Run: /usr/bin/python3 make-regression-metrics.py   (scikit-learn 1.2.1)
"""
import json
import os

import numpy as np
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

random = np.random.RandomState(7)


def case(name, targets, predictions):
    # As the library has them.
    targets, predictions = np.float32(targets), np.float32(predictions)
    t, y = np.float64(targets), np.float64(predictions)
    return {
        "name": name,
        "shape": list(targets.shape),
        "targets": targets.ravel().tolist(),
        "predictions": predictions.ravel().tolist(),
        "r2": r2_score(t, y),
        "meanAbsoluteError": mean_absolute_error(t, y),
        "rootMeanSquaredError": mean_squared_error(t, y, squared=False),
    }


normal = random.normal(size=(12, 1))
years = 2000 + 10 * random.normal(size=(12, 1))
two = random.normal(size=(9, 2)) * [1, 50]
cases = [
    case("good predictions", normal, normal + 0.1 * random.normal(size=(12, 1))),
    case("predictions that are worse than the mean", normal, -normal),
    case("targets far from 0 for their spread", years, years + random.normal(size=(12, 1))),
    case("two outputs", two, two + random.normal(size=(9, 2))),
    case("targets that are all the same, missed", np.full((4, 1), 3), np.array([[3], [3], [3], [4]])),
    case("targets that are all the same, met", np.full((4, 1), 3), np.full((4, 1), 3)),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "regression-metrics.json")
with open(path, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(each) for each in cases) + "\n]\n")
