"""Writes ReferenceValues.swift: what PyTorch computes for inputs both sides can make, waves sin(0.37 i + phase).

    python3 Tests/TensorRuntimeTests/Reference/generate.py > Tests/TensorRuntimeTests/Reference/ReferenceValues.swift
"""
import math

import torch
import torch.nn.functional as F


def wave(shape, phase):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.37 * i + phase) for i in range(count)], dtype=torch.float64).reshape(shape)


targets = torch.tensor([1, 4, 0, 2])
pixels = torch.tensor([[[1, 2], [0, 9]], [[0, 9], [2, 1]]])


def adam(**options):
    w = wave((5,), 0.1).requires_grad_()
    decoupled = options.pop("decoupled", False)
    optimizer = (torch.optim.AdamW if decoupled else torch.optim.Adam)([w], lr=0.1, **options)
    return steps(w, optimizer)


def steps(w, optimizer):
    for _ in range(3):
        optimizer.zero_grad()
        ((w * wave((5,), 0.9)) ** 2).sum().backward()
        optimizer.step()
    return w.detach()


def other(kind, **options):
    w = wave((5,), 0.1).requires_grad_()
    return steps(w, kind([w], **options))


cases = {
    "convolution": F.conv2d(wave((2, 4, 7, 6), 0), wave((6, 2, 3, 3), 1), wave((6,), 2), stride=2, padding=1, dilation=(1, 2), groups=2),
    "convolution1": F.conv1d(wave((1, 2, 9), 0), wave((3, 2, 4), 1), wave((3,), 2), stride=2, padding=1),
    "convolution3": F.conv3d(wave((1, 2, 4, 5, 4), 0), wave((3, 2, 2, 3, 2), 1), wave((3,), 2)),
    "transposed": F.conv_transpose2d(wave((2, 4, 3, 3), 0), wave((4, 3, 3, 3), 1), wave((6,), 2), stride=2, padding=1, output_padding=1, groups=2),
    "maxPool": F.max_pool2d(wave((1, 2, 7, 6), 0), 3, 2, 1),
    "averagePool": F.avg_pool2d(wave((1, 2, 7, 6), 0), 3, 2, 1, count_include_pad=False),
    "averagePoolCounting": F.avg_pool2d(wave((1, 2, 7, 6), 0), 3, 2, 1, count_include_pad=True),
    "batchNorm": F.batch_norm(wave((3, 2, 2, 2), 0), None, None, wave((2,), 1), wave((2,), 2), training=True),
    "layerNorm": F.layer_norm(wave((3, 5), 0), (5,), wave((5,), 1), wave((5,), 2)),
    "dense": F.linear(wave((3, 5), 0), wave((4, 5), 1), wave((4,), 2)),
    "gelu": F.gelu(3 * wave((9,), 0)),
    "silu": F.silu(3 * wave((9,), 0)),
    "elu": F.elu(3 * wave((9,), 0)),
    "softplus": F.softplus(3 * wave((9,), 0)),
    "sigmoid": torch.sigmoid(30 * wave((9,), 0)),
    "tanh": torch.tanh(3 * wave((9,), 0)),
    "exp": torch.exp(30 * wave((9,), 0)),
    "log": torch.log(wave((9,), 0.5).abs()),
    "softmax": F.softmax(9 * wave((3, 5), 0), 1),
    "logSoftmax": F.log_softmax(9 * wave((2, 3, 4), 0), 1),
    "crossEntropy": F.cross_entropy(wave((4, 5), 0), targets),
    "crossEntropySmooth": F.cross_entropy(wave((4, 5), 0), targets, label_smoothing=0.1),
    "crossEntropyPixels": F.cross_entropy(wave((2, 3, 2, 2), 0), pixels, weight=torch.tensor([1, 2, 0.5], dtype=torch.float64), ignore_index=9, label_smoothing=0.1),
    "binaryCrossEntropy": F.binary_cross_entropy_with_logits(9 * wave((6,), 0), wave((6,), 1).abs()),
    "variance": wave((3, 5), 0).var(dim=1, correction=1),
    "adam": adam(),
    "adamDecay": adam(weight_decay=0.1),
    "adamDecoupled": adam(weight_decay=0.1, decoupled=True),
    "momentum": other(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.1),
    "nesterov": other(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True),
    "rmsprop": other(torch.optim.RMSprop, lr=0.1, momentum=0.5),
    "adagrad": other(torch.optim.Adagrad, lr=0.1),
}

print(f"// Written by Reference/generate.py with PyTorch {torch.__version__.split('+')[0]} in double precision.")
print("enum Reference {")
print("  static let values: [String: [Double]] = [")
for name, value in cases.items():
    numbers = ", ".join(f"{x:.7g}" for x in value.flatten().tolist())
    print(f'    "{name}": [{numbers}],')
print("  ]")
print("}")
