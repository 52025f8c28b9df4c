import Foundation

/// NumPy's array file format, versions 1 to 3 (NEP 1).
package enum NPY {
  /// The most bytes of numbers read from one array.
  package static let largestByteCount = 1 << 31

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads an array; `name` is what errors call it. Throws `DatasetError` for what is damaged or holds no numbers.
  package static func decode(_ bytes: [UInt8], name: String) throws -> NumericArray {
    guard bytes.starts(with: magic), bytes.count >= 10 else {
      throw DatasetError("\(name) is not a NumPy array: it does not start with \\x93NUMPY")
    }
    let isLong = bytes[6] >= 2
    let start = isLong ? 12 : 10
    guard (1...3).contains(bytes[6]), bytes.count >= start else {
      throw DatasetError("\(name) has NumPy format version \(bytes[6]), wanted 1 to 3")
    }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= 1 << 16, bytes.count >= start + length else {
      throw DatasetError("\(name) is cut short: no complete NumPy header")
    }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    guard let type = value(of: "descr", in: header), let shapeText = value(of: "shape", in: header),
      let order = value(of: "fortran_order", in: header), let shape = shape(shapeText)
    else { throw DatasetError("\(name) has a NumPy header that can't be read: \(header.prefix(80))") }
    guard let element = Element(type) else {
      throw DatasetError(
        "\(name) holds elements of type \(type), wanted numbers or booleans",
        fix: "save it with array.astype('float32')")
    }
    var count = 1
    for axis in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      count = product
      guard !overflow, count <= largestByteCount / element.size else {
        throw DatasetError("\(name) declares a shape of \(shape), which is too large to read")
      }
    }
    let content = bytes[(start + length)...]
    guard content.count == count * element.size else {
      throw DatasetError(
        "\(name) has \(content.count) bytes of numbers, its header says \(shape), that is \(count * element.size)"
      )
    }
    let read = element.read(content, count: count)
    if order.hasPrefix("True"), shape.count > 1 { return reordered(read, shape: shape) }
    return NumericArray(shape: shape, elements: read)
  }

  /// Writes an array in version 1.
  package static func encode(_ array: NumericArray) -> [UInt8] {
    let type: String
    var content: [UInt8] = []
    switch array.elements {
    case .bytes(let values): (type, content) = ("|u1", values)
    case .integers(let values):
      type = "<i8"
      for value in values { withUnsafeBytes(of: value.littleEndian) { content.append(contentsOf: $0) } }
    case .floats(let values):
      type = "<f4"
      for value in values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { content.append(contentsOf: $0) }
      }
    }
    let axes = array.shape.map { String($0) }.joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
    // The numbers start at a multiple of 64, the header ends with a line feed.
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let length = header.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8 & 255)] + Array(header.utf8) + content
  }

  /// One entry of the header, a Python dictionary written in one line.
  private static func value(of key: String, in header: String) -> String? {
    guard let place = header.range(of: "'\(key)':") else { return nil }
    let rest = header[place.upperBound...].drop { $0 == " " }
    if rest.first == "'" { return String(rest.dropFirst().prefix { $0 != "'" }) }
    if rest.first == "(" { return String(rest.dropFirst().prefix { $0 != ")" }) }
    return String(rest.prefix { $0 != "," && $0 != "}" })
  }

  private static func shape(_ text: String) -> [Int]? {
    let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
      !$0.isEmpty
    }
    let axes = parts.compactMap { Int($0) }
    return axes.count == parts.count && axes.count <= 32 && axes.allSatisfy { $0 >= 0 } ? axes : nil
  }

  /// Numbers stored with the first axis fastest, put into our order.
  private static func reordered(_ elements: NumericArray.Elements, shape: [Int]) -> NumericArray {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * max(1, shape[axis - 1]) }
    func reorder<T>(_ values: [T]) -> [T] {
      var index = [Int](repeating: 0, count: shape.count)
      var place = 0
      return values.indices.map { _ in
        let value = values[place]
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          place += strides[axis]
          if index[axis] < shape[axis] { break }
          place -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
        return value
      }
    }
    switch elements {
    case .bytes(let values): return NumericArray(shape: shape, elements: .bytes(reorder(values)))
    case .integers(let values): return NumericArray(shape: shape, elements: .integers(reorder(values)))
    case .floats(let values): return NumericArray(shape: shape, elements: .floats(reorder(values)))
    }
  }

  /// An element type such as `<f4`: byte order, kind, bytes.
  private struct Element {
    let isBig: Bool
    let kind: Character
    let size: Int

    init?(_ text: String) {
      let characters = Array(text)
      guard characters.count == 3, let order = characters.first, let size = characters[2].wholeNumberValue,
        "<>|=".contains(order)
      else { return nil }
      let sizes: [Int]? =
        switch characters[1] {
        case "u", "i": [1, 2, 4, 8]
        case "f": [2, 4, 8]
        case "b": [1]
        default: nil
        }
      guard sizes?.contains(size) == true else { return nil }
      (isBig, kind, self.size) = (order == ">", characters[1], size)
    }

    func read(_ bytes: ArraySlice<UInt8>, count: Int) -> NumericArray.Elements {
      if size == 1, kind != "i" {
        return .bytes(kind == "b" ? bytes.map { $0 == 0 ? 0 : 1 } : Array(bytes))
      }
      let words = (0..<count).lazy.map { number -> UInt64 in
        let start = bytes.startIndex + number * size
        var word: UInt64 = 0
        for i in 0..<size {
          word |= UInt64(bytes[start + (isBig ? size - 1 - i : i)]) << UInt64(8 * i)
        }
        return word
      }
      switch (kind, size) {
      case ("f", 2): return .floats(words.map { Element.half(UInt16(truncatingIfNeeded: $0)) })
      case ("f", 4): return .floats(words.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
      case ("f", _): return .floats(words.map { Float(Double(bitPattern: $0)) })
      case ("i", 1): return .integers(words.map { Int(Int8(truncatingIfNeeded: $0)) })
      case ("i", 2): return .integers(words.map { Int(Int16(truncatingIfNeeded: $0)) })
      case ("i", 4): return .integers(words.map { Int(Int32(truncatingIfNeeded: $0)) })
      default: return .integers(words.map { Int(truncatingIfNeeded: $0) })
      }
    }

    /// IEEE 754 half precision, which not every processor's Swift has as a type.
    static func half(_ bits: UInt16) -> Float {
      let sign: Float = bits & 0x8000 == 0 ? 1 : -1
      let exponent = Int(bits >> 10 & 31)
      let fraction = Float(bits & 1023)
      if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
      if exponent == 0 { return sign * fraction * 0x1p-24 }
      return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
