#!/usr/bin/env python3
"""What scikit-learn gives for predictions of classes: classification-metrics.json.

Run: /usr/bin/python3 make-classification-metrics.py   (scikit-learn 1.2.1)
"""
import json
import os
import warnings

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    cohen_kappa_score,
    matthews_corrcoef,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
    top_k_accuracy_score,
)

warnings.filterwarnings("ignore")
random = np.random.RandomState(11)


def plain(values):
    """JSON has no NaN."""
    return [None if np.isnan(value) else float(value) for value in np.ravel(values)]


def number(value):
    return plain([value])[0]


def calibration(confidence, right, bins):
    """The mean over the bins of scikit-learn's curve by how many examples each holds."""
    accuracy, sure = calibration_curve(right, confidence, n_bins=bins, strategy="uniform")
    held = np.bincount(np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence), minlength=bins)
    held = held[held > 0]
    apart = np.abs(accuracy - sure)
    return {
        "bins": bins,
        "counts": held.tolist(),
        "accuracy": plain(accuracy),
        "confidence": plain(sure),
        "error": float(np.sum(held * apart) / np.sum(held)),
        "maximumError": float(np.max(apart)),
    }


def case(name, labels, probabilities):
    # As the library has them.
    probabilities = np.float32(probabilities).astype(np.float64)
    examples, classes = probabilities.shape
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities.max(axis=1)
    everything = list(range(classes))
    average = {
        kind: plain(precision_recall_fscore_support(labels, predicted, average=kind)[:3])
        for kind in ("macro", "micro", "weighted")
    }
    curves = []
    for label in everything:
        positive = labels == label
        scores = probabilities[:, label]
        if not 0 < positive.sum() < examples:
            curves.append(None)
            continue
        fpr, tpr, thresholds = roc_curve(positive, scores, drop_intermediate=False)
        precision, recall, at = precision_recall_curve(positive, scores)
        curves.append(
            {
                "area": roc_auc_score(positive, scores),
                "falsePositiveRate": plain(fpr),
                "truePositiveRate": plain(tpr),
                "rocThresholds": plain(thresholds[1:]),
                "averagePrecision": average_precision_score(positive, scores),
                "precision": plain(precision),
                "recall": plain(recall),
                "thresholds": plain(at),
            }
        )
    whole = all(curves)
    return {
        "name": name,
        "labels": labels.tolist(),
        "classes": classes,
        "probabilities": [float(value) for value in probabilities.ravel()],
        "accuracy": accuracy_score(labels, predicted),
        "perClass": [plain(row) for row in precision_recall_fscore_support(labels, predicted, labels=everything)],
        "average": average,
        "kappa": number(cohen_kappa_score(labels, predicted)),
        "matthews": number(matthews_corrcoef(labels, predicted)),
        "top2": float(top_k_accuracy_score(labels, probabilities, k=2, labels=everything)) if classes > 2 else None,
        "curves": curves,
        # Of several classes, each against the rest; scikit-learn refuses classes that do not occur.
        "auc": (roc_auc_score(labels, probabilities, multi_class="ovr", average="macro") if classes > 2 else curves[1]["area"])
        if whole
        else None,
        "calibration": [calibration(confidence, labels == predicted, bins) for bins in (5, 15)],
    }


def drawn(labels, classes, sure):
    """Probabilities that are right as often as `sure` makes them."""
    logits = random.normal(size=(len(labels), classes))
    logits[np.arange(len(labels)), labels] += sure
    e = np.exp(logits)
    return e / e.sum(axis=1, keepdims=True)


def rounded(probabilities, steps):
    """With many ties; those of an example add up to 1 still."""
    whole = np.round(probabilities * steps)
    whole[:, 0] += steps - whole.sum(axis=1)
    return whole / steps


two = random.randint(0, 2, 14)
three = random.randint(0, 3, 18)
few = random.choice([0, 2], 12)
one = np.zeros(6, int)
without = drawn(three, 4, 2)
without[:, 3] = 0
without /= without.sum(axis=1, keepdims=True)
never = drawn(three, 3, 1)
never[:, 2] *= 0.05
never /= never.sum(axis=1, keepdims=True)
cases = [
    case("two classes", two, drawn(two, 2, 1)),
    case("two classes with tied scores", two, rounded(drawn(two, 2, 1), 4)),
    case("three classes", three, drawn(three, 3, 1)),
    case("three classes with tied scores", three, rounded(drawn(three, 3, 0.5), 8)),
    case("a class that is never predicted", three, never),
    case("a class that does not occur, but is predicted", few, drawn(few, 3, 0.2)),
    case("a class that neither occurs nor is predicted", three, without),
    case("predictions that are all of one class", two, np.tile([0.75, 0.25], (14, 1))),
    case("examples that are all of one class, all right", one, np.tile([0.75, 0.25], (6, 1))),
    case("predictions that are all wrong", two, np.stack([two, 1 - two], axis=1) * 0.5 + 0.25),
]
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "classification-metrics.json")
with open(path, "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(each) for each in cases) + "\n]\n")
