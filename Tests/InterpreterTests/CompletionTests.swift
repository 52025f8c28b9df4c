import Foundation
import Interpreter
import Testing

/// A session with a network, a function and a tuple.
private func session() -> Session {
  let session = Session()
  _ = session.output(
    of: """
      let net = Sequential(input: [1, 8, 8]) { Conv(2, 3, name: "edges"); Conv(2, 3); Flatten(); Dense(3) }
      /// Scales a number.
      func scale(_ x: Double, by factor: Double) -> Double { x * factor }
      let result = (loss: 0.5, steps: 3)
      let data = Digits(count: 20)
      """)
  return session
}

/// What is offered at the end of a text: some of it, with types.
@Test(arguments: [
  ("sca", "scale", "(_ x: Double, by factor: Double) -> Double"),
  ("net.summ", "summary", "()"),
  ("net.parameterC", "parameterCount", "Int"),
  ("net.frozen().drop", "dropping", "(last: Int) -> Model"),
  ("result.", "loss", ""),
  ("data.train.", "count", "Int"),
  ("\"text\".upp", "uppercased", "() -> String"),
  ("[1, 2].ma", "map", "(_ transform: (element) -> value) -> Array"),
  ("Conv(8, 3, act", "activation:", "Activation?"),
  ("scale(1, ", "by:", "Double"),
  ("Conv(8, 3, padding: .sa", "same", "Padding"),
  ("net.fit(data, optimizer: .ad", "adam", nil),
  ("net.fit(data, optimizer: .adam(l", "lr:", nil),
  ("net.features(zeros(1, 8, 8), at: \"", "edges", "layer"),
  ("net.filters(\"co", "conv2", "layer"),
  ("let width = 3\nwid", "width", "Int"),
  ("let other = Sequential(input: [4]) { Dense(2) }\nother.parameterC", "parameterCount", "Int"),
  ("let part = data.train\nlet first = part[0]\nfirst.la", "label", "Int"),
  ("data.train[0].image.sha", "shape", "[Int]"),
  ("net(zeros(1, 1, 8, 8)).sha", "shape", "[Int]"),
  ("Double.p", "pi", "Double"),
  ("gua", "guard", ""),
])
func completions(_ text: String, _ expected: String, _ signature: String?) {
  let items = session().completions(of: text, at: text.unicodeScalars.count).items
  let found = items.first { $0.text == expected }
  #expect(found != nil, "\(text): \(items.prefix(8).map(\.text))")
  if let signature { #expect(found?.signature == signature) }
}

/// Labels and the session's names are few; the library's would hide them.
@Test func labelsAreOfferedAlone() {
  let text = "Conv(8, 3, "
  let items = session().completions(of: text, at: text.count).items
  #expect(items.first?.text == "stride:")
  #expect(items.contains { $0.text == "net" })
  #expect(!items.contains { $0.text == "Conv" })
}

@Test func filesAreCompletedInStrings() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(
    at: folder.appendingPathComponent("pictures"), withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try Data().write(to: folder.appendingPathComponent("picture.png"))
  let text = "readImage(\"\(folder.path)/pic"
  let items = Session().completions(of: text, at: text.unicodeScalars.count).items
  #expect(items.map(\.text) == ["picture.png", "pictures/"])
}

@Test func namesAreExplainedWhereTheyStand() {
  let session = session()
  #expect(session.output(of: "Conv?").contains("Conv(_ filters: Int"))
  #expect(session.output(of: "?scale").contains("Scales a number."))
  #expect(session.output(of: "net.fit??").contains("Trains the network"))
  #expect(session.failure(of: "Cnv?")?.text.contains("did you mean Conv?") == true)
  #expect(Session.completeness(of: "Conv?") == .complete)
  let inCall = "Conv(8, 3, padding: .same"
  #expect(session.inspection(of: inCall, at: 2)?.plainText.contains("Conv(_ filters: Int") == true)
  #expect(session.inspection(of: inCall, at: inCall.count)?.plainText.contains("same") == true)
}

/// Hints for names of other libraries must name things that exist here.
@Test func hintsNameWhatExists() throws {
  let library = Library.standard
  let members = library.types.values.flatMap { $0.members.map(\.name) }
  let known = Set(library.functions.keys).union(members).union(["func", "block", "net", "early", "pi"])
  let reachable = ForeignNames.names.keys.filter { library.functions[$0] == nil }
  #expect(reachable.count == ForeignNames.names.count, "a name that exists here needs no hint")
  for hint in ForeignNames.allHints where hint.contains("write ") {
    for call in hint.matches(of: #/([A-Za-z]+)\(/#) {
      #expect(known.contains(String(call.1)), "\(hint)")
    }
    for member in hint.matches(of: #/[a-z]\.([A-Za-z]+)\b/#) {
      let name = String(member.1)
      guard !["png", "safetensors", "cnn", "npy"].contains(name) else { continue }
      #expect(known.contains(name), "\(hint)")
    }
  }
}
