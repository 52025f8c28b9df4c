import JSON

/// A notebook's cell: the JSON object it was read as, with names for the members that matter to running it.
package struct Cell: Sendable, Equatable {
  /// What a cell holds.
  package enum Kind: String, Sendable {
    case code
    case markdown
    case raw
  }

  /// What the cell holds.
  package let kind: Kind
  /// All members in order, those this program knows nothing of included; `source` stands here as one string.
  package var fields: JSONObject

  /// Makes a cell of new text.
  package init(_ kind: Kind, source: String, tags: [String] = []) {
    self.kind = kind
    fields = ["cell_type": .string(kind.rawValue)]
    if kind == .code { fields["execution_count"] = .null }
    fields["metadata"] = tags.isEmpty ? [:] : ["tags": .array(tags.map(JSONValue.string))]
    if kind == .code { fields["outputs"] = [] }
    fields["source"] = .string(source)
  }

  /// Reads a cell; `place` names it in errors.
  init(reading value: JSONValue, place: String) throws {
    guard let object = value.objectValue else { throw NotebookError("\(place) is not an object") }
    guard let type = object["cell_type"]?.stringValue else {
      throw NotebookError("\(place) has no cell_type")
    }
    guard let kind = Kind(rawValue: type) else {
      throw NotebookError("\(place) is of type \"\(type)\", want code, markdown or raw")
    }
    self.kind = kind
    fields = object
    fields["source"] = .string(try joinedText(object["source"] ?? .null, "\(place): source"))
    if fields["metadata"]?.objectValue == nil {
      guard fields["metadata"] == nil else { throw NotebookError("\(place): metadata is not an object") }
      fields["metadata"] = [:]
    }
    guard kind == .code else { return }
    if fields["execution_count"] == nil { fields["execution_count"] = .null }
    if fields["outputs"] == nil { fields["outputs"] = [] }
    guard let outputs = fields["outputs"]?.arrayValue, outputs.allSatisfy({ $0.objectValue != nil }) else {
      throw NotebookError("\(place): outputs is not a list of objects")
    }
  }

  /// The cell's text.
  package var source: String {
    get { fields["source"]?.stringValue ?? "" }
    set { fields["source"] = .string(newValue) }
  }

  /// The tags in the cell's metadata.
  package var tags: [String] {
    fields["metadata"]?["tags"]?.arrayValue?.compactMap(\.stringValue) ?? []
  }

  /// What the cell showed, as nbformat has it, texts joined.
  package var outputs: [JSONValue] {
    get { fields["outputs"]?.arrayValue ?? [] }
    set { fields["outputs"] = .array(newValue) }
  }

  /// `n` of `[n]`, if the cell has run.
  package var executionCount: Int? {
    get { fields["execution_count"]?.intValue }
    set { fields["execution_count"] = newValue.map(JSONValue.integer) ?? .null }
  }

  /// The cell's name within its notebook.
  package var id: String? {
    get { fields["id"]?.stringValue }
    set { fields["id"] = newValue.map(JSONValue.string) }
  }
}

/// A text that nbformat allows as one string or as a list of lines.
func joinedText(_ value: JSONValue, _ place: String) throws -> String {
  if let text = value.stringValue { return text }
  guard let lines = value.arrayValue else {
    throw NotebookError("\(place) is neither text nor a list of lines")
  }
  return try lines.map {
    guard let line = $0.stringValue else { throw NotebookError("\(place) has a line that is not text") }
    return line
  }.joined()
}

/// A text as nbformat writes it: a list of lines, each with its line feed.
func splitText(_ text: String) -> JSONValue {
  var lines: [JSONValue] = []
  let bytes = text.utf8
  var start = bytes.startIndex
  while start < bytes.endIndex {
    let end = bytes[start...].firstIndex(of: 10).map { bytes.index(after: $0) } ?? bytes.endIndex
    lines.append(.string(String(text[start..<end])))
    start = end
  }
  return .array(lines)
}
