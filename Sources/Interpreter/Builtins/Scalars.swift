import Foundation

extension Library.Family {
  /// Numbers.
  static let scalars = Library.Family(
    "Numbers",
    functions: [],
    types: [
      TypeDeclaration("Int", "A whole number of 64 bits. Results that don't fit are errors."),
      TypeDeclaration("Double", "A number with a point, of 64 bits."),
      TypeDeclaration("Bool", "true or false."),
      TypeDeclaration("Range", "Numbers from one to another."),
    ])
}
