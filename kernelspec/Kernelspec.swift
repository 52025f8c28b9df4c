/// The files of the kernelspec, as they stand in this folder and are built into the program.
package enum Kernelspec {
  /// The file that names the program; whoever installs it puts the program's path into `argv`.
  package static let kernelFile = "kernel.json"

  /// Name and content of each file.
  package static var files: [(name: String, content: [UInt8])] {
    [
      (kernelFile, PackageResources.kernel_json),
      ("logo-32x32.png", PackageResources.logo_32x32_png),
      ("logo-64x64.png", PackageResources.logo_64x64_png),
      ("logo-svg.svg", PackageResources.logo_svg_svg),
    ]
  }
}
