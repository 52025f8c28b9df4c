"""The workloads in PyTorch. Modes: eager, channels_last, compile."""

import sys

import torch
from torch import nn
from torch.nn import functional as F

import measure


def glorot(module):
    """The initial weights of the other two, so that losses can be compared."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def lenet(options):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))


def keras_example(options):
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.skip = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.skip(x))


def resnet20(options):
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    channels = 16
    for filters in (16, 32, 64):
        for i in range(3):
            layers.append(Block(channels, filters, 2 if i == 0 and filters > 16 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Bottleneck(nn.Module):
    def __init__(self, channels, filters, stride, projects):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.conv3 = nn.Conv2d(filters, 4 * filters, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * filters)
        self.skip = nn.Identity() if not projects else nn.Sequential(
            nn.Conv2d(channels, 4 * filters, 1, stride, bias=False), nn.BatchNorm2d(4 * filters))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.skip(x))


def resnet50(options):
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for stage, count in enumerate((3, 4, 6, 3)):
        for i in range(count):
            layers.append(Bottleneck(channels, 64 << stage, 2 if i == 0 and stage > 0 else 1, i == 0))
            channels = 256 << stage
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


def vgg16(options):
    layers, channels = [], 3
    for filters, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2d(2))
    side = options.size // 32
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(512 * side * side, 4096), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 4096),
        nn.ReLU(), nn.Dropout(0.5), nn.Linear(4096, 1000))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()

        def double(channels, filters):
            return nn.Sequential(
                nn.Conv2d(channels, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(),
                nn.Conv2d(filters, filters, 3, padding=1, bias=False), nn.BatchNorm2d(filters), nn.ReLU())

        self.down = nn.ModuleList([double(3, 16), double(16, 32), double(32, 64)])
        self.bottom = double(64, 128)
        self.up = nn.ModuleList([nn.ConvTranspose2d(2 * c, c, 2, 2) for c in (64, 32, 16)])
        self.join = nn.ModuleList([double(2 * c, c) for c in (64, 32, 16)])
        self.last = nn.Conv2d(16, 3, 1)

    def forward(self, x):
        kept = []
        for layer in self.down:
            x = layer(x)
            kept.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, join in zip(self.up, self.join):
            x = join(torch.cat([up(x), kept.pop()], 1))
        return self.last(x)


def simple(options):
    return nn.Sequential(
        nn.Conv2d(1, 20, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.LazyLinear(100), nn.ReLU(), nn.Linear(100, 10))


def odd(options):
    return nn.Sequential(
        nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(12, 20, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Conv2d(20, 20, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(50), nn.ReLU(), nn.Linear(50, 7))


def classified(options, shape, classes=10, count=8):
    """As in workloads/data.cnn: each image a faint pattern of its class in noise."""
    pixels = torch.Size(shape).numel()
    patterns = torch.rand(min(classes, 10), pixels)
    labels = [torch.randint(0, classes, (options.batch,)) for _ in range(count)]
    images = [(0.5 * patterns[l % 10] + 0.5 * torch.rand(options.batch, pixels)).reshape(-1, *shape) for l in labels]
    return images, labels


def pixels(options):
    images = [torch.rand(options.batch, 3, options.size, options.size) for _ in range(8)]
    return images, [image.argmax(1) for image in images]


def optimizer(kind, network, options, **arguments):
    # The plain optimizer is what one writes; the fused one is in favour of the tuned modes.
    fused = {} if options.mode == "eager" else {"fused": True}
    return kind(network.parameters(), **arguments, **fused)


def sgd(network, options):
    return optimizer(torch.optim.SGD, network, options, lr=0.01)


def momentum(network, options):
    return optimizer(torch.optim.SGD, network, options, lr=0.05, momentum=0.9, weight_decay=1e-4)


def adam(network, options):
    return optimizer(torch.optim.Adam, network, options, lr=1e-3)


WORKLOADS = {
    "w1-lenet": (lenet, sgd, lambda o: classified(o, (1, 28, 28))),
    "w2-keras": (keras_example, adam, lambda o: classified(o, (1, 28, 28))),
    "w3-resnet20": (resnet20, momentum, lambda o: classified(o, (3, o.size, o.size))),
    "w5-unet": (lambda o: UNet(), adam, pixels),
    "w6-vgg16": (vgg16, sgd, lambda o: classified(o, (3, o.size, o.size), 1000, 2)),
    "w6-resnet50": (resnet50, sgd, lambda o: classified(o, (3, o.size, o.size), 1000, 2)),
    "few-20-50": (simple, adam, lambda o: classified(o, (1, o.size, o.size))),
    "few-odd": (odd, adam, lambda o: classified(o, (3, o.size, o.size + 4), 7)),
}


def prepared(network, options):
    network.apply(glorot)
    return network.to(memory_format=torch.channels_last) if options.mode != "eager" else network


def arranged(images, options):
    return [i.contiguous(memory_format=torch.channels_last) for i in images] if options.mode != "eager" else images


def compiled(function, options):
    return torch.compile(function) if options.mode == "compile" else function


def inference(network, images, options):
    """A function of a step; frozen (weights as constants, folded) where the mode compiles."""
    call = None

    def infer(step):
        nonlocal call
        if call is None:
            network.eval()
            if options.mode == "compile":
                torch._inductor.config.freezing = True
            call = compiled(network, options)
        with torch.no_grad():
            return call(images[step % len(images)]).sum().item()

    return infer


def classification(options):
    build, make_optimizer, data = WORKLOADS[options.workload]
    images, labels = data(options)
    network = build(options)
    with torch.no_grad():
        network(images[0][:2])  # sizes the lazy layers
    network = prepared(network, options)
    images = arranged(images, options)
    stepper = make_optimizer(network, options)

    def loss_of(x, y):
        return F.cross_entropy(network(x), y)

    call = compiled(loss_of, options)

    def train(step):
        i = step % len(images)
        loss = call(images[i], labels[i])
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        return loss.item()

    return train, inference(network, images, options)


def dcgan(options):
    generator = prepared(
        nn.Sequential(
            nn.Linear(100, 128 * 7 * 7, bias=False), nn.Unflatten(1, (128, 7, 7)), nn.BatchNorm2d(128), nn.ReLU(),
            nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
            nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh()), options)
    discriminator = prepared(
        nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(64, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(128 * 7 * 7, 1)), options)
    images, _ = classified(options, (1, 28, 28))
    images = arranged(images, options)
    step_g = optimizer(torch.optim.Adam, generator, options, lr=2e-4, betas=(0.5, 0.999))
    step_d = optimizer(torch.optim.Adam, discriminator, options, lr=2e-4, betas=(0.5, 0.999))
    make, judge = compiled(generator, options), compiled(discriminator, options)
    ones, zeros = torch.ones(options.batch, 1), torch.zeros(options.batch, 1)
    bce = F.binary_cross_entropy_with_logits

    def train(step):
        real = images[step % len(images)]
        fake = make(torch.randn(options.batch, 100))
        loss_d = bce(judge(real), ones) + bce(judge(fake.detach()), zeros)
        step_d.zero_grad()
        loss_d.backward()
        step_d.step()
        loss_g = bce(judge(fake), ones)
        step_g.zero_grad()
        loss_g.backward()
        step_g.step()
        return loss_d.item()

    return train, inference(generator, [torch.randn(options.batch, 100) for _ in range(8)], options)


if __name__ == "__main__":
    options = measure.settings()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    measure.run(options, dcgan if options.workload == "w4-dcgan" else classification)
    sys.exit(0)
