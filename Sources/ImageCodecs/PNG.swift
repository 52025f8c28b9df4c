import CPNGShims

/// PNG files (ISO/IEC 15948) to pixels and back, through libpng.
package enum PNG {
  /// The first eight bytes of every PNG file.
  package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Decodes any PNG: palette and alpha expanded, 16 bits rounded to 8, interlaced or not.
  ///
  /// Throws `ImageError`, or what ``StopRequest`` throws; nothing is allocated before the header is seen to be plausible.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage { try decode(bytes, asLabels: false) }

  /// Decodes to colours, or palette and low grey values to the numbers that are stored.
  static func decode(_ bytes: [UInt8], asLabels: Bool) throws -> PixelImage {
    guard bytes.starts(with: signature) else {
      throw ImageError("not a PNG file: it does not start with PNG's eight bytes")
    }
    return try bytes.withUnsafeBufferPointer { try decode($0, labels: asLabels ? 1 : 0) }
  }

  private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, labels: Int32) throws -> PixelImage {
    guard let base = bytes.baseAddress else { throw ImageError("not a PNG file: it is empty") }
    var header = cpng_header()
    try reporting("can't read this PNG") { cpng_read_header(base, bytes.count, labels, &header, $0) }
    let (width, height, channels) = (Int(header.width), Int(header.height), Int(header.channels))
    let count = try PixelImage.sampleCount(width: width, height: height, channels: channels)
    // Deflate expands at most 1032 times: a small file with a huge size in its header is found out here.
    let stored = header.stored_row_bytes.multipliedReportingOverflow(by: UInt64(header.height))
    guard !stored.overflow, stored.partialValue / 1032 <= UInt64(bytes.count) else {
      throw ImageError(
        "this PNG says it has \(width) x \(height) pixels, which \(bytes.count) bytes can't hold",
        fix: "the file is cut short or damaged: fetch it again")
    }
    let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let pixels = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      initialized = count
      try reporting("can't read this PNG") {
        cpng_decode(base, bytes.count, labels, pixels, count, StopRequest.mustStop, $0)
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// Encodes a picture; `level` is zlib's effort, 0 none to 9 most.
  package static func encode(_ image: PixelImage, level: Int = 6) throws -> [UInt8] {
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { cpng_free(encoded) }
    try image.pixels.withUnsafeBufferPointer { pixels in
      try reporting("can't write this PNG") {
        cpng_encode(
          pixels.baseAddress, UInt32(image.width), UInt32(image.height), UInt32(image.channels),
          Int32(min(max(level, 0), 9)), StopRequest.mustStop, &encoded, &count, $0)
      }
    }
    return Array(UnsafeBufferPointer(start: encoded, count: count))
  }

  /// Encodes a drawing of lines and text in at most 256 colours, which makes its file several times smaller.
  ///
  /// Colours that occur often stay exact; those of blurred edges are put on a near one. A picture that is not RGB is
  /// encoded as it is.
  package static func encode(drawing image: PixelImage) throws -> [UInt8] {
    guard image.channels == 3 else { return try encode(image) }
    let (indices, palette) = Palette.reduce(image.pixels)
    var encoded: UnsafeMutablePointer<UInt8>?
    var count = 0
    defer { cpng_free(encoded) }
    try reporting("can't write this PNG") {
      cpng_encode_indexed(
        indices, UInt32(image.width), UInt32(image.height), palette, UInt32(palette.count / 3),
        StopRequest.mustStop, &encoded, &count, $0)
    }
    return Array(UnsafeBufferPointer(start: encoded, count: count))
  }

  /// Runs a shim that leaves its reason in a buffer of the agreed size.
  private static func reporting(
    _ what: String, _ body: (UnsafeMutablePointer<CChar>) -> Int32
  ) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CPNG_MESSAGE_SIZE)) { buffer in
      guard let message = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      guard body(message) == 0 else {
        try StopRequest.obey()
        throw ImageError("\(what): \(String(cString: message))")
      }
    }
  }
}
