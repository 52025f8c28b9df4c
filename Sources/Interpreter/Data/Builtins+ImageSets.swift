import Datasets
import Foundation
import ImageCodecs
import TensorRuntime

/// Public sets beyond MNIST, images in folders and generated shapes.
enum ImageSetBuiltins {
  static let all: [Builtin] =
    [
      idx("FashionMNIST", .fashionMNIST, "70,000 pictures of clothes in ten kinds, 28×28 (Xiao et al. 2017)"),
      idx(
        "KMNIST", .kmnist,
        "70,000 characters of old Japanese books in ten kinds, 28×28 (Clanuwat et al. 2018)"),
      cifar("CIFAR10", .cifar10, "60,000 small colour photographs in ten kinds (Krizhevsky 2009)"),
      cifar("CIFAR100", .cifar100, "60,000 small colour photographs in a hundred kinds (Krizhevsky 2009)"),
      emnist, folder, shapes, readImage,
    ]

  private static func idx(_ name: String, _ set: IDXSet, _ summary: String) -> Builtin {
    Builtin(
      name,
      summary + ": read from $CNNREPL_DATA/\(set.folder) or the cache folder, downloaded once otherwise.",
      [DataBuiltins.validation], returns: .host("Dataset"), shapes: "images [1, 28, 28]",
      rehearsal: { _, _ in RehearsedSamples.images([1, 28, 28], classes: 10) }
    ) { call in
      try fetching(call) { fetcher in
        try set.load(
          validation: DataBuiltins.share(call), random: call.context.random.draw(for: .data), fetcher: fetcher
        )
      }
    }
  }

  private static func cifar(_ name: String, _ set: CIFARSet, _ summary: String) -> Builtin {
    Builtin(
      name,
      summary + ": read from $CNNREPL_DATA/\(set.folder) or the cache folder, downloaded once otherwise.",
      [DataBuiltins.validation], returns: .host("Dataset"), shapes: "images [3, 32, 32]",
      rehearsal: { _, _ in RehearsedSamples.images([3, 32, 32]) }
    ) { call in
      try fetching(call) { fetcher in
        try set.load(
          validation: DataBuiltins.share(call), random: call.context.random.draw(for: .data), fetcher: fetcher
        )
      }
    }
  }

  /// Loads a set while its download is shown and can be stopped.
  private static func fetching(_ call: Arguments, _ load: (Fetcher) throws -> ImageDataset) throws -> Value {
    let progress = FetchDisplay(sink: call.context.sink)
    defer { progress.finish() }
    return .host(
      DatasetObject(try load(Fetcher(cancellation: call.context.interruption) { progress.show($0) })))
  }

  private static let emnistParts = OptionFamily(
    "EMNISTPart",
    [
      .init("balanced", "47 kinds, equally many of each"),
      .init("byclass", "62 kinds, as they were collected"),
      .init("bymerge", "47 kinds, as they were collected"), .init("digits", "0 to 9"),
      .init("letters", "a to z, small and capital together"), .init("mnist", "MNIST's digits, cut anew"),
    ])

  private static let emnist = Builtin(
    "EMNIST",
    "Handwritten digits and letters, 28×28 (Cohen et al. 2017), from files put into $CNNREPL_DATA/emnist.",
    [
      .labelled("part", .option(emnistParts), "which of its parts", default: .option(named: "balanced")),
      DataBuiltins.validation,
    ],
    returns: .host("Dataset"), shapes: "images [1, 28, 28]"
  ) { call in
    let part = try call.option("part").flatMap { IDXSet.EMNISTPart(rawValue: $0.name) } ?? .balanced
    return try fetching(call) { fetcher in
      try IDXSet.emnist(part).load(
        validation: DataBuiltins.share(call), random: call.context.random.draw(for: .data), fetcher: fetcher)
    }
  }

  private static let folder = Builtin(
    "ImageFolder",
    """
    Images in files: a folder for each class, or the class at the beginning of each name (cat.0.jpg) or where a pattern \
    says. Folders called train, test and validation are the parts; parts that are missing are taken from the training \
    images. PNG, JPEG, BMP, GIF and PPM are read, as they are stored, whatever EXIF says about turning them; files that \
    can't be are named and left out.
    """,
    [
      ImageFileArguments.path,
      ImageFileArguments.size("height and width of every image; those of the first when left out"),
      ImageFileArguments.gray, ImageFileArguments.fit,
      .labelled(
        "pattern", .optional(.string),
        "how names tell the class where folders don't: \"{class}_*.jpg\", * for anything", default: .nothing),
      DataBuiltins.validation,
    ], returns: .host("Dataset"), shapes: "images [3, h, w], [1, h, w] with gray"
  ) { call in
    var folder = ImageFolder(try call.string("path"))
    folder.size = try ImageFileArguments.size(of: call)
    folder.isGray = try call.bool("gray")
    folder.fit = try ImageFileArguments.fit(of: call)
    if call.isGiven("pattern") { folder.pattern = try NamePattern(call.string("pattern")) }
    let (dataset, problems) = try folder.dataset(
      validation: try DataBuiltins.share(call), random: call.context.random.draw(for: .data),
      cancellation: call.context.interruption)
    ImageFileArguments.report(problems, call)
    return .host(DatasetObject(dataset))
  }

  private static let shapes = Builtin(
    "Shapes",
    """
    Pictures of circles, rectangles and triangles drawn on the spot, with masks and boxes. A picture's label is the \
    kind of its largest shape. Four fifths are to train, one fifth to test.
    """,
    [
      .labelled("count", .int, "how many to draw", default: .int(1000)),
      .labelled("size", .int, "pixels along a side", default: .int(64)),
      .labelled("most", .int, "how many shapes a picture has at most", default: .int(3)),
      .labelled("overlap", .bool, "whether shapes may cover each other", default: .bool(true)),
      .labelled("noise", .number, "deviation of the noise", default: .double(0.03)),
      .labelled("color", .bool, "three channels instead of one", default: .bool(true)),
      DataBuiltins.validation,
    ], returns: .host("Dataset"), shapes: "images [3, size, size], labels 0 to 2",
    example: "Shapes(count: 20, size: 32).train.count",
    rehearsal: { call, _ in
      let size = try call.int("size")
      guard (1...65536).contains(size) else { throw Unknowable() }
      return RehearsedSamples.images(
        [try call.bool("color") ? 3 : 1, size, size], classes: 3, hasMasks: true)
    }
  ) { call in
    var shapes = Shapes()
    let most = try call.int("most")
    guard (1...50).contains(most) else {
      throw EvaluationError("ValueError", "a picture has 1 to 50 shapes at most, got \(most)").at(
        call.place(of: "most"))
    }
    (shapes.count, shapes.size, shapes.shapes) = (try call.int("count"), try call.int("size"), 1...most)
    (shapes.mayOverlap, shapes.isColored) = (try call.bool("overlap"), try call.bool("color"))
    shapes.noise = Float(try call.number("noise"))
    return .host(
      DatasetObject(
        try shapes.dataset(
          validation: try DataBuiltins.share(call), random: call.context.random.draw(for: .data))))
  }

  private static let readImage = Builtin(
    "readImage",
    """
    Reads a PNG, JPEG, BMP, GIF (first picture) or PPM file as it is stored, whatever EXIF says about turning it; \
    transparency is laid over white.
    """,
    [.positional("path", .string, "the file")], returns: .tensor,
    shapes: "[3, h, w] or, for a grey file, [1, h, w]; values in 0…1"
  ) { call in
    let image = try ImageFile.read(path: try call.string("path"))
    let flat = try image.converted(toChannels: image.channels == 1 ? 1 : 3)
    let plane = flat.width * flat.height
    var values = [Float](repeating: 0, count: flat.channels * plane)
    for row in 0..<flat.height {
      try call.context.interruption.check()
      for i in row * flat.width..<(row + 1) * flat.width {
        for channel in 0..<flat.channels {
          values[channel * plane + i] = Float(flat.pixels[i * flat.channels + channel]) / 255
        }
      }
    }
    return .tensor(try Tensor(values, Shape([flat.channels, flat.height, flat.width])))
  }
}
