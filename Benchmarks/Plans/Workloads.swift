import NeuralNetwork
import TensorRuntime

extension Workload {
  static let all = [lenet, kerasDigits, resnet20, unet, resnet50, vgg16]

  static let lenet = Workload(
    name: "W1 LeNet-5", input: [1, 28, 28], batch: 128, target: .classes(10),
    rule: .sgd(learningRate: 0.01)
  ) { net, x in
    var x = try net.averagePool(net.conv(x, 6, 5, padding: 2, activation: .tanh))
    x = try net.averagePool(net.conv(x, 16, 5, activation: .tanh))
    x = try net.flatten(net.conv(x, 120, 5, activation: .tanh))
    return try net.dense(net.dense(x, 84, activation: .tanh), 10)
  }

  static let kerasDigits = Workload(
    name: "W2 Keras MNIST CNN", input: [1, 28, 28], batch: 128, target: .classes(10),
    rule: .adam(learningRate: 1e-3)
  ) { net, x in
    var x = try net.conv(net.conv(x, 32, 3, activation: .relu), 64, 3, activation: .relu)
    x = try net.flatten(net.dropout(net.maxPool(x), 0.25))
    x = try net.dropout(net.dense(x, 128, activation: .relu), 0.5)
    return try net.dense(x, 10)
  }

  static let resnet20 = Workload(
    name: "W3 ResNet-20", input: [3, 32, 32], batch: 128, target: .classes(10),
    rule: .sgd(learningRate: 0.01, momentum: 0.9)
  ) { net, x in
    var x = try net.convNorm(x, 16)
    for (stage, channels) in [16, 32, 64].enumerated() {
      for block in 0..<3 {
        let strides = stage > 0 && block == 0 ? 2 : 1
        let y = try net.convNorm(net.convNorm(x, channels, stride: strides), channels, relu: false)
        // Option A of the paper: every other pixel, zeros for the new channels.
        var shortcut = x
        if strides == 2 {
          let zeros = try Tensor.zeros([x.shape[0], channels / 2, x.shape[2] / 2, x.shape[3] / 2])
          shortcut = try Tensor.concat(
            [x.sliced(axis: 2, step: 2).sliced(axis: 3, step: 2), zeros],
            axis: 1)
        }
        x = try (y + shortcut).relu()
      }
    }
    return try net.dense(net.globalPool(x), 10)
  }

  static let unet = Workload(
    name: "W5 U-Net", input: [3, 64, 64], batch: 16, target: .masks(3), rule: .adam(learningRate: 1e-3)
  ) { net, x in
    func double(_ x: Tensor, _ channels: Int) throws -> Tensor {
      try net.convNorm(net.convNorm(x, channels), channels)
    }
    let e1 = try double(x, 16)
    let e2 = try double(net.maxPool(e1), 32)
    let e3 = try double(net.maxPool(e2), 64)
    var y = try double(net.maxPool(e3), 128)
    for (skip, channels) in [(e3, 64), (e2, 32), (e1, 16)] {
      y = try double(Tensor.concat([net.up(y, channels, 2), skip], axis: 1), channels)
    }
    return try net.conv(y, 3, 1)
  }

  static let resnet50 = Workload(
    name: "W6 ResNet-50", input: [3, 224, 224], batch: 1, target: .classes(1000),
    rule: .sgd(learningRate: 0.01, momentum: 0.9), trains: false
  ) { net, x in
    var x = try net.maxPool(net.convNorm(x, 64, 7, stride: 2, padding: 3), 3, stride: 2, padding: 1)
    for (stage, (width, count)) in [(64, 3), (128, 4), (256, 6), (512, 3)].enumerated() {
      for block in 0..<count {
        let stride = stage > 0 && block == 0 ? 2 : 1
        var y = try net.convNorm(x, width, 1, padding: 0)
        y = try net.convNorm(net.convNorm(y, width, 3, stride: stride), width * 4, 1, padding: 0, relu: false)
        let shortcut =
          block == 0 ? try net.convNorm(x, width * 4, 1, stride: stride, padding: 0, relu: false) : x
        x = try (y + shortcut).relu()
      }
    }
    return try net.dense(net.globalPool(x), 1000)
  }

  static let vgg16 = Workload(
    name: "W6 VGG-16", input: [3, 224, 224], batch: 1, target: .classes(1000), rule: .sgd(learningRate: 0.01),
    trains: false
  ) { net, x in
    var x = x
    for channels in [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0] {
      x =
        channels == 0
        ? try net.maxPool(x) : try net.conv(x, channels, 3, padding: 1, activation: .relu)
    }
    x = try net.dense(net.flatten(x), 4096, activation: .relu)
    return try net.dense(net.dense(x, 4096, activation: .relu), 1000)
  }
}
