import Datasets

/// Data sets whose pixels have classes: image and mask files, and generated growths.
enum MaskSetBuiltins {
  static let all: [Builtin] = [folder, tumors]

  private static let folder = Builtin(
    "ImageMaskFolder",
    """
    Images and their masks in folders beside each other: images/a.jpg belongs to masks/a.png (or a_mask.png). Masks are \
    PNG files whose palette indices or grey values are class numbers; they are scaled without mixing. train, test and \
    validation may be folders above or below images and masks; without them a fifth is taken to test. Pairs that can't \
    be read are named and left out.
    """,
    [
      ImageFileArguments.path,
      .labelled("images", .string, "the folder of images in it", default: .string("images")),
      .labelled("masks", .string, "the folder of masks in it", default: .string("masks")),
      ImageFileArguments.size("height and width of everything; those of the first image when left out"),
      ImageFileArguments.gray, ImageFileArguments.fit,
      .labelled(
        "classes", .optional(.array(.string)), "the names of the classes, from 0 on", default: .nothing),
      .labelled(
        "values", .optional(.ints),
        "which number in the files is class 0, 1, …: [0, 255] for black and white",
        default: .nothing),
      .labelled(
        "ignore", .optional(.int), "the number of pixels that don't count; name it to losses and metrics too",
        default: .nothing), DataBuiltins.validation,
    ], returns: .host("Dataset"), shapes: "images [3, h, w], [1, h, w] with gray; masks [h, w]"
  ) { call in
    var folder = ImageMaskFolder(try call.string("path"))
    (folder.imageFolder, folder.maskFolder) = (try call.string("images"), try call.string("masks"))
    folder.size = try ImageFileArguments.size(of: call)
    folder.isGray = try call.bool("gray")
    folder.fit = try ImageFileArguments.fit(of: call)
    if call.isGiven("classes") { folder.classNames = try call.array("classes").map(\.text) }
    folder.values = try (call.optionalInts("values") ?? []).map { try byte($0, "values", call) }
    folder.ignored = try call.optionalInt("ignore").map { try byte($0, "ignore", call) }
    let (dataset, problems) = try folder.dataset(
      validation: try DataBuiltins.share(call), random: call.context.random.draw(for: .data),
      cancellation: call.context.interruption)
    ImageFileArguments.report(problems, call)
    return .host(DatasetObject(dataset))
  }

  private static func byte(_ number: Int, _ name: String, _ call: Arguments) throws -> UInt8 {
    guard let byte = UInt8(exactly: number) else {
      throw EvaluationError("ValueError", "masks hold numbers from 0 to 255, got \(number) in \(name)").at(
        call.place(of: name))
    }
    return byte
  }

  private static let tumors = Builtin(
    "Tumors",
    """
    Pictures like slices through a head, drawn on the spot, with one or two small bright growths in each and harmless \
    spots beside them: a few hundredths of the pixels are to be found. Four fifths are to train, one fifth to test.
    """,
    [
      .labelled("count", .int, "how many to draw", default: .int(1000)),
      .labelled("size", .int, "pixels along a side", default: .int(64)),
      .labelled("share", .number, "the share of pixels that are tumor", default: .double(0.02)),
      .labelled("noise", .number, "deviation of the noise", default: .double(0.04)), DataBuiltins.validation,
    ], returns: .host("Dataset"), shapes: "images [1, size, size], masks [size, size] of 0 and 1",
    example: "Tumors(count: 10, size: 32).train[0].mask.shape"
  ) { call in
    var tumors = Tumors()
    (tumors.count, tumors.size) = (try call.int("count"), try call.int("size"))
    (tumors.share, tumors.noise) = (Float(try call.number("share")), Float(try call.number("noise")))
    return .host(
      DatasetObject(
        try tumors.dataset(
          validation: try DataBuiltins.share(call), random: call.context.random.draw(for: .data))))
  }
}
