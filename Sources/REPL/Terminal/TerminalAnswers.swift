import Foundation

/// What a terminal says when it is asked what it can draw.
package struct TerminalAnswers: Equatable {
  /// Whether it answered a question of kitty's graphics protocol.
  package private(set) var knowsKitty = false
  /// Whether it counts sixel graphics among its abilities.
  package private(set) var knowsSixel = false
  /// The size of a character in pixels.
  package private(set) var cell: (width: Int, height: Int)?
  /// Whether the last question is answered, which every terminal knows.
  package private(set) var isComplete = false
  /// What is no answer: somebody was typing.
  package private(set) var rest: [UInt8] = []

  package static func == (left: TerminalAnswers, right: TerminalAnswers) -> Bool {
    left.knowsKitty == right.knowsKitty && left.knowsSixel == right.knowsSixel
      && left.cell?.width == right.cell?.width && left.cell?.height == right.cell?.height
      && left.isComplete == right.isComplete && left.rest == right.rest
  }

  /// The questions: a picture of one pixel that is not to be shown, the size of a character (`CSI 16 t`), and who is there
  /// (DA1), last, since terminals answer in order and leave out what they don't know.
  static let questions = kittyQuestion + plainQuestions
  private static let kittyQuestion = "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\"
  private static let plainQuestions = "\u{1b}[16t\u{1b}[c"

  /// Reads answers out of what came from the terminal so far.
  package init(_ bytes: [UInt8]) {
    var place = 0
    while place < bytes.count {
      guard let end = Self.end(ofSequenceAt: place, in: bytes) else {
        rest.append(bytes[place])
        place += 1
        continue
      }
      let sequence = String(decoding: bytes[place..<end], as: UTF8.self)
      if !take(sequence) { rest += bytes[place..<end] }
      place = end
    }
  }

  /// Where a control sequence (`ESC [ … letter`) or string (`ESC _ … ESC \`) ends; `nil` where there is none, or not yet.
  private static func end(ofSequenceAt start: Int, in bytes: [UInt8]) -> Int? {
    guard bytes[start] == 0x1B, start + 1 < bytes.count else { return nil }
    switch bytes[start + 1] {
    case UInt8(ascii: "["):
      return bytes[(start + 2)...].firstIndex { (0x40...0x7E).contains($0) }.map { $0 + 1 }
    case UInt8(ascii: "_"):
      return bytes.indices.dropFirst(start + 2).first {
        bytes[$0] == UInt8(ascii: "\\") && bytes[$0 - 1] == 0x1B
      }.map { $0 + 1 }
    default: return nil
    }
  }

  private mutating func take(_ sequence: String) -> Bool {
    if sequence.hasPrefix("\u{1b}_G") {
      knowsKitty = knowsKitty || sequence.contains(";OK")
      return true
    }
    let numbers = sequence.dropFirst(2).dropLast().split(separator: ";")
    if sequence.hasPrefix("\u{1b}[?"), sequence.hasSuffix("c") {
      knowsSixel = numbers.dropFirst().contains("4")
      isComplete = true
      return true
    }
    guard sequence.hasSuffix("t"), numbers.count == 3, numbers[0] == "6" else { return false }
    if let height = Int(numbers[1]), let width = Int(numbers[2]), (1...1000).contains(height),
      (1...1000).contains(width)
    {
      cell = (width, height)
    }
    return true
  }

  /// Asks the terminal, and waits so long for its answers; what somebody types meanwhile is given back, and answers
  /// that come later are left out of what is typed. tmux takes the question about pictures for a window's title.
  static func ask(
    _ input: TerminalInput, output: Int32, milliseconds: Int, isMultiplexed: Bool = false
  ) -> TerminalAnswers {
    var saved = termios()
    guard tcgetattr(input.descriptor, &saved) == 0 else { return TerminalAnswers([]) }
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON)
    tcsetattr(input.descriptor, TCSANOW, &silent)
    defer { tcsetattr(input.descriptor, TCSANOW, &saved) }
    let questions = Array((isMultiplexed ? plainQuestions : questions).utf8)
    guard write(output, questions, questions.count) == questions.count else { return TerminalAnswers([]) }
    let end = Date().addingTimeInterval(Double(milliseconds) / 1000)
    var bytes: [UInt8] = []
    var answers = TerminalAnswers(bytes)
    while !answers.isComplete {
      var wait = pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0)
      let left = Int32(max(0, end.timeIntervalSinceNow * 1000))
      guard left > 0, poll(&wait, 1, left) > 0 else { break }
      var chunk = [UInt8](repeating: 0, count: 256)
      let count = read(input.descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk[..<count]
      answers = TerminalAnswers(bytes)
    }
    input.giveBack(answers.rest)
    input.awaitsAnswer = !answers.isComplete
    return answers
  }
}
