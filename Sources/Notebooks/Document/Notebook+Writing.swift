import Foundation
import JSON

extension Notebook {
  /// The notebook as nbformat 4.5 text, written as Jupyter writes it: texts as lines, indented by one.
  package func written() -> [UInt8] {
    var root = fields
    if let minor = root["nbformat_minor"]?.intValue, minor < 5 { root["nbformat_minor"] = 5 }
    var named = cells
    Self.nameCells(&named)
    root["cells"] = .array(named.map { .object(Self.writtenCell($0)) })
    return JSONValue.object(root).serializedBytes(JSONStyle(indent: 1)) + [10]
  }

  private static func writtenCell(_ cell: Cell) -> JSONObject {
    var fields = cell.fields
    fields["source"] = splitText(cell.source)
    if cell.kind == .code { fields["outputs"] = .array(cell.outputs.map(writtenOutput)) }
    return fields
  }

  private static func writtenOutput(_ output: JSONValue) -> JSONValue {
    guard var fields = output.objectValue else { return output }
    if let text = fields["text"]?.stringValue { fields["text"] = splitText(text) }
    if var data = fields["data"]?.objectValue {
      for (type, content) in data.members where writesAsLines(type) {
        if let text = content.stringValue { data[type] = splitText(text) }
      }
      fields["data"] = .object(data)
    }
    return .object(fields)
  }

  /// The types that nbformat writes as lists of lines; base64 stays one string.
  private static func writesAsLines(_ type: String) -> Bool {
    type.hasPrefix("text/") || type == "image/svg+xml" || type == "application/javascript"
  }

  /// Format 4.5 wants a name of its own for each cell. A made one follows from the cell's place and text, so that
  /// writing the same notebook twice gives the same bytes.
  private static func nameCells(_ cells: inout [Cell]) {
    var taken: Set<String> = []
    var nameless: [Int] = []
    for (index, cell) in cells.enumerated() {
      guard let id = cell.id, isValid(id), taken.insert(id).inserted else {
        nameless.append(index)
        continue
      }
    }
    for index in nameless {
      var attempt = 0
      var id: String
      repeat {
        id = hexDigest("\(index) \(attempt) \(cells[index].source)")
        attempt += 1
      } while !taken.insert(id).inserted
      cells[index].fields = Self.naming(cells[index].fields, id)
    }
  }

  /// The members with the name where Jupyter's alphabetical order has it.
  private static func naming(_ fields: JSONObject, _ id: String) -> JSONObject {
    var named = JSONObject()
    for (key, value) in fields.members where key != "id" {
      if key == "metadata" { named["id"] = .string(id) }
      named[key] = value
    }
    named["id"] = .string(id)
    return named
  }

  private static func isValid(_ id: String) -> Bool {
    (1...64).contains(id.utf8.count)
      && id.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
      }
  }

  /// Eight hexadecimal digits of FNV-1a.
  private static func hexDigest(_ text: String) -> String {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// Writes the notebook to a file at once or not at all: a reader never sees half of it, whatever happens.
  package func write(to path: String) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let temporary = "\(target).\(getpid()).tmp"
    let permissions = (try? FileManager.default.attributesOfItem(atPath: target))?[.posixPermissions]
    let bytes = written()
    guard let file = fopen(temporary, "wb") else {
      throw NotebookError("can't write \(path): \(String(cString: strerror(errno)))")
    }
    let isWritten =
      fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0 && fsync(fileno(file)) == 0
    let problem = errno
    fclose(file)
    if let permissions = permissions as? Int { chmod(temporary, mode_t(truncatingIfNeeded: permissions)) }
    guard isWritten, rename(temporary, target) == 0 else {
      let reason = String(cString: strerror(isWritten ? errno : problem))
      unlink(temporary)
      throw NotebookError("can't write \(path): \(reason)")
    }
  }
}
