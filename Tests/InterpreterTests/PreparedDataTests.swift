import Foundation
import Interpreter
import Testing

/// Data made from data, as a user types it.
@Test(arguments: [
  // Mixed labels are shares that sum to 1, and training with them works.
  """
  seed(1)
  let data = Digits(count: 200)
  let net = Sequential(input: [1, 28, 28]) { Flatten(); Dense(10) }
  let run = net.fit(data.train.augmented(Augment(mixup: 0.2)), epochs: 2)
  expect(run.losses[1] < run.losses[0])
  net.fit(data.train.augmented(Augment(rotate: 5, cutmix: true)))
  """,
  // In a loop of one's own too: images are mixed, labels are shares, and each walk draws anew.
  """
  seed(1)
  let part = Digits(count: 40).train.take(8)
  for (changes, isMixed) in [(Augment(mixup: 0.4), true), (Augment(cutmix: true), true), (Augment(shift: 0.2), false)] {
    let changed = part.augmented(changes)
    var seen: [Tensor] = []
    for _ in 0..<2 {
      for (x, y) in changed.batches(8, shuffle: false) {
        seen.append(x)
        expect(x != part.images[...])
        if isMixed {
          expect(y.shape == [8, 10] && isClose(y.sum(axis: 1), ones(8), within: 1e-6))
          // Each image has the largest share or half of its own class, or of its partner's.
          expect((y .> 0.0).cast(to: .float32).sum(axis: 1).max().number <= 2.0)
          expect(crossEntropy(zeros(8, 10), y).number > 2.3)
        } else {
          expect(y == part.labels)
        }
      }
    }
    expect(seen[0] != seen[1])
  }
  """,
  // Ten crops: corners, middle, and mirrored.
  """
  let x = arange(0, 16).reshaped(1, 4, 4)
  let crops = tenCrop(x, 2)
  expect(crops.shape == [10, 1, 2, 2])
  expect(crops[0, 0] == Tensor([[0, 1], [4, 5]]) && crops[3, 0] == Tensor([[10, 11], [14, 15]]))
  expect(crops[4, 0] == Tensor([[5, 6], [9, 10]]) && crops[5, 0] == Tensor([[1, 0], [5, 4]]))
  let net = Sequential(input: [1, 24, 24]) { Flatten(); Dense(10) }
  let shares = net.predictCrops(Digits(count: 20).test)
  expect(shares.shape == [4, 10] && isClose(shares.sum().number, 4.0, within: 1e-4))
  """,
  // Views of a sample are averaged: of mirrored ones half each, in the long run; of unchanged ones the plain output.
  """
  seed(4)
  let left = Tensor([[[1, 0], [1, 0]]])
  let samples = Samples(stack(left, left), [0, 1])
  let net = Sequential(input: [1, 2, 2]) { Flatten(); Dense(3) }
  expect(isClose(net.predict(samples, tta: Augment(), views: 3), net.predict(samples), within: 1e-6))
  let right = Tensor([[[0, 1], [0, 1]]])
  let mean = (net(left) + net(right)) / 2
  let found = net.predict(samples, tta: Augment(flip: .horizontal), views: 600)
  expect(found.shape == [2, 3])
  expect(isClose(found[0], mean, within: 0.15 * abs(net(left) - net(right)).max().number))
  let plain = net.evaluate(samples)
  let same = net.evaluate(samples, tta: Augment(), views: 3)
  expect(isClose(same.loss, plain.loss, within: 1e-6) && same.accuracy == plain.accuracy)
  // The loss of the mean output, as above: for class 0 and 1 once each.
  let wanted = -(logSoftmax(mean)[0] + logSoftmax(mean)[1]).number / 2
  expect(isClose(net.evaluate(samples, tta: Augment(flip: .horizontal), views: 600).loss, wanted, within: 0.1))
  """,
  // What is looked at are views too where they are wanted: class 0 is the left's brightness, class 1 three times the
  // right's, so that an image bright on its left is class 0 and the mean over its mirrored views class 1.
  """
  seed(4)
  let weights = Tensor([[0.5, 0], [0, 1.5], [0.5, 0], [0, 1.5]])
  let net = Model(input: [1, 2, 2]) { x in matmul(x |> Flatten(), weights) }
  let left = Tensor([[[1, 0], [1, 0]]])
  let samples = Samples(stack(left, left, left), [0, 0, 0])
  let flips = Augment(flip: .horizontal)
  expect(net.confusion(samples).counts == Tensor([[3]]))
  expect(net.confusion(samples, tta: Augment(), views: 2).counts == Tensor([[3]]))
  expect(net.confusion(samples, tta: flips, views: 500).counts == Tensor([[0, 3], [0, 0]]))
  expect(net.evaluate(samples, tta: flips, views: 500).accuracy == 0.0)
  expect(ascii(net.mistakes(samples)).contains("no mistakes"))
  expect(ascii(net.mistakes(samples, count: 1, tta: flips, views: 500)).contains("0 as 1"))
  // The loss of the mean output (0.5, 1.5) is 1.3.
  expect(ascii(net.topLosses(samples, count: 1, tta: flips, views: 500)).contains("1.3"))
  """,
  // What moves an image moves its masks and boxes: mirrored, all of them are.
  """
  seed(2)
  let shapes = Shapes(count: 10, size: 16, noise: 0).train.take(1)
  let plain = shapes[0]
  var mirrored = 0
  for _ in 0..<20 {
    let views = shapes.augmented(Augment(flip: .horizontal))
    let view = views[0]
    let isMirrored = view.image != plain.image
    if isMirrored { mirrored += 1 }
    expect(view.mask == (isMirrored ? plain.mask.flipped(axis: 1) : plain.mask))
    expect(views.masks[0] == view.mask)
    let (left, width) = (plain.boxes[0].box[0], plain.boxes[0].box[2])
    expect(isClose(view.boxes[0].box[0], isMirrored ? 16 - left - width : left, within: 1e-3))
    expect(view.boxes[0].label == plain.boxes[0].label)
  }
  expect(mirrored > 0 && mirrored < 20)
  """,
  // Splits take the same share of every class; maps keep bytes; arrays come back as they were.
  """
  seed(1)
  let data = Digits(count: 200)
  let (rest, part) = data.train.split(0.25)
  expect(part.classCounts == Array(repeating: 4, count: 10) && rest.count == 120)
  expect(data.train.take(5).map { 1 - $0 }.map { 1 - $0 }[3].image == data.train[3].image)
  writeArray(data.test[0].image, to: "\\(folder)/x.npy")
  expect(readArray("\\(folder)/x.npy") == data.test[0].image)
  let normal = data.normalized
  let first = normal.train.take(160)
  expect(abs(stack((0..<160).map { first[$0].image }).mean().number) < 1e-3)
  """,
  // Charts of any numbers, in words where there are no pictures.
  """
  let curve = rocCurve([0.9, 0.8, 0.7, 0.1], [1, 1, 0, 0])
  expect(curve.area == 1.0)
  show(curve, scatter(rand(20, 2), labels: randint(0..<3, 20)), histogram(randn(50)), bars([1, 2]), heatmap(rand(3, 3)))
  svg(curve, to: "\\(folder)/a.svg")
  png(heatmap(rand(2, 2)), to: "\\(folder)/a.png")
  expect(readText("\\(folder)/a.svg").hasPrefix("<svg"))
  expect(readImage("\\(folder)/a.png").channels == 3)
  """,
])
func preparesData(_ program: String) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let failure = Session().failure(of: "let folder = \"\(folder.path)\"\n" + program)
  #expect(failure == nil, "\(failure?.text ?? "")")
}
