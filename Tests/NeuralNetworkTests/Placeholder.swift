import Testing

@Test func neuralnetworkPlaceholder() {}
