import Foundation

/// Images in a table of text: a line for each, its pixels 0 to 255 separated by commas, its class among them.
package struct PixelTable: Sendable {
  /// Where the class stands in a line.
  package enum LabelPlace: String, CaseIterable, Sendable {
    case first
    case last
    /// Nowhere: all images are of class 0.
    case none
  }

  /// The most bytes a table may have.
  package static let largestSize = 1 << 32

  /// The shape of each image, [c, h, w].
  package let shape: [Int]
  /// Where the class stands.
  package var label = LabelPlace.first
  /// The names of the classes, by number; the numbers themselves when empty.
  package var classNames: [String] = []

  /// Describes a table.
  package init(shape: [Int]) { self.shape = shape }

  /// Reads a raw or gzip-compressed table; a first line that does not begin with a number is taken for names of columns.
  ///
  /// Throws `DatasetError` that names the line.
  package func read(path: String) throws -> LabelledImages {
    guard shape.count == 3, shape.allSatisfy({ (1...1 << 16).contains($0) }) else {
      throw DatasetError("images of shape \(shape), wanted [channels, height, width]")
    }
    let width = shape[0] * shape[1] * shape[2]
    let reader = try GzipReader(path: path)
    var table = LineScanner(width: width, label: label, path: path)
    var size = 0
    while case let piece = try reader.read(1 << 20), !piece.isEmpty {
      // Spreadsheets put a byte order mark in front.
      let mark = size == 0 && piece.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      size += piece.count
      guard size <= Self.largestSize else { throw DatasetError("\(path) is too large to read") }
      for byte in piece.dropFirst(mark) { try table.take(byte) }
    }
    try table.finish()
    guard !table.labels.isEmpty else { throw DatasetError("\(path) holds no images") }
    let most = Int(table.labels.max() ?? 0)
    let names = classNames.isEmpty ? (0...most).map { String($0) } : classNames
    return try LabelledImages(
      shape: shape, pixels: table.pixels, labels: table.labels, classNames: names)
  }
}

/// Takes a table byte by byte, so that memory holds pixels and not text.
private struct LineScanner {
  let width: Int
  let label: PixelTable.LabelPlace
  let path: String
  var pixels: [UInt8] = []
  var labels: [Int32] = []
  private var line = 1
  private var numbers: [Int] = []
  private var current: Int?
  private var isHeader = false

  init(width: Int, label: PixelTable.LabelPlace, path: String) {
    (self.width, self.label, self.path) = (width, label, path)
  }

  private var wanted: Int { width + (label == .none ? 0 : 1) }

  mutating func take(_ byte: UInt8) throws {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9") where !isHeader:
      let digit = Int(byte - UInt8(ascii: "0"))
      let next = (current ?? 0) * 10 + digit
      guard next <= 65535 else { throw problem("a number above 65535") }
      current = next
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"): try endNumber()
    case UInt8(ascii: "\n"): try endLine()
    case UInt8(ascii: "\r"), UInt8(ascii: " "), UInt8(ascii: "\""): break
    default:
      if isHeader { return }
      // Names of columns begin with neither the sign nor the point of a number.
      guard line == 1, numbers.isEmpty, current == nil, !"-+.".utf8.contains(byte) else {
        throw problem("'\(Character(Unicode.Scalar(byte)))' in a number")
      }
      isHeader = true
    }
  }

  private mutating func endNumber() throws {
    if isHeader { return }
    guard let number = current else { throw problem("a number is missing") }
    guard numbers.count < wanted else { throw problem("more than \(wanted) numbers") }
    numbers.append(number)
    current = nil
  }

  private mutating func endLine() throws {
    defer {
      line += 1
      isHeader = false
      numbers.removeAll(keepingCapacity: true)
      current = nil
    }
    if isHeader || numbers.isEmpty && current == nil { return }
    try endNumber()
    guard numbers.count == wanted else {
      throw problem("\(numbers.count) numbers, wanted \(wanted)")
    }
    switch label {
    case .first: labels.append(Int32(numbers.removeFirst()))
    case .last: labels.append(Int32(numbers.removeLast()))
    case .none: labels.append(0)
    }
    for number in numbers {
      guard number <= 255 else { throw problem("a pixel of \(number), wanted 0 to 255") }
      pixels.append(UInt8(number))
    }
  }

  mutating func finish() throws { try endLine() }

  private func problem(_ what: String) -> DatasetError {
    DatasetError(
      "\(path), line \(line): \(what)",
      fix: "a line has the class and the pixels, 0 to 255: \(wanted) numbers here")
  }
}
