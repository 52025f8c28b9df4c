import Foundation
import ImageCodecs
import Interpreter

/// Pictures among the text of a terminal that can draw them.
package struct TerminalPictures {
  /// How they are sent.
  package enum Form: String, CaseIterable, Sendable {
    /// As PNG files in the graphics protocol of kitty, which others know too.
    case kitty
    /// As sixels.
    case sixel
  }

  private let form: Form
  /// The size of a character in pixels.
  private let cell: (width: Int, height: Int)

  /// Draws in a form; a character is 8 × 16 pixels where the terminal doesn't say.
  package init(_ form: Form, cell: (width: Int, height: Int)? = nil) {
    (self.form, self.cell) = (form, cell ?? (8, 16))
  }

  /// What the terminal can do, as `$CNNREPL_GRAPHICS` says (`kitty`, `sixel`, `none`) or else as it answers itself; `nil`
  /// where it shows characters only.
  package static func offered(
    by input: TerminalInput, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> TerminalPictures? {
    if let named = environment["CNNREPL_GRAPHICS"], !named.isEmpty {
      return Form(rawValue: named).map { TerminalPictures($0) }
    }
    let ends = [input.descriptor, STDOUT_FILENO].map { TerminalTraits(descriptor: $0) }
    // The Linux console draws no pictures, and its older versions show questions as text.
    guard ends.allSatisfy(\.isCapable), environment["TERM"] != "linux" else { return nil }
    let answers = TerminalAnswers.ask(
      input, output: STDOUT_FILENO, milliseconds: 500, isMultiplexed: environment["TMUX"] != nil)
    // While its window opens kitty may take longer to answer.
    let isKitty = answers.knowsKitty || !answers.isComplete && environment["TERM"] == "xterm-kitty"
    guard let form: Form = isKitty ? .kitty : answers.knowsSixel ? .sixel : nil else { return nil }
    return TerminalPictures(form, cell: answers.cell)
  }

  /// The sequence that draws a bundle's picture, at most so many characters wide; `nil` where it has none.
  package func sequence(for bundle: MIMEBundle, columns: Int) -> String? {
    for case ("image/png", .bytes(let bytes)) in bundle.forms {
      guard let image = try? PNG.decode(bytes) else { return nil }
      let wanted = min(bundle.pictureSizes["image/png"]?.width ?? image.width, max(1, columns) * cell.width)
      switch form {
      case .kitty: return kitty(bytes, area: wanted == image.width ? nil : cells(of: image, width: wanted))
      case .sixel: return sixels(image, width: wanted)
      }
    }
    return nil
  }

  /// The characters that a picture covers when it is so wide. Both numbers are told to the terminal: not every one finds
  /// the height by itself.
  private func cells(of image: PixelImage, width: Int) -> (columns: Int, rows: Int) {
    let height = image.height * width / image.width
    return (max(1, width / cell.width), max(1, (height + cell.height / 2) / cell.height))
  }

  /// The file in pieces of at most 4096 characters, as the protocol wants.
  private func kitty(_ file: [UInt8], area: (columns: Int, rows: Int)?) -> String {
    let encoded = Array(Data(file).base64EncodedData())
    var text = ""
    for start in stride(from: 0, to: encoded.count, by: 4096) {
      let end = min(encoded.count, start + 4096)
      let more = end < encoded.count ? 1 : 0
      let size = area.map { ",c=\($0.columns),r=\($0.rows)" } ?? ""
      text += "\u{1b}_G" + (start == 0 ? "a=T,f=100,q=2\(size),m=\(more);" : "m=\(more);")
      text += String(decoding: encoded[start..<end], as: UTF8.self) + "\u{1b}\\"
    }
    return text
  }

  private func sixels(_ image: PixelImage, width: Int) -> String? {
    let height = max(1, (image.height * width + image.width / 2) / image.width)
    guard let resized = try? image.resized(width: max(1, width), height: height),
      let encoded = try? Sixel.encode(resized)
    else { return nil }
    return String(decoding: encoded, as: UTF8.self)
  }
}
