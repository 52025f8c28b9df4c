import Testing

@Test func programPlaceholder() {}
