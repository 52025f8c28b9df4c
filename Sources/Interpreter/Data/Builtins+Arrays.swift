import Datasets
import Foundation
import TensorRuntime

/// Images and numbers from arrays: tensors, NumPy files, tables of pixels.
enum ArrayBuiltins {
  static let all: [Builtin] = [readArray, readArrays, writeArray, samples, dataset, csv]

  private static let path = Parameter.positional("path", .string, "the file")
  private static let classes = Parameter.labelled(
    "classes", .optional(.array(.string)), "the names of the classes; their numbers unless said",
    default: .nothing)

  private static let readArray = Builtin(
    "readArray", "The numbers of a NumPy file (.npy).", [path], returns: .tensor
  ) { call in
    let path = try call.string("path")
    let arrays = try ArrayFile.read(path: path)
    guard let array = arrays.count == 1 ? arrays.first?.value : nil else {
      throw EvaluationError(
        "FileError", "\(path) holds \(arrays.keys.sorted().joined(separator: ", "))",
        fix: "readArrays(path) gives all of them by name")
    }
    return .tensor(try tensor(array))
  }

  private static let readArrays = Builtin(
    "readArrays", "The arrays of a NumPy archive (.npz), by name.", [path], returns: .dictionary(.tensor)
  ) { call in
    let arrays = try ArrayFile.read(path: try call.string("path"))
    return .dictionary(
      of: try arrays.sorted { $0.key < $1.key }.map { ($0.key, .tensor(try tensor($0.value))) })
  }

  private static let writeArray = Builtin(
    "writeArray", "Writes numbers as a NumPy file (.npy).",
    [.positional("x", .tensorLike, "what to write"), .labelled("to", .string, "the file")], returns: .void
  ) { call in
    let x = try call.tensor("x")
    let runtime = try call.context.runtime()
    let elements: NumericArray.Elements =
      switch x.elementType {
      case .uint8, .bool: .bytes(try runtime.bytes(of: x))
      case .int32: .integers(try runtime.int32s(of: x).map { Int($0) })
      case .float32: .floats(try runtime.floats(of: x))
      }
    let bytes = NPY.encode(NumericArray(shape: x.shape.dimensions, elements: elements))
    try Library.Family.write(Data(bytes), to: try call.string("to"))
    return .void
  }

  private static let samples = Builtin(
    "Samples", "Labelled images from arrays; pixels are kept as bytes, so that images are in 0…1.",
    [
      .positional("images", .tensorLike, "[n, c, h, w] or [n, h, w]"),
      .positional("labels", .tensorLike, "class numbers, [n]"), classes,
    ], returns: .host("Samples"), example: "Samples(rand(4, 1, 8, 8), [0, 1, 1, 0]).classCounts"
  ) { call in
    let runtime = try call.context.runtime()
    let array = { (name: String) in
      let x = try call.tensor(name)
      return NumericArray(
        shape: x.shape.dimensions,
        elements: x.elementType == .float32
          ? .floats(try runtime.floats(of: x)) : .integers(try runtime.int32s(of: x).map { Int($0) }))
    }
    return .host(
      SamplesObject(
        try LabelledImages(
          images: try array("images"), labels: try array("labels"), classNames: try names(call))))
  }

  private static let dataset = Builtin(
    "Dataset",
    """
    A data set from samples, or from a NumPy archive (.npz) with x_train, y_train, x_test and y_test, as Keras keeps \
    them. Without test samples a fifth is taken for them.
    """,
    [
      .positional("from", .either([.host("Samples"), .string]), "samples to train on, or a .npz file"),
      .labelled("test", .optional(.host("Samples")), "samples to test on", default: .nothing),
      DataBuiltins.validation, classes,
    ], returns: .host("Dataset"),
    example: "Dataset(Samples(rand(10, 1, 8, 8), [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])).test.count"
  ) { call in
    var train: LabelledImages
    var test: LabelledImages?
    var name = "Dataset"
    if case .string(let path) = call.value("from") {
      name = (path as NSString).lastPathComponent
      let arrays = try ArrayFile.read(path: path)
      let part = { (suffix: String) -> LabelledImages? in
        guard let images = arrays["x_\(suffix)"], let labels = arrays["y_\(suffix)"] else { return nil }
        return try LabelledImages(images: images, labels: labels, classNames: try names(call))
      }
      guard let found = try part("train") else {
        throw EvaluationError(
          "FileError", "\(path) holds \(arrays.keys.sorted().joined(separator: ", "))",
          fix: "x_train and y_train are wanted; readArrays(path) and Samples(images, labels) take other names"
        )
      }
      (train, test) = (found, try part("test"))
    } else {
      train = try call.host("from", as: SamplesObject.self).samples
    }
    if let given = call.optionalHost("test", as: SamplesObject.self) { test = given.samples }
    let random = call.context.random.draw(for: .data)
    if test == nil {
      let (kept, taken) = try train.split(
        share: 0.2, random: Philox(seed: random.seed, stream: ~random.stream))
      (train, test) = (kept, taken)
    }
    return .host(
      DatasetObject(
        try ImageDataset(
          name: name, train: train, test: test ?? train, validation: try DataBuiltins.share(call),
          random: random)))
  }

  private static let labelPlaces = OptionFamily(
    "LabelPlace",
    [
      .init("first", "in front of the pixels"), .init("last", "behind the pixels"),
      .init("none", "nowhere: all images are of class 0"),
    ])

  private static let csv = Builtin(
    "CSVImages",
    """
    Images in a table of text, raw or gzip-compressed: a line for each with its class and its pixels 0 to 255, \
    separated by commas. A first line of names is left out.
    """,
    [
      path, .labelled("shape", .ints, "the shape of an image: [channels, height, width]"),
      .labelled(
        "label", .option(labelPlaces), "where the class stands", default: .option(named: "first")), classes,
    ], returns: .host("Samples")
  ) { call in
    var table = PixelTable(shape: try call.ints("shape"))
    table.label = try call.option("label").flatMap { PixelTable.LabelPlace(rawValue: $0.name) } ?? .first
    table.classNames = try names(call)
    return .host(SamplesObject(try table.read(path: try call.string("path"))))
  }

  private static func names(_ call: Arguments) throws -> [String] {
    call.isGiven("classes") ? try call.array("classes").map { try call.context.text(of: $0) } : []
  }

  private static func tensor(_ array: NumericArray) throws -> Tensor {
    let shape = Shape(array.shape)
    switch array.elements {
    case .bytes(let values): return try Tensor(values, shape)
    case .integers(let values):
      let small = values.compactMap { Int32(exactly: $0) }
      return small.count == values.count
        ? try Tensor(small, shape) : try Tensor(values.map { Float($0) }, shape)
    case .floats(let values): return try Tensor(values, shape)
    }
  }
}
