"""What is measured: workloads with their usual batch and size, and the modes of ours and the peers."""

import os
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
PROGRAMS = FOLDER / "workloads"

# PyTorch loses up to half its speed to page faults with glibc's own settings; these are in its favour.
TUNED = {
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "MALLOC_MMAP_THRESHOLD_": str(4 << 30),
    "MALLOC_TOP_PAD_": str(256 << 20),
}


@dataclass(frozen=True)
class Workload:
    """A network with its batch and image size; `targets` are the least ratios to the best peer that are wanted."""

    name: str
    title: str
    batch: int
    size: int
    kinds: tuple = ("training", "inference")
    targets: tuple = (None, None)

    @property
    def key(self):
        return f"{self.name}@{self.batch}x{self.size}"

    @property
    def target(self):
        return dict(zip(("training", "inference"), self.targets))


WORKLOADS = [
    Workload("w1-lenet", "W1 LeNet-5", 128, 28, targets=(3.5, 3.0)),
    Workload("w2-keras", "W2 Keras MNIST CNN", 128, 28, targets=(1.3, 1.0)),
    Workload("w3-resnet20", "W3 ResNet-20", 128, 32, targets=(1.2, 1.0)),
    Workload("w4-dcgan", "W4 DCGAN step", 64, 28, targets=(1.3, None)),
    Workload("w5-unet", "W5 U-Net", 16, 64, targets=(1.2, 0.95)),
    Workload("w6-vgg16", "W6 VGG-16, batch 1", 1, 224, ("inference",), (None, 1.7)),
    Workload("w6-vgg16", "W6 VGG-16, batch 8", 8, 224, ("inference",), (None, 1.7)),
    Workload("w6-resnet50", "W6 ResNet-50, batch 1", 1, 224, ("inference",), (None, 1.05)),
    Workload("w6-resnet50", "W6 ResNet-50, batch 8", 8, 224, ("inference",), (None, 0.98)),
    Workload("few-20-50", "20 and 50 filters, 29×29, batch 100", 100, 29, targets=(2.0, 2.0)),
    Workload("few-odd", "12 to 20 filters, 33×37×3, batch 100", 100, 33, targets=(2.0, 2.0)),
]


@dataclass(frozen=True)
class Mode:
    """One way to run a workload."""

    name: str
    title: str
    peer: str | None
    peer_mode: str = ""
    tuned: bool = False


OURS = Mode("ours", "cnnrepl", None)
MODES = [OURS] + [
    Mode(f"{name}{'+malloc' if tuned else ''}", f"{title}{', malloc tuned' if tuned else ''}", peer, peer_mode, tuned)
    for name, title, peer, peer_mode in [
        ("eager", "PyTorch eager", "torch", "eager"),
        ("channels_last", "PyTorch channels_last", "torch", "channels_last"),
        ("compile", "torch.compile, channels_last", "torch", "compile"),
        ("graph", "Keras, TensorFlow graph", "keras", "graph"),
    ]
    for tuned in (False, True)
]


@dataclass(frozen=True)
class Length:
    """How long a measurement is: so many steps whose losses are compared, then warming up, then timed blocks."""

    learning_steps: int = 16
    warm_up: float = 0.4
    block_seconds: float = 0.3
    blocks: int = 5


SHORT = Length(4, 0.0, 0.0, 1)


def program(workload, length, kinds, ending="measure"):
    """Our program for a workload, as text: settings, data, the network, and what is done with it."""
    settings = {
        "batch": workload.batch, "size": workload.size, "learningSteps": length.learning_steps,
        "warmUp": float(length.warm_up), "blockSeconds": float(length.block_seconds), "blocks": length.blocks,
        "kinds": "[" + ", ".join(f'"{kind}"' for kind in kinds) + "]",
    }
    head = "".join(f"let {name} = {value}\n" for name, value in settings.items())
    return head + "\n".join((PROGRAMS / f"{part}.cnn").read_text() for part in ("data", workload.name, ending))


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))
