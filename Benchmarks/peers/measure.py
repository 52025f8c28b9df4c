"""What both peers share: the settings, and measuring as workloads/measure.cnn does."""

import argparse
import time


def settings():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workload", required=True)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--kinds", default="training,inference")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--learning-steps", type=int, required=True)
    parser.add_argument("--warm-up", type=float, required=True)
    parser.add_argument("--block-seconds", type=float, required=True)
    parser.add_argument("--blocks", type=int, required=True)
    return parser.parse_args()


def measure(name, options, body):
    """Times blocks of steps once everything is compiled and warm; `body(step)` gives a number as Python's float."""
    start = time.perf_counter()
    losses = [body(0)]
    print("first", name, time.perf_counter() - start, flush=True)
    losses += [body(step) for step in range(1, options.learning_steps if name == "training" else 3)]
    if name == "training":
        later = losses[len(losses) // 2:]
        print("losses", losses[0], sum(later) / len(later), len(losses), flush=True)
    warm = time.perf_counter()
    step = len(losses)
    while time.perf_counter() - warm < options.warm_up or step < len(losses) + 2:
        body(step)
        step += 1
    per_block = max(1, int((step - len(losses)) * options.block_seconds / (time.perf_counter() - warm)))
    for _ in range(options.blocks):
        start = time.perf_counter()
        for _ in range(per_block):
            body(step)
            step += 1
        print(name, time.perf_counter() - start, per_block, flush=True)


def run(options, make):
    """`make(options)` gives the functions `train(step)` and `infer(step)`."""
    functions = dict(zip(("training", "inference"), make(options)))
    for kind in options.kinds.split(","):
        measure(kind, options, functions[kind])
