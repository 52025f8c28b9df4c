import Files

/// Image files of every format that is read, told apart by their first bytes.
package enum ImageFile {
  /// The most bytes a file may have.
  package static let largestFile = 1 << 28

  /// Endings of file names that are taken for images, lower case.
  package static let extensions: Set<String> = [
    "png", "jpg", "jpeg", "bmp", "gif", "ppm", "pgm", "pbm", "pnm",
  ]

  /// Decodes PNG, JPEG, BMP, GIF (first picture) or PPM; throws `ImageError`.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    if bytes.starts(with: PNG.signature) { return try PNG.decode(bytes) }
    if bytes.starts(with: JPEG.signature) { return try JPEG.decode(bytes) }
    if bytes.starts(with: GIF.signature) { return try GIF.decode(bytes) }
    if bytes.starts(with: BMP.signature) { return try BMP.decode(bytes) }
    if bytes.count > 2, bytes[0] == UInt8(ascii: "P"), (0x31...0x36).contains(bytes[1]) {
      return try PPM.decode(bytes)
    }
    throw ImageError(
      bytes.isEmpty ? "an empty file is no image" : "not an image in a format that is read",
      fix: "PNG, JPEG, BMP, GIF and PPM are read")
  }

  /// Reads and decodes a file; throws `ImageError` that names it.
  package static func read(path: String) throws -> PixelImage {
    let bytes = try bytes(of: path)
    do { return try decode(bytes) } catch let error as ImageError {
      throw ImageError("\(path): \(error.message)", fix: error.fix)
    }
  }

  /// What is in a file; throws `ImageError` when it can't be read or is too large for an image.
  static func bytes(of path: String) throws -> [UInt8] {
    do { return try PlainFile.bytes(of: path, limit: largestFile) } catch let error as PlainFile.Unreadable {
      throw ImageError("can't read \(path): \(error.reason)")
    }
  }
}
