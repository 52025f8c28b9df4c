/// Where a file's name tells its class: `{class}_*.jpg` finds `great_pyrenees` in `great_pyrenees_173.jpg`.
///
/// `*` stands for any characters, `{class}` for one or more, as many as there can be.
package struct NamePattern: Sendable, Equatable {
  private enum Piece: Equatable {
    case letter(Character)
    case anything
    case classHere
  }

  /// The pattern as it was given.
  package let text: String
  private let pieces: [Piece]

  /// Reads a pattern; throws `DatasetError` for one that doesn't say `{class}` just once.
  package init(_ text: String) throws {
    self.text = text
    let parts = text.components(separatedBy: "{class}")
    guard parts.count == 2, text.count <= 255 else {
      throw DatasetError(
        "a pattern \"\(text)\" of names, wanted one with {class} in it once",
        fix: "pattern: \"{class}_*.jpg\"")
    }
    let pieces = parts.map { part in part.map { $0 == "*" ? Piece.anything : .letter($0) } }
    self.pieces = pieces[0] + [.classHere] + pieces[1]
  }

  /// The class that a name tells; nil for a name of another kind.
  package func className(in name: String) -> String? {
    let name = Array(name)
    // What is known not to lead to the end, so that no way is gone twice: place in the name and in the pattern.
    var failed: Set<[Int]> = []
    func end(from place: Int, _ piece: Int) -> [Character]? {
      guard piece < pieces.count else { return place == name.count ? [] : nil }
      if failed.contains([place, piece]) { return nil }
      var found: [Character]?
      switch pieces[piece] {
      case .letter(let letter):
        if place < name.count, name[place] == letter { found = end(from: place + 1, piece + 1) }
      case .anything, .classHere:
        let isClass = pieces[piece] == .classHere
        var next = name.count
        while found == nil, next >= place + (isClass ? 1 : 0) {
          found = end(from: next, piece + 1)
          if found != nil, isClass { found = Array(name[place..<next]) }
          next -= 1
        }
      }
      if found == nil { failed.insert([place, piece]) }
      return found
    }
    return end(from: 0, 0).map { String($0) }
  }
}
