import JSON

/// What this program and its language are called, wherever a front end has to say so.
package enum KernelIdentity {
  /// The program's version.
  package static let version = "0.1.0"
  /// The kernel's name: its folder among the kernelspecs.
  package static let name = "cnnrepl"
  /// The kernel's name as people read it.
  package static let displayName = "CNN (cnnrepl)"
  /// The language's name.
  package static let language = "cnn"
  /// The extension of script files, with its dot.
  package static let fileExtension = ".cnn"

  /// `metadata.kernelspec` of a notebook.
  package static let kernelspec: JSONObject = [
    "display_name": .string(displayName), "language": .string(language), "name": .string(name),
  ]

  /// `language_info` of a kernel's introduction and of a notebook. Every front end has a highlighter for Swift,
  /// whose syntax the language shares.
  package static let languageInfo: JSONObject = [
    "codemirror_mode": "swift", "file_extension": .string(fileExtension), "mimetype": "text/x-swift",
    "name": .string(language), "pygments_lexer": "swift", "version": .string(version),
  ]
}
