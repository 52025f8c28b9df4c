import Testing

@Test func jsonPlaceholder() {}
