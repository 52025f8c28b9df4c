import CJPEGShims

/// JPEG files (ITU-T T.81) to pixels, through libjpeg: baseline and progressive, grey, colour and CMYK.
package enum JPEG {
  /// The first bytes of every JPEG file.
  package static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Decodes to grey or RGB, as it is stored: whatever EXIF says about turning it is left to others, as Pillow does.
  ///
  /// Throws `ImageError`, also when the file ends too early, or what ``StopRequest`` throws.
  package static func decode(_ bytes: [UInt8]) throws -> PixelImage {
    guard bytes.starts(with: signature) else {
      throw ImageError("not a JPEG file: it does not start with JPEG's three bytes")
    }
    return try bytes.withUnsafeBufferPointer { source in
      var header = cjpeg_header()
      try reporting { cjpeg_read_header(source.baseAddress, source.count, &header, $0) }
      let (width, height, channels) = (Int(header.width), Int(header.height), Int(header.channels))
      let count = try PixelImage.sampleCount(width: width, height: height, channels: channels)
      // Each block of 8 x 8 pixels takes a bit or more: a small file with a huge size in its header is found out here.
      guard width * height / 512 <= source.count else {
        throw ImageError(
          "this JPEG says it has \(width) x \(height) pixels, which \(source.count) bytes can't hold",
          fix: "the file is cut short or damaged: fetch it again")
      }
      let pixels = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        buffer.initialize(repeating: 0)
        initialized = count
        try reporting {
          cjpeg_decode(source.baseAddress, source.count, buffer.baseAddress, count, StopRequest.mustStop, $0)
        }
      }
      return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
    }
  }

  private static func reporting(_ body: (UnsafeMutablePointer<CChar>) -> Int32) throws {
    try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CJPEG_MESSAGE_SIZE)) { buffer in
      guard let message = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      guard body(message) == 0 else {
        try StopRequest.obey()
        throw ImageError("can't read this JPEG: \(String(cString: message))")
      }
    }
  }
}
