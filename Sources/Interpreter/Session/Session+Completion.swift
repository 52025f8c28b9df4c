import Foundation
import Syntax

extension Session {
  /// The completions at a cursor. Callable from any thread, also while a cell runs.
  package func completions(of text: String, at offset: Int) -> CompletionList {
    let cursor = CursorContext(text, at: offset)
    let query = StaticQuery(
      library: context.library, names: names.all, text: cursor.text(0, cursor.wordStart))
    if let start = cursor.stringStart {
      return layers(cursor, from: start, query) ?? paths(cursor, from: start)
    }
    var items: [Completion] = []
    if cursor.followsDot {
      let base = cursor.base
      items = base.isEmpty ? options(cursor, query) : members(of: base, query)
    } else {
      if let call = cursor.call, call.label == nil { items += labels(call, cursor, query) }
      // Where nothing is typed yet, the library's hundreds of names would hide a call's few labels.
      items += visibleNames(cursor, query, all: items.isEmpty || !cursor.word.isEmpty)
    }
    let word = cursor.word
    var seen: Set<String> = []
    let matching = items.filter { $0.text.hasPrefix(word) && seen.insert($0.text).inserted }
    let loose =
      matching.isEmpty
      ? items.filter { $0.text.lowercased().hasPrefix(word.lowercased()) && seen.insert($0.text).inserted }
      : matching
    return CompletionList(items: loose, range: cursor.wordStart..<cursor.cursor)
  }

  private func members(of base: String, _ query: StaticQuery) -> [Completion] {
    guard let subject = query.subject(base) else { return [] }
    var items: [Completion] = []
    if case .builtin(let builtin) = subject {
      items += builtin.constants.map {
        Completion(text: $0.name, kind: "instance", signature: StaticType.of($0.value).name)
      }
    }
    if case .variable(let entry) = subject {
      items += entry.labels.map { Completion(text: $0, kind: "property") }
      items += (entry.object?.dynamicMemberNames ?? []).map { Completion(text: $0, kind: "property") }
    }
    items += (query.declaration(of: subject)?.members ?? []).map { member in
      if case .method(let builtin) = member.kind {
        return Completion(text: member.name, kind: "function", signature: builtin.callSignature)
      }
      return Completion(text: member.name, kind: "property", signature: member.type.name)
    }
    return items
  }

  /// The cases a leading dot may name at the cursor.
  private func options(_ cursor: CursorContext, _ query: StaticQuery) -> [Completion] {
    families(at: cursor, query).flatMap { family in
      family.cases.map { option in
        let list = option.parameters.map(\.signature).joined(separator: ", ")
        return Completion(
          text: option.name, kind: "instance",
          signature: option.parameters.isEmpty ? family.name : "(\(list))")
      }
    }
  }

  /// The options that the argument at the cursor may be.
  private func families(at cursor: CursorContext, _ query: StaticQuery) -> [OptionFamily] {
    guard let call = cursor.call else { return [] }
    let parameters = parameters(of: call, cursor, query)
    let parameter: Parameter?
    if let label = call.label {
      parameter = parameters.first { $0.label == label }
    } else {
      let positional = parameters.filter { $0.label == nil }
      parameter = positional.indices.contains(call.position) ? positional[call.position] : positional.last
    }
    return parameter?.type.families ?? []
  }

  /// What a call takes; of `.adam(`, what the option takes where it stands.
  private func parameters(
    of call: CursorContext.Call, _ cursor: CursorContext, _ query: StaticQuery
  ) -> [Parameter] {
    guard call.callee.hasPrefix("."), !call.callee.dropFirst().contains(".") else {
      return query.parameters(of: call.callee)
    }
    let before = CursorContext(cursor.text(0, call.start + 1), at: call.start + 1)
    let name = String(call.callee.dropFirst())
    return families(at: before, query).lazy.compactMap { $0[name]?.parameters }.first ?? []
  }

  private func labels(_ call: CursorContext.Call, _ cursor: CursorContext, _ query: StaticQuery)
    -> [Completion]
  {
    var items = parameters(of: call, cursor, query).compactMap { parameter in
      parameter.label.map { Completion(text: $0 + ":", kind: "param", signature: parameter.type.name) }
    }
    if case .variable(let entry)? = query.subject(call.callee), entry.kind == "function" {
      items = query.labels(of: entry).map {
        Completion(text: $0.label + ":", kind: "param", signature: $0.type)
      }
    }
    return items.filter { !call.usedLabels.contains(String($0.text.dropLast())) }
  }

  /// The names at the cursor: those of the text and the session, and with `all` the library's and the language's words.
  private func visibleNames(_ cursor: CursorContext, _ query: StaticQuery, all: Bool) -> [Completion] {
    let variables = query.names.values.sorted { $0.name < $1.name }
      .map { entry in
        let call = entry.summary.drop { $0 != "(" }
        return Completion(
          text: entry.name, kind: entry.kind,
          signature: entry.kind == "function" ? String(call) : entry.typeName)
      }
    guard all else { return localNames(cursor, query) + variables }
    let functions = context.library.functions.values.sorted { $0.name < $1.name }.map { builtin in
      Completion(
        text: builtin.name, kind: builtin.name.first?.isUppercase == true ? "class" : "function",
        signature: builtin.callSignature)
    }
    let constants = context.library.constants.sorted { $0.key < $1.key }.map {
      Completion(text: $0.key, kind: "instance", signature: StaticType.of($0.value).name)
    }
    let keywords = Keyword.allCases.map(\.rawValue).filter { !Session.unusedKeywords.contains($0) }.sorted()
      .map { Completion(text: $0, kind: "keyword") }
    return localNames(cursor, query) + variables + functions + constants + keywords
  }

  private static let unusedKeywords: Set<String> = [
    "_", "struct", "class", "enum", "protocol", "extension", "inout",
  ]

  /// Names that the text itself declares.
  private func localNames(_ cursor: CursorContext, _ query: StaticQuery) -> [Completion] {
    let words = cursor.text(0, cursor.wordStart).split { !$0.unicodeScalars.allSatisfy(CursorContext.isWord) }
    var names: [Completion] = []
    for (index, word) in words.enumerated() where index + 1 < words.count {
      switch word {
      case "let", "var", "for":
        let name = String(words[index + 1])
        names.append(Completion(text: name, kind: "instance", signature: query.typeName(ofLocal: name)))
      case "func": names.append(Completion(text: String(words[index + 1]), kind: "function"))
      default: break
      }
    }
    return names
  }

  /// The layers of the network at hand, where a string names one: `net.features(x, at: "conv`.
  private func layers(_ cursor: CursorContext, from start: Int, _ query: StaticQuery) -> CompletionList? {
    guard let call = cursor.call, let dot = call.callee.lastIndex(of: "."),
      case .variable(let entry)? = query.subject(String(call.callee[..<dot])), !entry.layers.isEmpty
    else { return nil }
    let parameters = query.parameters(of: call.callee)
    let positional = parameters.filter { $0.label == nil }
    let parameter =
      call.label.map { label in parameters.first { $0.label == label } }
      ?? (positional.indices.contains(call.position) ? positional[call.position] : nil)
    guard let parameter, ["at", "layer"].contains(parameter.name) else { return nil }
    let typed = cursor.text(start, cursor.cursor)
    let items = entry.layers.filter { $0.hasPrefix(typed) }.map {
      Completion(text: $0, kind: "instance", signature: "layer")
    }
    return CompletionList(items: items, range: start..<cursor.cursor)
  }

  /// Files whose names begin with what the string holds so far.
  private func paths(_ cursor: CursorContext, from start: Int) -> CompletionList {
    let typed = cursor.text(start, cursor.cursor)
    let folder = typed.contains("/") ? String(typed[...(typed.lastIndex(of: "/") ?? typed.startIndex)]) : ""
    let prefix = String(typed.dropFirst(folder.count))
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let items = entries.filter { $0.hasPrefix(prefix) && (!$0.hasPrefix(".") || prefix.hasPrefix(".")) }
      .sorted()
      .prefix(200).map { name -> Completion in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
        return Completion(text: name + (isFolder.boolValue ? "/" : ""), kind: "path")
      }
    return CompletionList(
      items: Array(items), range: (cursor.cursor - prefix.unicodeScalars.count)..<cursor.cursor)
  }
}
