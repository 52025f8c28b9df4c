import Testing

@Test func tensorruntimePlaceholder() {}
