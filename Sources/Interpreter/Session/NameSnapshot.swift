import Synchronization

/// What other threads may know of a session's variables while a cell runs: names with what is known of their values.
final class NameSnapshot: @unchecked Sendable {
  /// One variable.
  struct Entry {
    let name: String
    let typeName: String
    let kind: String
    /// How it is called, or what it looks like.
    let summary: String
    let documentation: String?
    /// The labels of a function's or tuple's parts.
    let labels: [String]
    /// The names of a network's layers.
    let layers: [String]
    /// Its members' declaration.
    let declaration: TypeDeclaration?
    /// Held weakly, so that looking at names keeps no model alive.
    weak var object: (any HostObject)?
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// Takes over what is known of these variables now.
  func update(_ variables: some Sequence<GlobalVariable>) {
    let fresh = variables.map { ($0.name, $0.value.isVoid ? nil : NameSnapshot.entry($0.name, $0.value)) }
    entries.withLock { entries in
      for (name, entry) in fresh { entries[name] = entry }
    }
  }

  /// Takes over what is known of all variables now.
  func update(_ globals: GlobalTable) {
    var fresh: [String: Entry] = [:]
    fresh.reserveCapacity(globals.variables.count)
    for (name, variable) in globals.variables where !variable.value.isVoid {
      fresh[name] = NameSnapshot.entry(name, variable.value)
    }
    let result = fresh
    entries.withLock { $0 = result }
  }

  /// All entries.
  var all: [String: Entry] { entries.withLock { $0 } }

  private static func entry(_ name: String, _ value: Value) -> Entry {
    var labels: [String] = []
    var summary = ""
    var documentation: String?
    var kind = "instance"
    var object: (any HostObject)?
    var declaration: TypeDeclaration?
    var layers: [String] = []
    switch value {
    case .function(let function):
      kind = "function"
      summary = function.code.signature
      documentation = function.code.documentation
      labels = function.code.parameters.compactMap(\.label)
    case .tuple(let tuple): labels = tuple.labels.compactMap { $0 }
    case .array(let array): summary = "\(array.elements.count) elements"
    case .dictionary(let dictionary): summary = "\(dictionary.entries.count) entries"
    case .tensor(let tensor): summary = "\(tensor.shape) \(tensor.elementType)"
    case .string(let text): summary = "\(text.utf8.count) bytes"
    case .host(let host):
      object = host
      declaration = type(of: host).declaration
      layers = (host as? ModelObject)?.network.layers.map(\.path) ?? []
    case .int, .double, .bool: summary = value.text
    default: break
    }
    return Entry(
      name: name, typeName: value.typeName, kind: kind, summary: summary, documentation: documentation,
      labels: labels, layers: layers,
      declaration: declaration, object: object)
  }
}
