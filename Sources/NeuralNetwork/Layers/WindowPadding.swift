import JSON
import TensorRuntime

/// What stands in the padding around an image.
package enum Border: String, Hashable, Sendable, CaseIterable {
  /// Zeros.
  case zeros
  /// The edge again and again: `111|123|333`.
  case replicate
  /// The mirror image without the edge: `32|123|21`.
  case reflect
  /// The other end: `23|123|12`.
  case circular

  /// As tensors are padded.
  var mode: PaddingMode {
    switch self {
    case .zeros: .constant(0)
    case .replicate: .replicate
    case .reflect: .reflect
    case .circular: .circular
    }
  }
}

/// How the padding of a sliding window is written in summaries and files.
extension ConvolutionPadding {
  /// The padding as a user writes it.
  package var notation: String {
    switch self {
    case .valid: ".valid"
    case .same: ".same"
    case .full: ".full"
    case .amounts(let amounts): sizeNotation(amounts)
    case .sides(let before, let after): "[\(before), \(after)]"
    }
  }

  /// The padding as files hold it.
  var json: JSONValue {
    switch self {
    case .valid: .string("valid")
    case .same: .string("same")
    case .full: .string("full")
    case .amounts(let amounts): .integers(amounts)
    case .sides(let before, let after): .array([.integers(before), .integers(after)])
    }
  }

  init?(json: JSONValue?) {
    switch json {
    case .string("valid"): self = .valid
    case .string("same"): self = .same
    case .string("full"): self = .full
    case .array(let values)?:
      if let amounts = Self.amounts(in: values) {
        self = .amounts(amounts)
      } else if values.count == 2, let before = Self.amounts(in: values[0].arrayValue ?? []),
        let after = Self.amounts(in: values[1].arrayValue ?? []), before.count == after.count
      {
        self = .sides(before: before, after: after)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static func amounts(in values: [JSONValue]) -> [Int]? {
    let amounts = values.compactMap(\.intValue).filter((0...100_000).contains)
    return amounts.count == values.count && !values.isEmpty ? amounts : nil
  }
}

/// `5` for equal sizes on every axis, `[3, 5]` otherwise.
func sizeNotation(_ sizes: [Int]) -> String {
  guard let first = sizes.first, !sizes.allSatisfy({ $0 == first }) else { return "\(sizes.first ?? 0)" }
  return "\(sizes)"
}

/// One number per axis from one for all of them; an error when the count fits neither.
func perAxis(_ sizes: [Int], rank: Int, what: String, of notation: @autoclosure () -> String) throws -> [Int]
{
  if sizes.count == rank { return sizes }
  if sizes.count == 1 { return [Int](repeating: sizes[0], count: rank) }
  throw LayerError(
    "\(notation()) has \(sizes.count) numbers for \(what), but its input has \(rank) axes to slide over")
}
