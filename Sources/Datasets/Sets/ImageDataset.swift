import TensorRuntime

/// A named set in its parts: what is learned from, what is watched while learning, what is judged by.
package struct ImageDataset: Sendable {
  /// What the user calls it.
  package let name: String
  /// Images to learn from.
  package let train: LabelledImages
  /// Images taken out of the training set to watch progress by; may be empty.
  package let validation: LabelledImages
  /// Images never learned from.
  package let test: LabelledImages

  /// Puts parts together as they are.
  package init(name: String, train: LabelledImages, validation: LabelledImages, test: LabelledImages) {
    (self.name, self.train, self.validation, self.test) = (name, train, validation, test)
  }

  /// Takes a share of `train` for validation: the same share of every class, chosen at random.
  ///
  /// Throws `DatasetError` unless `share` is in 0 ..< 1. Both parts keep the order of the original.
  package init(
    name: String, train: LabelledImages, test: LabelledImages, validation share: Double, random: Philox
  ) throws {
    guard share >= 0, share < 1 else {
      throw DatasetError(
        "a validation share of \(share), wanted 0 or more and less than 1",
        fix: "validation: 0.1 takes a tenth")
    }
    let (kept, taken) = try train.split(share: share, random: random)
    self.init(name: name, train: kept, validation: taken, test: test)
  }

  /// The names of the classes, by number.
  package var classNames: [String] { train.classNames }
  /// The shape of one image, [c, h, w].
  package var shape: [Int] { train.shape }
}

extension LabelledImages {
  /// Splits off a share of every class (stratified), rounded to the nearest whole image.
  package func split(share: Double, random: Philox) throws -> (kept: LabelledImages, taken: LabelledImages) {
    var places = [[Int]](repeating: [], count: classNames.count)
    for (index, label) in labels.enumerated() { places[Int(label)].append(index) }
    var isTaken = [Bool](repeating: false, count: count)
    for (number, members) in places.enumerated() {
      let classRandom = Philox(seed: random.seed, stream: random.stream ^ (UInt64(number) &+ 1) << 40)
      let wanted = Int((Double(members.count) * share).rounded())
      for place in classRandom.permutation(members.count).prefix(wanted) { isTaken[members[place]] = true }
    }
    return (filter { index, _ in !isTaken[index] }, filter { index, _ in isTaken[index] })
  }
}
