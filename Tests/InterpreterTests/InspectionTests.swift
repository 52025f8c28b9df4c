import Foundation
import Interpreter
import Testing

/// Looking inside networks, as a user types it. Each program must finish: what is not true stops it.
@Test(arguments: [
  // A network of known weights: one 2 x 2 filter of ones, no bias beyond 0, so that its numbers can be checked by hand.
  """
  seed(1)
  let net = Sequential(input: [1, 4, 4]) { Conv(2, 2, activation: .relu); Flatten(); Dense(3) }
  let x = rand(1, 4, 4)
  let w = why(net, x, "conv1", 1, 2, 0)
  let f = net.filters("conv1")
  expect(w.inputs.count == 4)
  expect(isClose(Tensor(w.inputs), x[0, 2..<4, 0..<2].flattened(), within: 1e-6))
  expect(isClose(Tensor(w.weights), f[1, 0].flattened(), within: 1e-6))
  expect(isClose(w.value, max(w.sum, 0.0)))
  expect(isClose(w.value, net.features(x, at: "conv1")[1, 2, 0].number, within: 1e-6))
  expect(isClose(why(net, x, "dense1", 2).value, net(x)[2].number, within: 1e-5))
  """,
  // Padding shows as zeros: a corner of a padded 3 x 3 convolution sees five places outside.
  """
  let net = Sequential(input: [1, 5, 5]) { Conv(1, 3, padding: 1); MaxPool(2) }
  let w = why(net, ones(1, 5, 5), "conv1", 0, 0, 0)
  expect(w.inputs.sum() == 4.0)
  let x = rand(1, 5, 5)
  let p = why(net, x, "pool1", 0, 1, 1)
  let least = Sequential(input: [1, 4, 4]) { MinPool(2) }
  expect(why(least, x[0..<1, 0..<4, 0..<4], "pool1", 0, 1, 1).value == x[0, 2..<4, 2..<4].min().number)
  expect(String(why(least, x[0..<1, 0..<4, 0..<4], "pool1", 0, 1, 1)).contains("the min is"))
  expect(isClose(p.value, net.features(x, at: "conv1")[0, 2..<4, 2..<4].max().number, within: 1e-6))
  """,
  // The derivative of a linear network is its weight.
  """
  let net = Sequential(input: [2, 3, 3]) { Flatten(); Dense(2) }
  let g = net.guidedBackprop(rand(2, 3, 3), class: 1)
  expect(isClose(g, net.filters("dense1")[1].reshaped(2, 3, 3), within: 1e-6))
  let s = net.saliency(rand(2, 3, 3), class: 0)
  expect(isClose(s, abs(net.filters("dense1")[0].reshaped(2, 3, 3)).max(axis: 0), within: 1e-6))
  """,
  // LeNet's windows: C5 sees all 32 of the original's input, 5 + 1 + 4·2 + 2 + 4·4 (28 with padding 2).
  """
  let lenet = Sequential(input: [1, 32, 32]) {
    Conv(6, 5); AvgPool(2); Conv(16, 5); AvgPool(2); Conv(120, 5)
  }
  expect(lenet.receptiveField("conv1").size == [5, 5])
  expect(lenet.receptiveField("pool1").size == [6, 6])
  expect(lenet.receptiveField("conv2").size == [14, 14])
  expect(lenet.receptiveField("conv2").jump == [2, 2])
  expect(lenet.receptiveField("conv3").size == [32, 32])
  """,
  // A patch is what the unit sees: its activation comes out again when the patch alone goes in.
  """
  seed(3)
  let data = Digits(count: 60)
  let net = Sequential(input: [1, 28, 28]) { Conv(4, 5, activation: .relu); MaxPool(2); Conv(6, 3, activation: .relu); Flatten(); Dense(10) }
  let patches = net.patches(data.train, at: "conv2", unit: 2, count: 9)
  expect(patches.size == [10, 10])
  expect(patches.images.shape == [9, 1, 10, 10])
  let small = Sequential(input: [1, 10, 10]) { Conv(4, 5, activation: .relu); MaxPool(2); Conv(6, 3, activation: .relu) }
  net.save("\\(folder)/net.safetensors")
  let full = net.features(data.train[patches.samples[0]].image, at: "conv2")[2]
  expect(isClose(full.max().number, patches.activations[0], within: 1e-5))
  expect(patches.activations.sorted { $0 > $1 } == patches.activations)
  """,
  // Ascent raises what it climbs.
  """
  seed(5)
  let net = Sequential(input: [1, 12, 12]) { Conv(3, 3, activation: .tanh); Flatten(); Dense(4) }
  let image = net.maximize(at: "dense1", unit: 1, steps: 40)
  expect(image.shape == [1, 12, 12])
  expect(net(image)[1].number > net(full(1, 12, 12, value: 0.5))[1].number + 0.5)
  """,
  // A layer that can only give zeros is dead, one that gives ones is not.
  """
  let net = Sequential(input: [1, 28, 28]) { Conv(3, 3, activation: .relu); Flatten(); Dense(10) }
  let found = net.activations(Digits(count: 40).train)
  expect(found.layers == ["conv1", "flatten1", "dense1"])
  expect(found["conv1"].units == 3)
  expect(found["conv1"].dead + 0 == found["conv1"].dead && found["conv1"].deadShare <= 1.0)
  """,
  // The course's degradation argument (C17): gradients of a deep plain sigmoid net shrink toward the input.
  """
  seed(2)
  let net = Sequential(input: [1, 28, 28]) {
    Flatten()
    for _ in 0..<6 { Dense(20, activation: .sigmoid) }
    Dense(10)
  }
  let norms = net.gradientNorms(Digits(count: 100).train, batch: 64)
  expect(norms["dense1.weight"] < norms["dense6.weight"] / 10)
  expect(norms["dense7.weight"] > 0.0)
  """,
  // A range test gives the weights back and suggests a rate between the ends.
  """
  seed(4)
  let data = Digits(count: 400)
  let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(32, activation: .relu); Dense(10) }
  let before = net.filters("dense1")
  let found = net.lrFind(data.train, from: 1e-5, to: 10, steps: 60, batch: 32)
  expect(net.filters("dense1") == before)
  expect(found.suggestion > 1e-5 && found.suggestion < 1.0)
  expect(found.rates.count == found.losses.count)
  """,
  // Covering what a class depends on costs it, and only there: this network looks at one pixel.
  """
  let net = Model(input: [1, 9, 9]) { x in
    let one = x[..., 0, 4, 4].reshaped(-1, 1) * 20.0
    return concat(one, -one, axis: 1)
  }
  let map = net.occlusion(ones(1, 9, 9), size: 3, stride: 1, class: 0)
  expect(map.shape == [9, 9])
  expect(map[4, 4].number > 0.4)
  expect(map[0, 0].number == 0.0 && map[8, 2].number == 0.0)
  """,
  // Class activation maps lie where the evidence is.
  """
  seed(1)
  let net = Sequential(input: [1, 16, 16]) { Conv(4, 3, padding: 1, activation: .relu); MaxPool(2); Conv(4, 3, padding: 1, activation: .relu); Flatten(); Dense(3) }
  let cam = net.gradCAM(rand(1, 16, 16))
  expect(cam.shape == [16, 16])
  expect(cam.min().number >= 0.0 && cam.max().number <= 1.0)
  expect(net.gradCAM(rand(1, 16, 16), at: "conv1").shape == [16, 16])
  expect(overlay(rand(1, 16, 16), cam).shape == [3, 16, 16])
  """,
  // Points on a line have one direction; their projections keep the distances.
  """
  let p = pca(Tensor([[0, 0, 0], [1, 2, 2], [2, 4, 4], [3, 6, 6]]), components: 2)
  expect(p.shape == [4, 2])
  expect(isClose(abs(p[1, 0] - p[0, 0]).number, 3.0, within: 1e-3))
  expect(abs(p[0, 1]).number < 1e-3)
  """,
  // What confusion counts is what evaluate counts.
  """
  seed(1)
  let data = Digits(count: 200)
  let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }
  net.fit(data.train, epochs: 1)
  let confusion = net.confusion(data.test)
  expect(isClose(confusion.accuracy, net.evaluate(data.test).accuracy, within: 1e-6))
  expect(confusion.counts.sum().number == 40.0)
  show(confusion, net.mistakes(data.test, count: 4), net.topLosses(data.test, count: 4))
  show(net.embedding(data.test, at: "dense1"), net.diagram(), net.activations(data.test))
  """,
])
func looksInside(_ program: String) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let failure = Session().failure(of: "let folder = \"\(folder.path)\"\n" + program)
  #expect(failure == nil, "\(failure?.text ?? "")")
}

/// What is wrong with a look inside is said with what there is.
@Test(arguments: [
  ("net.gradCAM(x, at: \"conv9\")", "has no layer 'conv9'"),
  ("net.gradCAM(x, at: \"dense1\")", "has no positions"),
  ("net.saliency(rand(1, 9, 9))", "looks at one sample [1, 8, 8], got [1, 9, 9]"),
  ("net.saliency(x, class: 7)", "class 7 of 3"),
  ("why(net, x, \"conv1\", 0, 9, 0)", "has no number at [0, 9, 0]"),
  ("net.maximize(at: \"conv1\", unit: 5)", "has no unit 5"),
  ("net.occlusion(x, size: 30)", "a square of 30"),
  ("pca(ones(2, 2), components: 5)", "for 5 components"),
  ("net.predict(Samples(rand(2, 1, 8, 8), [0, 1]), tta: Augment(mixup: 0.2))", "leave them out of tta:"),
  ("net.predict(Samples(rand(2, 1, 8, 8), [0, 1]), tta: Augment(noise: 0.1), views: 0)", "1 to 1000, got 0"),
  ("show(rand(1, 4, 4), boxes: [[1, 2, 3]])", "a box is [left, top, width, height]"),
  ("show(rand(2, 1, 4, 4), boxes: [[1, 2, 3, 4]])", "1 lists of boxes over 2 images"),
])
func refusesToLook(_ line: String, _ part: String) {
  let failure = Session().failure(
    of: "let net = Sequential(input: [1, 8, 8]) { Conv(2, 3); Flatten(); Dense(3) }\nlet x = rand(1, 8, 8)\n"
      + line)
  #expect(failure?.text.contains(part) == true, "\(failure?.text ?? "no error")")
}
