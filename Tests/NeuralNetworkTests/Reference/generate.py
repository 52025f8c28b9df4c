"""Writes MaskReference.swift: what scikit-learn measures on random masks, and losses computed from their definitions.

    python3 Tests/NeuralNetworkTests/Reference/generate.py > Tests/NeuralNetworkTests/Reference/MaskReference.swift

Needs numpy and scikit-learn.
"""
import math

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

random = np.random.default_rng(7)


def masks(classes, absent=(), shape=(12, 15)):
    """A random mask and a prediction that is right two times in three; `absent` classes occur in neither."""
    allowed = [c for c in range(classes) if c not in absent]
    truth = random.choice(allowed, size=shape)
    predicted = np.where(random.random(shape) < 2 / 3, truth, random.choice(allowed, size=shape))
    return truth, predicted


def measures(truth, predicted, classes):
    t, p, labels = truth.ravel(), predicted.ravel(), list(range(classes))
    empty = (np.bincount(t, minlength=classes) + np.bincount(p, minlength=classes)) == 0
    iou = jaccard_score(t, p, labels=labels, average=None, zero_division=0)
    result = {
        "confusion": confusion_matrix(t, p, labels=labels).ravel(),
        "pixelAccuracy": [accuracy_score(t, p)],
        "iou": iou,
        "dice": f1_score(t, p, labels=labels, average=None, zero_division=0),
        "precision": precision_score(t, p, labels=labels, average=None, zero_division=0),
    }
    for rule, value in {"zero": 0.0, "one": 1.0, "skip": np.nan}.items():
        result["meanPixelAccuracy." + rule] = [np.nanmean(recall_score(t, p, labels=labels, average=None, zero_division=value))]
        result["meanDice." + rule] = [np.nanmean(f1_score(t, p, labels=labels, average=None, zero_division=value))]
        result["meanIoU." + rule] = [np.nanmean(np.where(empty, value, iou))]
    return result


def wave(shape, phase):
    return np.sin(0.37 * np.arange(math.prod(shape)) + phase).reshape(shape)


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


logits = 2 * wave((2, 3, 4, 5), 0.3)
binary = 2 * wave((2, 1, 4, 5), 0.3)
labels = np.arange(40).reshape(2, 4, 5) * 7 % 3
hot = np.stack([labels == c for c in range(3)], 1).astype(float)
counted = (labels != 1)[:, None].astype(float)


def tversky(p, t, alpha, beta, smooth):
    axes = (0, 2, 3)
    tp, fp, fn = (p * t).sum(axes), (p * (1 - t)).sum(axes), ((1 - p) * t).sum(axes)
    return (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)


def focal(gamma, weights=(1, 1, 1), mask=1):
    p = (softmax(logits) * hot).sum(1, keepdims=True)
    w = (hot * np.array(weights).reshape(1, 3, 1, 1)).sum(1, keepdims=True)
    loss = -w * (1 - p) ** gamma * np.log(p)
    return (loss * mask).sum() / (np.ones_like(loss) * mask).sum()


p = softmax(logits)
sigmoid = 1 / (1 + np.exp(-binary))
foreground = (labels == 2)[:, None].astype(float)
right = np.where(foreground == 1, sigmoid, 1 - sigmoid)
losses = {
    "dice": 1 - (2 * (p * hot).sum((0, 2, 3)) + 1) / (p.sum((0, 2, 3)) + hot.sum((0, 2, 3)) + 1),
    "diceForeground": (1 - tversky(p, hot, 0.5, 0.5, 0.5))[1:],
    "diceIgnoring": 1 - tversky(p * counted, hot * counted, 0.5, 0.5, 0.5),
    "diceBinary": 1 - tversky(sigmoid, foreground, 0.5, 0.5, 0.5),
    "tversky": 1 - tversky(p, hot, 0.3, 0.7, 1),
    "focal": focal(2),
    "focalWeighted": focal(1.5, (0.5, 1, 2)),
    "focalIgnoring": focal(2, mask=counted),
    "focalBinary": -((1 - right) ** 2 * np.log(right)),
    "sum": -np.log((p * hot).sum(1)).mean() + (1 - tversky(p, hot, 0.5, 0.5, 0.5)).mean(),
}


def numbers(values):
    return ", ".join("%.9g" % x for x in np.asarray(values, dtype=float).ravel())


print(f"// Written by Reference/generate.py with scikit-learn {sklearn.__version__} and numpy {np.__version__}.")
print("enum MaskReference {")
print("  /// Masks and predictions of 12 × 15 pixels with what scikit-learn measures on them.")
print("  static let cases: [(classes: Int, truth: [Int32], predicted: [Int32], measures: [String: [Double]])] = [")
for classes, absent in [(2, ()), (4, ()), (5, (3,)), (6, (0, 5))]:
    truth, predicted = masks(classes, absent)
    print(f"    (\n      {classes}, [{', '.join(map(str, truth.ravel()))}],")
    print(f"      [{', '.join(map(str, predicted.ravel()))}],\n      [")
    for name, values in measures(truth, predicted, classes).items():
        print(f'        "{name}": [{numbers(values)}],')
    print("      ]\n    ),")
print("  ]\n")
print("  /// Losses of logits 2 sin(0.37 i + 0.3) and labels 7 i mod 3.")
print("  static let losses: [String: Double] = [")
for name, value in losses.items():
    print(f'    "{name}": {np.mean(value):.9g},')
print("  ]\n}")
