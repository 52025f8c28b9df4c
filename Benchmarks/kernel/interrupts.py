"""How soon a running cell ends when it is interrupted, and that what was computed before is still there."""

import os
import random
import statistics
import time

NET = """
let data = Digits(count: 2_000)
let net = Sequential(input: [1, 28, 28]) { Conv(32, 3, activation: .relu); Flatten(); Dense(10) }
net.fit(data, batch: 128)"""

# name: (cells before, the cell to interrupt, how long it may run before, a cell that shows that all is well)
CASES = {
    "a loop of the language": ("", "var i = 0\nwhile true { i = (i + 1) % 7 }", 0.1, "i < 7"),
    "a convolution (64 to 64 channels, 3×3, 112², batch 32)": (
        "let net = Sequential(input: [64, 112, 112]) { Conv(64, 3, padding: .same) }\nlet x = rand(32, 64, 112, 112)",
        "while true { expect(isClose(net(x).sum(), 0, within: 1e9)) }", 1.0, "net(x[0]).sum()",
    ),
    "a convolution (64 to 64 channels, 3×3, 224², batch 32)": (
        "let net = Sequential(input: [64, 224, 224]) { Conv(64, 3, padding: .same) }\nlet x = rand(32, 64, 224, 224)",
        "while true { expect(isClose(net(x).sum(), 0, within: 1e9)) }", 2.0, "net(x[0]).sum()",
    ),
    "training": (NET, "net.fit(data, epochs: 1_000, batch: 128)", 1.0, "net.fit(data, batch: 128).losses[0] < 3"),
    "validation": (NET, "while true { let e = net.evaluate(data.train) }", 0.5, "net.evaluate(data.test).loss < 3"),
    "a matrix product (4000²)": ("let a = rand(4_000, 4_000)", "while true { expect(matmul(a, a)[0, 0].number > 0) }", 0.6, "a.count"),
    "drawing digits": ("let kept = ones(3)", "while true { let d = Digits(count: 60_000) }", 0.5, "kept.sum()"),
    "reading MNIST": ("let kept = ones(3)", "while true { let d = MNIST() }", 0.5, "kept.sum()"),
    "random numbers (50 million)": ("let kept = ones(3)", "while true { print(rand(50_000_000)[0]) }", 0.5, "kept.sum()"),
    "a question": ("let kept = ones(3)", 'input("name? ")', 0.05, "kept.sum()"),
}  # fmt: skip


def once(kernel, code, seconds, repeated):
    """Milliseconds from the interrupt to the cell's idle."""
    request = kernel.send(code)
    kernel.wait_for(request, lambda message: message["msg_type"] == "execute_input")
    time.sleep(random.uniform(0.01, seconds))
    start = time.perf_counter()
    for _ in range(2 if repeated else 1):
        kernel.session.send(kernel.control, "interrupt_request", {})
    reply = kernel.finish(request)
    if reply.get("ename") != "Interrupted":
        raise RuntimeError(f"the cell wasn't interrupted: {reply}")
    return (time.perf_counter() - start) * 1_000


def shutdown(make):
    """Milliseconds from a shutdown to the end of a process that trains."""
    kernel = make()
    try:
        kernel.execute(NET)
        request = kernel.send("net.fit(data, epochs: 1_000, batch: 128)")
        kernel.wait_for(request, lambda message: message["msg_type"] == "execute_input")
        time.sleep(random.uniform(0.1, 0.5))
        start = time.perf_counter()
        kernel.session.send(kernel.control, "interrupt_request", {})
        kernel.session.send(kernel.control, "shutdown_request", {"restart": False})
        kernel.process.wait(timeout=10)
        return (time.perf_counter() - start) * 1_000
    finally:
        kernel.close()


def idle(kernel):
    """Milliseconds of an interrupt and a cell right behind it, when nothing runs."""
    start = time.perf_counter()
    kernel.session.send(kernel.control, "interrupt_request", {})
    kernel.execute("kept.sum()")
    return (time.perf_counter() - start) * 1_000


def report(title, times):
    times = sorted(times)
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"| {title} | {len(times)} | {statistics.median(times):.1f} ms | {p99:.1f} ms | {times[-1]:.1f} ms |", flush=True)


def measure(make, count):
    random.seed(1)
    print("| interrupted | times | median | p99 | worst |\n| --- | ---: | ---: | ---: | ---: |")
    for title, (before, code, seconds, check) in CASES.items():
        if "MNIST" in code and not os.environ.get("CNNREPL_DATA"):
            continue
        kernel = make()
        try:
            kernel.execute(before)
            times = []
            for number in range(count):
                times.append(once(kernel, code, seconds, repeated=number % 5 == 4))
                if number % 10 == 0:
                    kernel.execute(check)
            report(title, times)
        finally:
            kernel.close()
    kernel = make()
    kernel.execute("let kept = ones(3)")
    report("nothing (with the cell behind it)", [idle(kernel) for _ in range(count)])
    kernel.close()
    report("training, then shut down (to the end of the process)", [shutdown(make) for _ in range(max(1, count // 10))])
