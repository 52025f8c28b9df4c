import Datasets
import TensorRuntime

/// The things found in a mask, in a program.
final class RegionsObject: HostObject {
  let regions: Regions

  init(_ regions: Regions) { self.regions = regions }

  var text: String {
    let all = regions.all
    let sizes = all.prefix(8).map { "\($0.area)" }.joined(separator: ", ")
    let list = all.isEmpty ? "" : " of \(sizes)\(all.count > 8 ? ", …" : "") pixels"
    return "\(all.count) region\(all.count == 1 ? "" : "s")\(list)"
  }
  var byteCount: Int? { regions.grid.numbers.count * 4 }

  static let declaration = TypeDeclaration(
    "Regions", "Connected areas of a mask, numbered from 1 in reading order; `for` goes through them.",
    members: [
      .property("count", .int, "How many there are.") { (object: RegionsObject) in
        .int(object.regions.all.count)
      },
      .property("labels", .tensor, "The number of the area each pixel belongs to, [h, w]; 0 for background.")
      {
        (object: RegionsObject) in
        let grid = object.regions.grid
        return .tensor(try Tensor(grid.numbers, [grid.height, grid.width]))
      },
      .property("areas", .array(.int), "Pixels of each.") { (object: RegionsObject) in
        .ints(object.regions.all.map(\.area))
      },
      .property("classes", .array(.int), "The class number of each.") { (object: RegionsObject) in
        .ints(object.regions.all.map { Int($0.classNumber) })
      },
      .property("boxes", .array(.array(.int)), "[left, top, width, height] of each, in pixels.") {
        (object: RegionsObject) in .array(of: object.regions.all.map { .ints($0.box) })
      },
      .property("centers", .array(.array(.double)), "[x, y] of each, in pixels from the left upper corner.") {
        (object: RegionsObject) in
        .array(of: object.regions.all.map { .array(of: [.double($0.center.x), .double($0.center.y)]) })
      },
    ], element: .unknown)

  /// What an index and `for` give: number, class, area, box and center of one area.
  private func entry(_ region: Region) -> Value {
    .tuple(
      TupleValue(
        labels: ["number", "class", "area", "box"],
        elements: [
          .int(Int(region.number)), .int(Int(region.classNumber)), .int(region.area), .ints(region.box),
        ]))
  }

  func element(at indices: [Value], _ context: EvaluationContext) throws -> Value {
    guard indices.count == 1, case .int(let index) = indices[0] else {
      throw EvaluationError("TypeError", "Regions are indexed by one Int")
    }
    let place = index < 0 ? index + regions.all.count : index
    guard regions.all.indices.contains(place) else {
      throw EvaluationError("IndexError", "region \(index) of \(regions.all.count)")
    }
    return entry(regions.all[place])
  }

  func iterator(_ context: EvaluationContext) throws -> (() throws -> Value?)? {
    var next = 0
    return { [self] in
      guard next < regions.all.count else { return nil }
      defer { next += 1 }
      return entry(regions.all[next])
    }
  }
}

/// Finding things in masks.
enum RegionBuiltins {
  static let all: [Builtin] = [components, watershed, distances]

  private static let mask = Parameter.positional(
    "mask", .tensorLike, "class numbers, [h, w] or [1, h, w]; 0 is background")
  private static let smallest = Parameter.labelled(
    "smallest", .int, "areas of fewer pixels are background", default: .int(1))
  private static let connectivity = OptionFamily(
    "Connectivity",
    [
      .init("four", "pixels beside, above and below touch"), .init("eight", "those at the corners too"),
    ])
  private static let touching = Parameter.labelled(
    "connectivity", .option(connectivity), "which pixels touch", default: .option(named: "eight"))

  private static let components = Builtin(
    "components", "The connected areas of each class in a mask, with their sizes and boxes.",
    [mask, touching, smallest], returns: .host("Regions"), shapes: "[h, w]",
    example: "components([[1, 1, 0], [0, 0, 2]]).areas"
  ) { call in
    let grid = try grid(call)
    try call.context.interruption.check()
    return .host(RegionsObject(grid.components(try touching(call), smallest: try call.int("smallest"))))
  }

  private static let watershed = Builtin(
    "watershed",
    "The things in a mask, those that touch told apart by their shape: each peak of the distance to the border is a "
      + "thing, and they meet at the narrowest place between.",
    [
      mask,
      .labelled(
        "depth", .number, "how many pixels a peak must rise above the pass to a higher one",
        default: .double(1)), touching, smallest,
    ], returns: .host("Regions"), shapes: "[h, w]",
    example: "watershed([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]]).count"
  ) { call in
    let depth = try call.number("depth")
    guard depth >= 0, depth.isFinite else {
      throw EvaluationError("ValueError", "depth is a number of at least 0, got \(depth)").at(
        call.place(of: "depth"))
    }
    let grid = try grid(call)
    return .host(
      RegionsObject(
        grid.watershed(depth: Float(depth), try touching(call), smallest: try call.int("smallest"))))
  }

  private static let distances = Builtin(
    "distanceTransform",
    "How far each pixel of a mask is from the nearest pixel of another class, in pixels; 0 on background.",
    [mask],
    returns: .tensor, shapes: "[h, w] -> [h, w]", formula: "√((x - x')² + (y - y')²) to the nearest, exact",
    example: "print(distanceTransform([[1, 1, 1, 0]]))"
  ) { call in
    let grid = try grid(call)
    return .tensor(try Tensor(grid.distances(), [grid.height, grid.width]))
  }

  private static func touching(_ call: Arguments) throws -> LabelGrid.Connectivity {
    try call.option("connectivity")?.name == "four" ? .four : .eight
  }

  /// The mask of a call as a grid of numbers.
  private static func grid(_ call: Arguments) throws -> LabelGrid {
    try MaskGrid.grid(try call.tensor("mask"), call)
  }
}

/// Reads masks that built-ins are given.
enum MaskGrid {
  /// The numbers of a tensor `[h, w]` or `[1, h, w]`.
  static func grid(_ mask: Tensor, _ call: Arguments) throws -> LabelGrid {
    let shape = mask.shape.dimensions
    guard shape.count == 2 || (shape.count == 3 && shape[0] == 1), mask.shape.elementCount > 0 else {
      throw EvaluationError(
        "ShapeError", "\(call.declaration.name) wants a mask [h, w], got \(mask.shape)",
        fix: shape.count == 3 ? "argmax(logits, axis: 0) makes a mask of [classes, h, w]" : nil)
    }
    return try LabelGrid(
      height: shape[shape.count - 2], width: shape[shape.count - 1],
      numbers: try call.context.runtime().int32s(of: mask))
  }
}
