/// An array of numbers from a file, in the type the file has, last axis fastest.
package struct NumericArray: Sendable, Equatable {
  /// The numbers in the narrowest of three types that holds them all.
  package enum Elements: Sendable, Equatable {
    /// Unsigned bytes, and booleans as 0 and 1.
    case bytes([UInt8])
    /// Whole numbers of any other width.
    case integers([Int])
    /// Floating-point numbers, rounded to single precision.
    case floats([Float])
  }

  /// The length of each axis; empty for a single number.
  package let shape: [Int]
  /// The numbers.
  package let elements: Elements

  /// Puts together a shape and the numbers that fill it.
  package init(shape: [Int], elements: Elements) { (self.shape, self.elements) = (shape, elements) }

  /// How many numbers there are.
  package var count: Int {
    switch elements {
    case .bytes(let values): values.count
    case .integers(let values): values.count
    case .floats(let values): values.count
    }
  }

  /// The numbers as floats.
  package var floats: [Float] {
    switch elements {
    case .bytes(let values): values.map { Float($0) }
    case .integers(let values): values.map { Float($0) }
    case .floats(let values): values
    }
  }
}
