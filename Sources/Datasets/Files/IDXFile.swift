/// An array of bytes in the IDX format of the MNIST database (Y. LeCun, "The MNIST database", file formats).
///
/// Layout: 0, 0, element type, number of axes, then each axis as a big-endian 32-bit number, then the elements.
package struct IDXFile {
  /// The most elements a file may declare: room for the largest public set, EMNIST ByClass, and half as much again.
  package static let largestElementCount = 1 << 30

  /// The length of each axis.
  package let shape: [Int]
  /// The elements, last axis fastest.
  package let bytes: [UInt8]

  /// Reads a raw or gzip-compressed file of unsigned bytes with `axes` axes.
  ///
  /// Throws `DatasetError` that names the file when it is missing, damaged, cut short, too long or not IDX.
  package init(path: String, axes: Int) throws {
    let reader = try GzipReader(path: path)
    let again = "delete it and fetch it again"
    guard let magic = try reader.readExactly(4) else {
      throw DatasetError("\(path) is cut short: no complete IDX header", fix: again)
    }
    guard magic[0] == 0, magic[1] == 0, magic[2] == 8, magic[3] == UInt8(axes) else {
      let number = magic.map { String($0, radix: 16) }.map { $0.count < 2 ? "0" + $0 : $0 }.joined(
        separator: " ")
      throw DatasetError(
        "\(path) starts with \(number), wanted 00 00 08 0\(axes) (IDX, unsigned bytes, \(axes) axes)",
        fix: "check that images and labels are not swapped, or \(again)")
    }
    guard let sizes = try reader.readExactly(4 * axes) else {
      throw DatasetError("\(path) is cut short: no complete IDX header", fix: again)
    }
    var shape: [Int] = []
    var total = 1
    for axis in 0..<axes {
      let length = sizes[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
      shape.append(length)
      let (product, overflow) = total.multipliedReportingOverflow(by: length)
      total = product
      guard !overflow, total > 0, total <= Self.largestElementCount else {
        throw DatasetError("\(path) declares a size of \(shape), which can't be right", fix: again)
      }
    }
    guard let bytes = try reader.readExactly(total) else {
      throw DatasetError("\(path) is cut short: its header says \(shape), that is \(total) bytes", fix: again)
    }
    guard try reader.isAtEnd() else {
      throw DatasetError("\(path) is too long: its header says \(shape), more follows", fix: again)
    }
    self.shape = shape
    self.bytes = bytes
  }
}
