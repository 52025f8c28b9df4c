import Foundation
import Interpreter
import JSON

/// The outputs of nbformat, members in the order in which Jupyter writes them.
enum CellOutput {
  /// Text that was printed.
  static func stream(_ stream: StandardStream, _ text: String) -> JSONValue {
    ["name": .string(stream.rawValue), "output_type": "stream", "text": .string(text)]
  }

  /// Something shown.
  static func display(_ bundle: MIMEBundle) -> JSONValue {
    ["data": data(of: bundle), "metadata": metadata(of: bundle), "output_type": "display_data"]
  }

  /// A cell's result.
  static func result(_ bundle: MIMEBundle, count: Int) -> JSONValue {
    [
      "data": data(of: bundle), "execution_count": .integer(count), "metadata": metadata(of: bundle),
      "output_type": "execute_result",
    ]
  }

  /// What stopped a cell.
  static func error(_ error: RenderedError) -> JSONValue {
    let lines = error.coloredText.split(separator: "\n", omittingEmptySubsequences: false)
    return [
      "ename": .string(error.kind), "evalue": .string(error.message), "output_type": "error",
      "traceback": .array(lines.map { .string(String($0)) }),
    ]
  }

  /// The forms of a bundle by MIME type.
  static func data(of bundle: MIMEBundle) -> JSONValue {
    var data = JSONObject()
    for (type, content) in bundle.forms {
      switch content {
      case .text(let text): data[type] = .string(text)
      case .bytes(let bytes): data[type] = .string(Data(bytes).base64EncodedString())
      case .json(let value): data[type] = value
      }
    }
    return .object(data)
  }

  /// The sizes of pictures by MIME type.
  static func metadata(of bundle: MIMEBundle) -> JSONValue {
    var metadata = JSONObject()
    for (type, size) in bundle.pictureSizes.sorted(by: { $0.key < $1.key }) {
      metadata[type] = ["height": .integer(size.height), "width": .integer(size.width)]
    }
    return .object(metadata)
  }
}
