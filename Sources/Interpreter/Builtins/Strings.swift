extension Library.Family {
  static let strings = Library.Family("Strings", types: [TypeDeclaration("String", "Text.")])
}
