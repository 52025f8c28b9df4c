extension IDXSet {
  /// Pictures of clothes in ten kinds, 60,000 and 10,000, [1, 28, 28] (Xiao, Rasul and Vollgraf 2017).
  package static let fashionMNIST = IDXSet(
    name: "FashionMNIST", folder: "fashion-mnist",
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ],
    train: (
      images: fashionFile(
        "train-images-idx3-ubyte.gz", 26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
      labels: fashionFile(
        "train-labels-idx1-ubyte.gz", 29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845")
    ),
    test: (
      images: fashionFile(
        "t10k-images-idx3-ubyte.gz", 4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
      labels: fashionFile(
        "t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
      )
    ))

  /// Ten characters of old Japanese books, 60,000 and 10,000, [1, 28, 28] (Clanuwat and others 2018).
  package static let kmnist = IDXSet(
    name: "KMNIST", folder: "kmnist",
    classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    train: (
      images: kuzushijiFile(
        "train-images-idx3-ubyte.gz", 18_165_135,
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
      labels: kuzushijiFile(
        "train-labels-idx1-ubyte.gz", 29_497,
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17")
    ),
    test: (
      images: kuzushijiFile(
        "t10k-images-idx3-ubyte.gz", 3_041_136,
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
      labels: kuzushijiFile(
        "t10k-labels-idx1-ubyte.gz", 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"
      )
    ))

  /// The parts of EMNIST (Cohen, Afshar, Tapson and van Schaik 2017): handwritten digits and letters.
  package enum EMNISTPart: String, CaseIterable, Sendable {
    case balanced
    case byclass
    case bymerge
    case digits
    case letters
    case mnist

    /// The names of the classes, by number.
    var classNames: [String] {
      let digits = (0...9).map { String($0) }
      let names = { (text: String) in text.map { String($0) } }
      let capitals = names("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
      switch self {
      case .digits, .mnist: return digits
      case .letters: return names("abcdefghijklmnopqrstuvwxyz")
      case .byclass: return digits + capitals + names("abcdefghijklmnopqrstuvwxyz")
      // Small letters that look like their capitals are one class with them.
      case .balanced, .bymerge: return digits + capitals + names("abdefghnqrt")
      }
    }
  }

  /// A part of EMNIST, [1, 28, 28], from files put into the folder `emnist` by hand: they come in one large archive.
  package static func emnist(_ part: EMNISTPart) -> IDXSet {
    let file = { (rest: String) in
      RemoteFile(
        name: "emnist-\(part.rawValue)-\(rest)-ubyte.gz", mirrors: [], size: 0, checksum: .content(""))
    }
    return IDXSet(
      name: "EMNIST", folder: "emnist", classNames: part.classNames,
      train: (images: file("train-images-idx3"), labels: file("train-labels-idx1")),
      test: (images: file("test-images-idx3"), labels: file("test-labels-idx1")),
      firstLabel: part == .letters ? 1 : 0, isTransposed: true)
  }

  private static func fashionFile(_ name: String, _ size: Int, _ sha256: String) -> RemoteFile {
    RemoteFile(
      name: name,
      mirrors: [
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/\(name)",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/\(name)",
      ], size: size, checksum: .file(sha256))
  }

  private static func kuzushijiFile(_ name: String, _ size: Int, _ sha256: String) -> RemoteFile {
    RemoteFile(
      name: name, mirrors: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/\(name)"], size: size,
      checksum: .file(sha256))
  }
}
