import Datasets

/// What built-ins that read folders of image files have in common.
enum ImageFileArguments {
  private static let fits = OptionFamily(
    "Fit",
    [
      .init("crop", "cut in the middle to the wanted shape, then scaled"),
      .init("stretch", "scaled in both directions"),
    ])

  static let path = Parameter.positional("path", .string, "the folder")
  static let gray = Parameter.labelled(
    "gray", .bool, "one channel instead of three", default: .bool(false))
  static let fit = Parameter.labelled(
    "fit", .option(fits), "how an image gets its size", default: .option(named: "crop"))

  /// The size that all images get; `summary` says what they have without it.
  static func size(_ summary: String) -> Parameter {
    .labelled("size", .optional(.ints), summary, default: .nothing)
  }

  /// Height and width, where they are given.
  static func size(of call: Arguments) throws -> (height: Int, width: Int)? {
    guard let size = try call.optionalInts("size") else { return nil }
    guard size.count <= 2, let height = size.first, let width = size.last, height > 0, width > 0 else {
      throw EvaluationError("ValueError", "size is [height, width], got \(size)", fix: "size: [64, 64]")
        .at(call.place(of: "size"))
    }
    return (height, width)
  }

  /// How images get their size.
  static func fit(of call: Arguments) throws -> ImageFolder.Fit {
    try call.option("fit").flatMap { ImageFolder.Fit(rawValue: $0.name) } ?? .crop
  }

  /// Names files that were left out, the first ten of them.
  static func report(_ problems: [String], _ call: Arguments) {
    let rest = problems.count > 10 ? ["\(problems.count - 10) more"] : []
    for problem in problems.prefix(10) + rest {
      call.context.sink.write("left out: \(problem)\n", to: .stderr)
    }
  }
}
