/// What people type out of habit from other languages, and what it is called here.
extension Parser {
  /// A word that begins a statement elsewhere (`def f(x):`).
  func foreignWord(_ name: String) -> (message: String, fix: String)? {
    let next = ahead(1)
    guard !next.startsLine else { return nil }
    var followedByWord = false
    switch next.kind {
    case .identifier, .string, .keyword, .integer, .floating: followedByWord = true
    default: break
    }
    switch (name, followedByWord) {
    case ("def", true): return ("'def' is Python", "write func name(_ x: Tensor) -> Tensor { … }")
    case ("fn", true), ("fun", true), ("function", true):
      return ("'\(name)' is another language's word", "write func")
    case ("not", true): return ("'not' is Python", "write !condition")
    case ("lambda", true): return ("'lambda' is Python", "write a closure: { x in x + 1 }")
    case ("elif", true): return ("'elif' is Python", "write } else if condition {")
    case ("typealias", true), ("actor", true), ("operator", true), ("subscript", true):
      return (
        "'\(name)' isn't part of the language", "use a function, a closure, a labelled tuple or a dictionary"
      )
    case ("const", true): return ("'const' is another language's word", "write let")
    case ("from", true):
      return ("nothing needs to be imported", "layers, data sets and tensors are there from the start")
    case ("with", true): return ("'with' is Python", "nothing needs to be opened or closed here")
    case ("pass", _), ("del", true), ("assert", true), ("global", true), ("async", true), ("await", true):
      return name == "assert"
        ? ("'assert' is called expect here", "write expect(condition)")
        : name == "pass" && !followedByWord ? nil : ("'\(name)' isn't part of the language", "leave it out")
    case ("print", true): return ("print needs parentheses", "write print(…)")
    default: return nil
    }
  }

  /// What a line magic or a shell command of IPython is called here.
  func magicHint(_ mark: String) -> String {
    var words = ahead(1)
    if mark == "%", case .operator("%") = words.kind { words = ahead(2) }
    guard case .identifier(let name) = words.kind else { return "time { … } measures, help() explains" }
    switch (mark, name) {
    case ("%", "time"), ("%", "timeit"), ("%", "prun"): return "write time { … }"
    case ("%", "matplotlib"), ("%", "config"): return "leave it out: show and plot draw in the notebook"
    case ("%", "run"), ("%", "load"): return "write import \"helpers.cnn\""
    case ("%", "who"), ("%", "whos"), ("%", "who_ls"): return "write variables()"
    case ("%", "reset"): return "restart the kernel"
    case ("%", "pip"), ("%", "conda"), ("!", "pip"), ("!", "pip3"), ("!", "apt"):
      return "nothing needs to be installed: layers, data sets and plots are there from the start"
    case ("%", "ls"), ("!", "ls"), ("!", "dir"): return "write files(in: \".\")"
    case ("!", "cat"), ("!", "head"), ("%", "cat"): return "write readText(\"path\")"
    case ("!", "wget"), ("!", "curl"), ("!", "unzip"), ("!", "tar"):
      return "data sets are fetched by their names, such as MNIST(); run other commands in a terminal"
    case ("!", _): return "run it in a terminal; files(in:), readText and writeText are there for files"
    default: return "time { … } measures, variables() lists, help() explains"
    }
  }

  /// A name followed by something odd on its line.
  func foreignStatement(_ name: String) -> (message: String, fix: String)? {
    switch name {
    case "print": ("print needs parentheses", "write print(…)")
    case "help": ("help needs parentheses", "write help(…)")
    case "def", "class", "lambda": foreignWord(name)
    default: nil
    }
  }

  /// An operator of another language, with its name here.
  func foreignOperator(_ name: String) -> String? {
    switch name {
    case "**": "raise to a power with pow(a, b)"
    case ":=": "declare with let or var"
    case "<-": "assign with =, or put a space before the minus"
    case "=>": "a closure is { x in … }"
    case ".*", "./", ".+", ".-", ".^": "tensors calculate element by element with plain + - * / and pow"
    case "^": "raise to a power with pow(a, b); logic is written && || !"
    case "&", "|", "~": "logic is written && || !"
    default: nil
    }
  }
}
