import Notebooks
import Testing

@Suite struct ParameterTests {
  @Test(arguments: [
    ("n=3", "3"), ("n=-3", "-3"), ("n=0.5", "0.5"), ("n=1e-3", "1e-3"), ("n=-2.5e+7", "-2.5e+7"),
    ("n=true", "true"), ("n=false", "false"), ("n=True", "\"True\""), ("n=", "\"\""), ("n=a b", "\"a b\""),
    ("n=a=b", "\"a=b\""), ("n=\"3\"", "\"3\""), ("n=nan", "\"nan\""), ("n=inf", "\"inf\""),
    ("n=0x10", "\"0x10\""),
    ("n=1.", "\"1.\""), ("n=.5", "\".5\""), ("n=-", "\"-\""), ("n=1-2", "\"1-2\""), ("n=[1, 2]", "[1, 2]"),
    ("n=say \"hi\" \\(x)\n", "\"say \\\"hi\\\" \\\\(x)\\n\""), ("학습률=한글", "\"한글\""),
  ])
  func valuesAreWhatTheyLookLike(text: String, literal: String) throws {
    #expect(try Parameter(parsing: text).literal == literal)
  }

  @Test(arguments: ["n", "=3", "1n=3", "a b=3", "a-b=3", "", "let x=3"])
  func whatIsNoParameterIsAnError(text: String) {
    #expect(throws: NotebookError.self) { try Parameter(parsing: text) }
  }

  private func sources(_ notebook: Notebook) -> [String] { notebook.cells.map(\.source) }

  private func parameters(_ texts: String...) throws -> [Parameter] {
    try texts.map(Parameter.init(parsing:))
  }

  @Test func valuesStandInACellAfterTheirDefinition() throws {
    var notebook = Notebook(cells: [
      Cell(.markdown, source: "# Lab"),
      Cell(.code, source: "let epochs = 3\nlet rate = 0.1", tags: ["parameters"]),
      Cell(.code, source: "epochs"),
    ])
    #expect(notebook.inject(try parameters("epochs=1", "rate=0.5")) == [])
    #expect(
      sources(notebook) == [
        "# Lab", "let epochs = 3\nlet rate = 0.1", "// Parameters\nvar epochs = 1\nvar rate = 0.5", "epochs",
      ])
    #expect(notebook.cells[2].tags == ["injected-parameters"])
    // A second run replaces what the first one put in.
    notebook.inject(try parameters("epochs=2"))
    #expect(sources(notebook)[2] == "// Parameters\nvar epochs = 2")
    #expect(notebook.cells.count == 4)
  }

  @Test func withoutAParametersCellTheyStandAtTheTop() throws {
    var notebook = Notebook(cells: [Cell(.code, source: "epochs")])
    #expect(notebook.inject(try parameters("epochs=1")) == ["epochs"])
    #expect(sources(notebook) == ["// Parameters\nvar epochs = 1", "epochs"])
  }

  @Test func namesThatTheCellDoesntDefineAreReported() throws {
    var notebook = Notebook(cells: [Cell(.code, source: "let epochs = 3; var rate=1", tags: ["parameters"])])
    #expect(notebook.inject(try parameters("epoch=1", "rate=2", "epochs=1", "epochs=2")) == ["epoch"])
    #expect(sources(notebook)[1] == "// Parameters\nvar epoch = 1\nvar rate = 2\nvar epochs = 2")
  }

  @Test func noParametersChangeNothing() throws {
    var notebook = Notebook(cells: [Cell(.code, source: "1", tags: ["parameters"])])
    #expect(notebook.inject([]) == [])
    #expect(notebook.cells.count == 1)
  }
}
