import CJPEGShims

/// JPEG files (ITU-T T.81) to pixels, through libjpeg: baseline and progressive, grey, colour and CMYK.
package enum JPEG {
  /// The first bytes of every JPEG file.
  package static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes to grey or RGB; throws `ImageError`, also when the file ends too early.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    guard bytes.starts(with: signature) else {
      throw ImageError("not a JPEG file: it does not start with JPEG's three bytes")
    }
    return try bytes.withUnsafeBufferPointer { source in
      var header = cjpeg_header()
      try reporting { cjpeg_read_header(source.baseAddress, source.count, &header, $0) }
      let (width, height, channels) = (Int(header.width), Int(header.height), Int(header.channels))
      let count = try PixelImage.sampleCount(width: width, height: height, channels: channels)
      let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        buffer.initialize(repeating: 0)
        initialized = count
        try reporting { cjpeg_decode(source.baseAddress, source.count, buffer.baseAddress, count, $0) }
      }
      return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }
  }

  private static func reporting(_ body: (UnsafeMutablePointer<CChar>) -> Int32) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CJPEG_MESSAGE_SIZE)) { buffer in
      guard let message = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      guard body(message) == 0 else {
        throw ImageError("cannot read this JPEG: \(String(cString: message))")
      }
    }
  }
}
