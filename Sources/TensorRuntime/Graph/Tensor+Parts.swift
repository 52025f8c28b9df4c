extension Tensor {
  /// Where the numbers of a part of a tensor stand that lies in one piece in memory: samples along the first axis, another
  /// shape of the same numbers. Nil for anything else.
  private func pieceOfMemory() -> (whole: Buffer, firstElement: Int, isPart: Bool)? {
    var offset = 0
    var isPart = false
    var top = self
    for _ in 0..<16 {
      if let whole = top.node.values[top.output] {
        return whole.layout.isPlain ? (whole, offset, isPart) : nil
      }
      guard !top.node.isParameter, top.node.application == nil, let input = top.node.inputs.first else {
        return nil
      }
      switch top.node.operation {
      case is Reshape, is Identity, is Detach: break
      case let slice as Slice:
        guard let start = slice.firstElement(of: input.shape) else { return nil }
        offset += start
        isPart = true
      default: return nil
      }
      top = input
    }
    return nil
  }

  /// The numbers of a part of a tensor that lies in one piece: copying them needs no plan, of which otherwise each place
  /// in a data set would have its own. Nil for anything else.
  func copyOfPart() throws -> Buffer? {
    guard let (whole, firstElement, _) = pieceOfMemory() else { return nil }
    let (bytes, start) = (type.byteCount, firstElement * elementType.byteCount)
    guard start >= 0, bytes <= whole.byteCount - start else { return nil }
    let copy = try Buffer(byteCount: bytes, purpose: "\(node.operation.name) with the result \(type)")
    copy.pointer.copyMemory(from: whole.pointer + start, byteCount: bytes)
    return copy
  }

  /// Whether it is cut out of a tensor, in one piece.
  var isPartInOnePiece: Bool { pieceOfMemory()?.isPart == true }
}

extension Slice {
  /// Where the slice begins in row-major order, if it is one piece of a tensor of this shape.
  func firstElement(of shape: Shape) -> Int? {
    let lengths = shape.dimensions
    guard lengths.count == counts.count, !shape.isEmpty, !counts.contains(0) else { return nil }
    // Single elements along the first axes, some neighbours along one, everything along those behind it.
    guard let cut = counts.indices.first(where: { counts[$0] > 1 }) else {
      return zip(starts, shape.strides).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let isOnePiece =
      steps[cut] == 1
      && counts.indices.dropFirst(cut + 1).allSatisfy { counts[$0] == lengths[$0] && steps[$0] == 1 }
    return isOnePiece ? zip(starts, shape.strides).reduce(0) { $0 + $1.0 * $1.1 } : nil
  }
}
