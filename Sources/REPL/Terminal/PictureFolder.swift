import Foundation
import Interpreter

/// Saves the pictures of a script as `figure-1.png`, `figure-2.svg`, … in a folder.
final class PictureFolder {
  /// What came of saving a bundle.
  enum Outcome {
    case notAPicture
    case saved(String)
    case failed(String)
  }

  private let path: String
  private var count = 0

  init(path: String) { self.path = path }

  /// Saves the first picture form of a bundle.
  func save(_ bundle: MIMEBundle) -> Outcome {
    guard let (name, bytes) = picture(in: bundle) else { return .notAPicture }
    let file = URL(fileURLWithPath: path).appendingPathComponent(name).path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    } catch {
      return .failed("can't write \(path)/\(name): \(error.localizedDescription)")
    }
    count += 1
    return .saved("\(path)/\(name)")
  }

  private func picture(in bundle: MIMEBundle) -> (name: String, bytes: [UInt8])? {
    for (type, content) in bundle.forms {
      switch (type, content) {
      case ("image/png", .bytes(let bytes)): return ("figure-\(count + 1).png", bytes)
      case ("image/jpeg", .bytes(let bytes)): return ("figure-\(count + 1).jpg", bytes)
      case ("image/svg+xml", .text(let text)): return ("figure-\(count + 1).svg", Array(text.utf8))
      default: continue
      }
    }
    return nil
  }
}
