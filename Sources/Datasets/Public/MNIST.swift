extension IDXSet {
  /// Handwritten digits, 60,000 to learn and 10,000 to test, [1, 28, 28] (LeCun, Bottou, Bengio and Haffner 1998).
  package static let mnist = IDXSet(
    name: "MNIST", folder: "mnist", classNames: (0...9).map { String($0) },
    train: (
      images: mnistFile(
        "train-images-idx3-ubyte.gz", 9_912_422,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
      labels: mnistFile(
        "train-labels-idx1-ubyte.gz", 28_881,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
    ),
    test: (
      images: mnistFile(
        "t10k-images-idx3-ubyte.gz", 1_648_877,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
      labels: mnistFile(
        "t10k-labels-idx1-ubyte.gz", 4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
      )
    ))

  private static func mnistFile(_ name: String, _ size: Int, _ sha256: String) -> RemoteFile {
    RemoteFile(
      name: name,
      mirrors: [
        "https://ossci-datasets.s3.amazonaws.com/mnist/\(name)",
        "https://storage.googleapis.com/cvdf-datasets/mnist/\(name)",
        "http://yann.lecun.com/exdb/mnist/\(name)",
      ], size: size, checksum: .content(sha256))
  }
}
