import Files

/// Files of numbers: `.npy` holds one array, `.npz` several by name.
package enum ArrayFile {
  /// The most bytes a file may have.
  package static let largestSize = 1 << 32

  /// Reads the arrays of a file; a `.npy` file's is called by the empty name. Throws `DatasetError`.
  package static func read(path: String) throws -> [String: NumericArray] {
    let bytes = try DatasetError.naming(path) { try PlainFile.bytes(of: path, limit: largestSize) }
    return bytes.starts(with: [0x50, 0x4B])
      ? try NPZ.decode(bytes, name: path) : ["": try NPY.decode(bytes, name: path)]
  }
}

extension LabelledImages {
  /// Images [n, h, w], [n, c, h, w] or, with 1 or 3 last, [n, h, w, c] as NumPy users have them, and their classes [n].
  ///
  /// Whole numbers are bytes 0…255, others shares 0…1. Throws `DatasetError` where they don't fit together.
  package init(images: NumericArray, labels: NumericArray, classNames given: [String] = []) throws {
    var shape = images.shape
    guard shape.count == 3 || shape.count == 4, let count = shape.first, count > 0 else {
      throw DatasetError("an array \(images.shape) of images, wanted [n, h, w] or [n, c, h, w]")
    }
    if shape.count == 3 { shape.insert(1, at: 1) }
    let isLast = images.shape.count == 4 && [1, 3].contains(shape[3]) && ![1, 3].contains(shape[1])
    var pixels = try Self.bytes(images)
    if isLast {
      let (plane, channels) = (shape[1] * shape[2], shape[3])
      let old = pixels
      for image in 0..<count {
        for i in 0..<plane {
          for channel in 0..<channels {
            pixels[(image * channels + channel) * plane + i] = old[(image * plane + i) * channels + channel]
          }
        }
      }
      shape = [count, channels, shape[1], shape[2]]
    }
    let numbers = try labels.floats.map { number -> Int32 in
      guard number >= 0, number < 1_048_576, number == number.rounded() else {
        throw DatasetError("a label \(number), wanted class numbers from 0 on")
      }
      return Int32(number)
    }
    guard labels.count == count else {
      throw DatasetError("\(labels.count) labels for \(count) images")
    }
    let most = Int(numbers.max() ?? 0)
    try self.init(
      shape: Array(shape.dropFirst()), pixels: pixels, labels: numbers,
      classNames: given.isEmpty ? (0...most).map { String($0) } : given)
  }

  private static func bytes(_ array: NumericArray) throws -> [UInt8] {
    switch array.elements {
    case .bytes(let values): return values
    case .integers(let values):
      return try values.map {
        guard let byte = UInt8(exactly: $0) else {
          throw DatasetError("a pixel of \($0), wanted 0 to 255")
        }
        return byte
      }
    case .floats(let values):
      return try values.map {
        guard $0 >= -1e-3, $0 <= 1.001 else {
          throw DatasetError("a pixel of \($0), wanted 0 to 1", fix: "divide by 255 first")
        }
        return UInt8(max(0, min(255, ($0 * 255).rounded())))
      }
    }
  }
}
