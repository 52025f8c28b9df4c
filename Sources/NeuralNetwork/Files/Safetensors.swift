import Files
import Foundation
import JSON
import TensorRuntime

/// The safetensors file format: a JSON header with names, types, shapes and offsets, then the numbers, little-endian.
///
/// Format: huggingface/safetensors, "Format" in its README. Only `F32` is written; `F32`, `F64`, `F16` and `BF16` are
/// read as float32.
package struct SafetensorsFile {
  /// Tensors by name, in order.
  package var tensors: [(name: String, shape: Shape, values: [Float])] = []
  /// Free text by key.
  package var metadata: [(key: String, value: String)] = []

  /// Makes an empty file.
  package init() {}

  /// The tensor under a name.
  package func tensor(_ name: String) -> (shape: Shape, values: [Float])? {
    tensors.first { $0.name == name }.map { ($0.shape, $0.values) }
  }

  /// The metadata under a key.
  package func metadata(_ key: String) -> String? { metadata.first { $0.key == key }?.value }
}

/// A file that is not what it should be.
package struct ModelFileError: ExplainedError {
  package let message: String
  package let fix: String?

  init(_ path: String, _ message: String, fix: String? = nil) {
    self.message = "\(path): \(message)"
    self.fix = fix
  }
}

extension SafetensorsFile {
  private static let headerLimit = 100_000_000

  /// Writes the file in one piece: a reader sees the old one or the new one. Throws `ModelFileError`.
  package func write(to path: String) throws {
    var header = JSONObject()
    if !metadata.isEmpty {
      var entries = JSONObject()
      for (key, value) in metadata { entries[key] = .string(value) }
      header["__metadata__"] = .object(entries)
    }
    var offset = 0
    for (name, shape, values) in tensors {
      var entry = JSONObject()
      entry["dtype"] = .string("F32")
      entry["shape"] = .integers(shape.dimensions)
      entry["data_offsets"] = .integers([offset, offset + values.count * 4])
      header[name] = .object(entry)
      offset += values.count * 4
    }
    var text = Array(JSONValue.object(header).serialized().utf8)
    // Eight-byte alignment lets readers map the numbers; the format pads its header with spaces.
    text += [UInt8](repeating: 0x20, count: (8 - text.count % 8) % 8)
    var data = Data(capacity: 8 + text.count + offset)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: text)
    for (_, _, values) in tensors { values.withUnsafeBytes { data.append(contentsOf: $0) } }
    do {
      let url = URL(fileURLWithPath: path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: url, options: .atomic)
    } catch {
      throw ModelFileError(
        path, "can't be written: \(error.localizedDescription)", fix: "check the folder and the free space")
    }
  }

  /// Reads a file, checking every number it states. Throws `ModelFileError`.
  package init(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ModelFileError(path, "there is no such file", fix: "save one with net.save(\"\(path)\")")
    }
    do { _ = try PlainFile.size(of: path) } catch let error as PlainFile.Unreadable {
      throw ModelFileError(path, "can't be read: \(error.reason)")
    }
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
      throw ModelFileError(path, "can't be read: \(error.localizedDescription)")
    }
    guard data.count >= 8 else {
      throw ModelFileError(path, "is \(data.count) bytes long, too short for safetensors")
    }
    var length: UInt64 = 0
    for byte in data.prefix(8).reversed() { length = length << 8 | UInt64(byte) }
    guard length <= UInt64(min(Self.headerLimit, data.count - 8)) else {
      throw ModelFileError(
        path,
        "is not a safetensors file or is cut off: its header would have \(length) bytes of \(data.count)")
    }
    let body = 8 + Int(length)
    let header: JSONValue
    do { header = try JSONValue.parse(Array(data[data.startIndex + 8..<data.startIndex + body])) } catch {
      throw ModelFileError(path, "is not a safetensors file: its header is not JSON")
    }
    guard case .object(let entries) = header else {
      throw ModelFileError(path, "is not a safetensors file: its header is not an object")
    }
    for (name, value) in entries.members {
      guard case .object(let entry) = value else {
        throw ModelFileError(path, "has a damaged entry '\(name)'")
      }
      if name == "__metadata__" {
        for case (let key, .string(let text)) in entry.members { metadata.append((key, text)) }
        continue
      }
      tensors.append(try Self.tensor(name, entry, in: data.dropFirst(body), path: path))
    }
  }

  private static func tensor(
    _ name: String, _ entry: JSONObject, in body: Data, path: String
  ) throws -> (String, Shape, [Float]) {
    func numbers(_ key: String) -> [Int]? {
      guard case .array(let values)? = entry[key] else { return nil }
      let numbers = values.compactMap { value -> Int? in
        if case .integer(let number) = value, number >= 0 { number } else { nil }
      }
      return numbers.count == values.count ? numbers : nil
    }
    guard let dimensions = numbers("shape"), let offsets = numbers("data_offsets"), offsets.count == 2,
      offsets[0] <= offsets[1], offsets[1] <= body.count, case .string(let type)? = entry["dtype"]
    else {
      throw ModelFileError(path, "has a damaged entry '\(name)' or is cut off")
    }
    let shape = Shape(dimensions)
    let bytes = body[body.startIndex + offsets[0]..<body.startIndex + offsets[1]]
    let widths = ["F32": 4, "F64": 8, "F16": 2, "BF16": 2]
    guard let width = widths[type] else {
      throw ModelFileError(path, "holds '\(name)' as \(type); only F32, F64, F16 and BF16 are read")
    }
    guard shape.elementCount.multipliedReportingOverflow(by: width) == (bytes.count, false) else {
      throw ModelFileError(
        path, "has \(bytes.count) bytes for '\(name)' \(shape), wanted \(shape.elementCount) × \(width)")
    }
    return (name, shape, floats(Array(bytes), type: type))
  }

  private static func floats(_ bytes: [UInt8], type: String) -> [Float] {
    bytes.withUnsafeBytes { raw in
      switch type {
      case "F32": (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
      case "F64":
        (0..<raw.count / 8).map { Float(raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)) }
      case "F16":
        (0..<raw.count / 2).map { half(raw.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)) }
      default:
        (0..<raw.count / 2).map {
          Float(bitPattern: UInt32(raw.loadUnaligned(fromByteOffset: $0 * 2, as: UInt16.self)) << 16)
        }
      }
    }
  }

  /// An IEEE 754 binary16 number as float32; `Float16` itself is missing on some systems.
  private static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
