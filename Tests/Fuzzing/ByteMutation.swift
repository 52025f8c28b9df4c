import Interpreter

/// Changes programs byte by byte and piece by piece, which no grammar would think of.
struct ByteMutation {
  var random: FuzzRandom
  /// Programs to begin with.
  let corpus: [String]

  /// The examples of the library's own documentation, except those that read or write files.
  static func corpus(of library: Library) -> [String] {
    let builtins =
      library.families.flatMap(\.functions)
      + library.families.flatMap(\.types).flatMap(\.members).compactMap { member in
        if case .method(let builtin) = member.kind { builtin } else { nil }
      }
    let touching = builtins.filter(GrammarGenerator.touchesFiles).map(\.name)
    // What a test trains would take most of the time.
    let slow = ["fit(", "Digits", "Shapes", "GAN", "evaluate("]
    return builtins.compactMap(\.example).filter { example in
      !touching.contains { example.contains($0 + "(") } && !slow.contains { example.contains($0) }
    }
  }

  /// A program out of the corpus or of a generator, changed.
  mutating func program() -> RandomProgram {
    var bytes = Array(base().utf8)
    if random.once(in: 4) {
      let other = Array(base().utf8)
      bytes = bytes.prefix(random.next(bytes.count + 1)) + other.suffix(random.next(other.count + 1))
    }
    for _ in 0..<random.pick([0, 1, 1, 1, 2, 4]) { mutate(&bytes) }
    return RandomProgram(cells: [String(decoding: bytes, as: UTF8.self)])
  }

  private mutating func base() -> String {
    if random.once(in: 2) { return random.pick(corpus) }
    var generator = LanguageGenerator(FuzzRandom(seed: UInt64(random.next(Int.max))))
    return random.pick(generator.program().cells)
  }

  private static let pieces = [
    "(", ")", "{", "}", "[", "]", "\"", "\\(", ".", ",", ":", ";", "?", "!", "#", "@", "$0", "_", "`", "'",
    "...",
    "..<", "|>", "->", " in ", " = ", "\n", "/*", "*/", "//", "\"\"\"", "\u{0}", "\u{FEFF}", "\u{202E}", "한",
    "e\u{301}",
    "😀", "0x", "1e999", "99999999999999999999", "let ", "var ", "func ", "case ", "return ", "break", "is ",
    "as? ",
    "try? ", "default: ", " where ", "import \"x\"", "%time ", "!ls", "-", "&&",
  ]

  private static let numbers = [
    "0", "1", "2", "3", "-1", "9", "64", "1000", "70000", "4294967296", "9223372036854775807", "1e308", "0.5",
    "nil",
    "(0)", "[2, 3]", "\"a\"", "true",
  ]

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let position = random.next(bytes.count + 1)
    let end = min(bytes.count, position + 1 + random.next(12))
    switch random.next(12) {
    case 0: bytes.insert(UInt8(random.next(256)), at: position)
    case 1: bytes.removeSubrange(position..<end)
    case 2, 3: bytes.insert(contentsOf: Array(random.pick(Self.pieces).utf8), at: position)
    case 4: bytes.insert(contentsOf: bytes[position..<end], at: random.next(bytes.count + 1))
    case 5:
      let piece = Array(random.pick(Self.pieces).utf8)
      let count = random.once(in: 20) ? 3_000 : random.next(130)
      bytes.insert(contentsOf: Array(repeating: piece, count: count).joined(), at: position)
    case 6:
      // One word in place of another.
      let words = bytes.split(separator: UInt8(ascii: " "))
      guard !words.isEmpty else { return }
      bytes = Array(words.map { random.once(in: 6) ? random.pick(words) : $0 }.joined(separator: [32]))
    case 7, 8:
      // One number in place of another.
      guard let digit = bytes.indices.filter({ (48...57).contains(bytes[$0]) }).randomElement(using: &random)
      else { return }
      bytes.replaceSubrange(digit...digit, with: Array(random.pick(Self.numbers).utf8))
    case 9: for index in position..<end { bytes[index] ^= UInt8(1 << random.next(8)) }
    default:
      let slice = bytes[position..<end]
      bytes.removeSubrange(position..<end)
      bytes.insert(contentsOf: slice, at: random.next(bytes.count + 1))
    }
  }
}
