import Testing

@Test func syntaxPlaceholder() {}
