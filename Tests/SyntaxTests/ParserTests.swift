import Syntax
import Testing

@Test(arguments: ["1 + 2 * 3", "let a = [1, 2]\nprint(a)", "x |> f |> g(1)"])
func completeTexts(_ text: String) {
  let program = Parser.parse(SourceFile(name: "test", text: text))
  #expect(program.diagnostics.isEmpty)
  #expect(program.completeness == .complete)
}
