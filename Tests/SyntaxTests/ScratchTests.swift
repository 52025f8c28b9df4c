import Foundation
import Syntax
import Testing

@Test func scratch() throws {
  guard let path = ProcessInfo.processInfo.environment["SCRATCH"] else { return }
  let text = try String(contentsOfFile: path, encoding: .utf8)
  for chunk in text.components(separatedBy: "\n---\n") {
    let source = SourceFile(name: "scratch", text: chunk)
    let program = Parser.parse(source)
    print("=====", program.statements.count, program.completeness)
    print(DiagnosticRenderer(colors: false).render(program.diagnostics, in: source))
  }
}
