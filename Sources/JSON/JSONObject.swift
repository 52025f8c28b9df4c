/// The members of a JSON object, in order; looking a key up takes the same time however many there are.
package struct JSONObject: Sendable {
  /// The members as they were written.
  package private(set) var members: [(key: String, value: JSONValue)] = []
  /// Where each key stands, kept once there are more members than a walk is quicker for.
  private var positions: [ExactKey: Int] = [:]
  private static let walkLimit = 12

  /// A key told apart by its code points: JSON doesn't take `é` and `e´` for the same, Swift's strings do.
  private struct ExactKey: Hashable {
    let text: String
    static func == (left: ExactKey, right: ExactKey) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }

  /// Makes an empty object.
  package init() {}

  /// Makes an object of members; of two with the same key the later one counts.
  package init(_ members: some Sequence<(String, JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  /// How many members there are.
  package var count: Int { members.count }
  /// Whether there are no members.
  package var isEmpty: Bool { members.isEmpty }
  /// The keys in order.
  package var keys: [String] { members.map(\.key) }

  /// The value under a key; setting `nil` removes it, setting a new key appends it.
  package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let index?, let value?):
        members[index].value = value
      case (let index?, nil):
        members.remove(at: index)
        positions = [:]
        if members.count > Self.walkLimit { indexAll() }
      case (nil, let value?):
        members.append((key, value))
        if members.count == Self.walkLimit + 1 {
          indexAll()
        } else if members.count > Self.walkLimit {
          positions[ExactKey(text: key)] = members.count - 1
        }
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    if positions.isEmpty { return members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) } }
    return positions[ExactKey(text: key)]
  }

  private mutating func indexAll() {
    for (index, member) in members.enumerated() { positions[ExactKey(text: member.key)] = index }
  }
}

extension JSONObject: Equatable {
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.elementsEqual(right.members) { $0.key == $1.key && $0.value == $1.value }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package typealias Key = String
  package typealias Value = JSONValue
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
