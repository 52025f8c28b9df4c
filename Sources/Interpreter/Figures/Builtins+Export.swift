import Foundation
import ImageCodecs
import TensorRuntime
import Visualization

/// Pictures as files and as text: `png`, `svg`, `ascii`.
enum ExportBuiltins {
  static let all: [Builtin] = [ascii, png, svg]

  private static let to = Parameter.labelled("to", .string, "the file; it is replaced")

  private static let ascii = Builtin(
    "ascii", "An image or a figure as plain ASCII text.",
    [
      .positional("x", .any, "an image, samples, feature maps, a figure"),
      .labelled("columns", .int, "how wide", default: .int(78)),
    ], returns: .string, example: "ascii(rand(1, 8, 8))"
  ) { call in
    let columns = max(8, min(400, try call.int("columns")))
    if let tiles = try Tiles.images(of: call.value("x"), context: call.context) {
      var grid = ImageGrid(tiles)
      grid.range = Tiles.range(of: tiles)
      return .string(try grid.text(style: .ascii, columns: columns))
    }
    guard case .host = call.value("x"),
      case .text(let text)? = try form("text/plain", of: call, columns: columns)
    else {
      throw EvaluationError("TypeError", "ascii wants an image or a figure, got \(call.value("x").article)")
    }
    return .string(text)
  }

  private static let png = Builtin(
    "png",
    "Writes a picture as a PNG file: an image pixel for pixel, a figure or several images as show draws them.",
    [
      .positional("x", .any, "an image [c, h, w], samples, or a figure"), to,
      .labelled("scale", .int, "file pixels for each pixel of an image", default: .int(1)),
    ], returns: .void
  ) { call in
    let path = try call.string("to")
    let scale = try call.int("scale")
    guard (1...64).contains(scale) else {
      throw EvaluationError("ValueError", "scale is a number from 1 to 64, got \(scale)").at(
        call.place(of: "scale"))
    }
    if let tiles = try Tiles.images(of: call.value("x"), context: call.context), tiles.count == 1 {
      let range = Tiles.range(of: tiles)
      var grid = ImageGrid(tiles, columns: 1)
      grid.range = range
      if let raster = try grid.rasters().first {
        let image = try pixels(raster, channels: tiles[0].channels, scale: scale)
        return try write(try PNG.encode(image), to: path)
      }
    }
    guard case .bytes(let bytes)? = try form("image/png", of: call) else {
      throw EvaluationError(
        "TypeError", "png wants an image or a figure, got \(call.value("x").article)",
        fix: "[h, w] and [c, h, w] with 1 or 3 channels are images")
    }
    return try write(bytes, to: path)
  }

  private static let svg = Builtin(
    "svg", "Writes a figure of lines and text as an SVG file; images are no such figures.",
    [.positional("x", .any, "a chart, a diagram, a confusion matrix"), to], returns: .void
  ) { call in
    guard case .text(let text)? = try form("image/svg+xml", of: call) else {
      throw EvaluationError(
        "TypeError", "svg wants a chart or a diagram, got \(call.value("x").article)",
        fix: "png(x, to: \"x.png\") writes images")
    }
    return try write(Array(text.utf8), to: try call.string("to"))
  }

  /// A raster as an image, each of its colours a square of `scale` pixels.
  private static func pixels(_ raster: Raster, channels: Int, scale: Int) throws -> PixelImage {
    let (width, height) = (raster.width * scale, raster.height * scale)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(try PixelImage.sampleCount(width: width, height: height, channels: channels))
    for y in 0..<height {
      try StopRequest.obey()
      for x in 0..<width {
        let color = raster.colors[y / scale * raster.width + x / scale]
        pixels.append(color.red)
        if channels == 3 { pixels += [color.green, color.blue] }
      }
    }
    return try PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  private static func write(_ bytes: [UInt8], to path: String) throws -> Value {
    try Library.Family.write(Data(bytes), to: path)
    return .void
  }

  /// One form of what a notebook would show for `x`, wherever the program runs.
  private static func form(_ type: String, of call: Arguments, columns: Int = 80) throws
    -> MIMEBundle.Content?
  {
    let context = call.context
    let outer = context.sink
    context.sink = PictureSink(columns: columns)
    defer { context.sink = outer }
    let bundle: MIMEBundle
    if let tiles = try Tiles.images(of: call.value("x"), context: context) {
      var grid = ImageGrid(tiles)
      grid.range = Tiles.range(of: tiles)
      bundle = try FigureBundle.make(.grid(grid), context)
    } else if case .host(let object as RunObject) = call.value("x") {
      bundle = try FigureBundle.make(.charts(object.charts), context)
    } else {
      bundle = try context.bundle(of: call.value("x"))
    }
    return bundle.forms.first { $0.type == type }?.content
  }
}

/// A front end that sees pictures and shows nothing.
private final class PictureSink: OutputSink {
  let capabilities: SinkCapabilities

  init(columns: Int) {
    capabilities = SinkCapabilities(
      progress: .log, columns: columns, showsPictures: true, colors: false, canAsk: false)
  }
  func write(_ text: String, to stream: StandardStream) {}
  func display(_ bundle: MIMEBundle, id: String?) {}
  func update(_ bundle: MIMEBundle, id: String) {}
  func clear(wait: Bool) {}
  func ask(prompt: String, hidden: Bool) throws -> String {
    throw InputUnavailable("a picture is being written")
  }
}
