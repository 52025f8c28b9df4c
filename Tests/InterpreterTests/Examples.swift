/// Programs that several tests use.
enum Examples {
  /// A line, and what the session answers.
  static let answers: [(String, String)] = [
    ("func mean(_ v: Double...) -> Double { v.sum() / v.count }; mean(1, 2)", "1.5"),
    ("twice(4); func twice(_ n: Int) -> Int { 2 * n }; twice(5)", "10"),
    ("\"한국어\".last ?? \"\"", "\"어\""), ("\"\".first", "nil"),
    ("1 + 1", "2"), ("7 / 2", "3"), ("-7 % 3", "-1"), ("7 / 2.0", "3.5"),
    ("0.1 + 0.2", "0.30000000000000004"),
    ("0xFF + 0b101 + 1_000", "1260"), ("\"a\" + \"b\"", "\"ab\""), ("[1, 2] + [3]", "[1, 2, 3]"),
    ("(1, x: 2)", "(1, x: 2)"), ("[\"a\": 1]", "[\"a\": 1]"), ("[:]", "[:]"), ("nil", "nil"),
    ("1..<4", "1..<4"),
    ("1 < 2 && !(2 < 1)", "true"), ("true ? 1 : 2", "1"), ("nil ?? 3", "3"), ("1 + 1;", ""),
    ("let x = 1", ""),
    ("\"\\(1 + 1) is \\(\"two\")\"", "\"2 is two\""), ("\"\\u{AC00}\\t|\"", "\"가\\t|\""),
    ("\"\"\"\n  a\n    b\n  \"\"\"", "\"a\\n  b\""), ("[1, 2, 3][1...]", "[2, 3]"),
    ("[1, 2, 3][..<-1]", "[1, 2]"),
    ("[[1, 2], [3, 4]][1, 0]", "3"), ("\"한국어\"[1]", "\"국\""), ("(a: 1, b: 2).b", "2"),
    ("({ $0 * 2 })(4)", "8"),
    ("let (a, (b, c)) = (1, (2, 3)); a + b + c", "6"), ("if 1 < 2 { \"yes\" } else { \"no\" }", "\"yes\""),
    (
      "switch 5 { case 0..<3: \"few\"; case let n where n > 4: \"many \\(n)\"; default: \"some\" }",
      "\"many 5\""
    ),
    ("[3, 1, 2].sorted { $0 > $1 }.map { $0 * 10 }", "[30, 20, 10]"), ("[\"k\": [1, 2]][\"k\"]?.count", "2"),
    ("[1: \"a\"][2]?.count", "nil"), ("Int(\"x\") ?? -1", "-1"), ("pow(2, 10) + Int(2.9)", "1026"),
    ("var t = (1, 2); (t.0, t.1) = (t.1, t.0); t", "(2, 1)"), ("((1, (2, 3)), 4).0.1.1", "3"),
    ("\"abc\".padded(to: Int.min)", "\"abc\""), ("\"abc\".padded(to: 5)", "\"  abc\""),
    ("5 is Int && !(5 is String)", "true"),
    ("-9223372036854775808", "-9223372036854775808"), ("\"\\(3.14159, places: 2)\"", "\"3.14\""),
    ("let 각도 = 30; 각도 * 2", "60"), ("3 |> { $0 + 1 } |> { $0 * 2 }", "8"),
    ("print(\"a\", 1, separator: \"-\")", "a-1\n"),
    ("1 /* a /* nested */ comment */ + 1 // and more", "2"), ("[1, 2] == [1, 2]", "true"),
    ("(1, 2) == (1, 3)", "false"), ("[1, 2, 3].reduce(0, +)", "6"), ("[1, 3, 2].sorted(by: >)", "[3, 2, 1]"),
    ("(try? [1][5]) ?? 7", "7"), ("[1, 2, 3].first { $0 > 1 }", "2"), ("[1, 2].first", "1"),
    ("[1, 2, 3].last { $0 < 3 }", "2"),
    ("[\"a\", \"bcd\"].map(\\.count)", "[1, 3]"), ("[[1, 2]].map(\\.[1])", "[2]"),
    ("[1].map(\\.self)", "[1]"),
    ("[\"k\": 2].map(\\.value)", "[2]"), ("[3].map(String.init)", "[\"3\"]"),
    ("[\"a\": 1, \"b\": 2].filter { $0.value > 1 }", "[\"b\": 2]"),
    ("[\"a\": 1].merging([\"a\": 2]) { $0 + $1 }", "[\"a\": 3]"),
    ("[\"a\": 1].merging([\"a\": 2, \"b\": 3])", "[\"a\": 2, \"b\": 3]"),
    ("Dictionary(grouping: 1...4) { $0 % 2 }", "[1: [1, 3], 0: [2, 4]]"),
    ("Dictionary(uniqueKeysWithValues: [(1, 2)])", "[1: 2]"),
    ("func f() -> (sum: Int, rest: Double) { (1, 2) }; f().rest", "2.0"),
    ("let p: (x: Double, Int) = (1, 2); p.x", "1.0"),
    ("let d: [String: Double] = [\"a\": 1]; d", "[\"a\": 1.0]"),
    ("func half(_ x: Double = 1) -> Double { x / 2 }; half()", "0.5"),
    ("var xs: [Double] = []; xs.append(1); xs[0] / 2", "0.5"),
    ("var xs: [[Double]] = [[1, 2]]; xs[0][1] = 3; xs", "[[1.0, 3.0]]"),
    ("let half: (Double) -> Double = { $0 / 2 }; half(3)", "1.5"),
    ("[[1, 2], [3]].joined()", "[1, 2, 3]"), ("[1, 2].joined()", "\"12\""),
    ("(1...9).prefix { $0 < 3 }", "[1, 2]"),
    ("[1, 2, 1].drop { $0 < 2 }", "[2, 1]"), ("\"한국어\".prefix(2) + \"ab\".suffix(1)", "\"한국b\""),
    ("\"a1b2\".filter { Int($0) == nil }.dropFirst()", "\"b\""), ("[].joined(separator: \",\")", "\"\""),
    ("var a = [1, 2, 3]; a.removeAll { $0 == 2 }; a.removeSubrange(0..<1); a", "[3]"),
    ("switch 3 { case 1: print(1) }", ""), ("Variable([1.0, 2.5])", "[1.0 2.5]"),
    ("(0..<3).reversed()", "[2, 1, 0]"), ("[1, 2].map(String)", "[\"1\", \"2\"]"),
  ]

  /// Several lines, and what they print.
  static let programs: [(String, String)] = [
    (
      "var counts: [String: Int] = [:]\nfor c in \"abca\" { counts[c, default: 0] += 1 }\nprint(counts, counts[\"z\", default: -1])",
      "[\"a\": 2, \"b\": 1, \"c\": 1] -1\n"
    ),
    (
      "func f(_ x: Int?) -> String { guard let x, x > 0 else { return \"none\" }; return \"\\(x)\" }\nprint(f(nil), f(3), f(-1))",
      "none 3 none\n"
    ),
    (
      "let m = Model(inputs: [1, 4, 4], [10]) { image, label in concat(image |> Flatten(), label) |> Dense(3) }\nprint(m(zeros(2, 1, 4, 4), zeros(2, 10)).shape)",
      "[2, 3]\n"
    ),
    ("func f(_ n: Int) -> Int { n < 2 ? n : f(n - 1) + f(n - 2) }\nprint(f(15))", "610\n"),
    ("var s = 0\nfor i in 1...10 where i % 2 == 0 { s += i }\nprint(s)", "30\n"),
    ("var a = [1, 2]\nvar b = a\nb.append(3)\na[0] = 9\nprint(a, b)", "[9, 2] [1, 2, 3]\n"),
    ("var m = [[1], [2]]\nm[1].append(5)\nm[0][0] += 1\nprint(m)", "[[2], [2, 5]]\n"),
    ("var d = [\"a\": [1]]\nd[\"a\"]?.append(2)\nd[\"b\"] = []\nd[\"a\"] = nil\nprint(d)", "[\"b\": []]\n"),
    (
      "func counter() -> Any { var n = 0; return { n += 1; return n } }\nlet c = counter()\nprint(c(), c())",
      "1 2\n"
    ),
    ("var fs = []\nfor i in 0..<3 { fs.append({ i }) }\nprint(fs.map { $0() })", "[0, 1, 2]\n"),
    (
      "outer: for i in 0..<3 { for j in 0..<3 { if j == 1 { continue outer }; if i == 2 { break outer }; print(i, j) } }",
      "0 0\n1 0\n"
    ),
    (
      "func g(a: Int, b: Int = 2, c: Int...) -> Int { a + b + c.sum() }\nprint(g(a: 1), g(a: 1, b: 3, c: 4, 5))",
      "3 13\n"
    ),
    (
      "do { throw \"bad\" } catch { print(error) }\ndo { print([1][3]) } catch { print(error.kind) }",
      "bad\nIndexError\n"
    ),
    (
      "func f(_ x: Int?) -> Int { guard let y = x else { return -1 }; return y }\nprint(f(nil), f(3))",
      "-1 3\n"
    ),
    (
      "(1...2).forEach { print($0) }\nvar s = [1, 2]\nwhile let top = s.popLast() { print(top) }",
      "1\n2\n2\n1\n"
    ),
    (
      "func f(_ xs: [Int]) -> [Int] { var xs = xs; xs[0] = 9; return xs }\nlet a = [1]\nprint(f(a), a)",
      "[9] [1]\n"
    ),
    ("let vs = [Variable([1.0])]\nvs[0].value = Tensor([2])\nprint(vs[0])", "[2.]\n"),
    ("let v = Variable([1.0, 2.0])\nlet held = (v, 1)\nheld.0.value[1] = 5\nprint(v)", "[1. 5.]\n"),
    (
      "for case let x? in [1, nil, 3] { print(x) }\nfor case (let a, 1) in [(2, 1), (3, 2)] { print(a) }",
      "1\n3\n2\n"
    ),
    (
      "let x: Int? = 5\nlet y: Int? = nil\nif case .some(let v) = x { print(v) }\nif case .none = y { print(\"none\") }\nif case .none = x { print(\"wrong\") }",
      "5\nnone\n"
    ),
    // In place: copying the whole for each change would take minutes.
    (
      "var a = Array(repeating: [0, 0], count: 50_000)\nvar d = [0: 0]\nfor i in 0..<50_000 { a[i][1] += i; d[i] = i; d[i, default: 0] += 1 }\nprint(a[49_999], d[49_999])",
      "[0, 49999] 50000\n"
    ),
    ("for var i in 0..<2 { i += 5; print(i) }", "5\n6\n"),
    (
      "switch (4, \"x\") { case (let n, \"x\") where n > 3, (let n, \"y\"): print(n); default: print(0) }",
      "4\n"
    ),
    ("var n: Int\nn = 5\nprint(n)", "5\n"),
    ("var i = 0\nrepeat { i += 1 } while i < 5\nwhile true { i -= 1; if i < 2 { break } }\nprint(i)", "1\n"),
    ("func f() { defer { print(\"last\") }; print(\"first\") }\nf()", "first\nlast\n"),
    ("for (i, (a, b)) in zip([1, 2], [\"x\", \"y\"]).enumerated() { print(i, a, b) }", "0 1 x\n1 2 y\n"),
    (
      "let even = { n in n == 0 ? true : odd(n - 1) }\nfunc odd(_ n: Int) -> Bool { n == 0 ? false : even(n - 1) }\nprint(odd(7))",
      "true\n"
    ),
    (
      "func outer() -> Int { func a(_ n: Int) -> Int { n <= 0 ? 0 : b(n - 1) + 1 }; func b(_ n: Int) -> Int { a(n) }; return a(4) }\nprint(outer())",
      "4\n"
    ),
    (
      "var t = zeros(2, 2)\nlet before = t\nt[0, 1] = 5\nt[1] += 1\nprint(t == Tensor([[0, 5], [1, 1]]), before == zeros(2, 2))",
      "true true\n"
    ),
  ]

  /// What must not end the session, and the kind of its error.
  static let failures: [(String, String)] = [
    ("print(\"\\([1].map { 2 * })\")", "SyntaxError"),
    ("1 / 0", "ArithmeticError"), ("9223372036854775807 + 1", "ArithmeticError"),
    ("Int.min % -1", "ArithmeticError"),
    ("-Int.min", "ArithmeticError"), ("Int(1e300)", "ArithmeticError"), ("pow(10, 30)", "ArithmeticError"),
    ("func f(_ n: Int) -> Int { 1 + f(n) }\nf(0)", "RecursionError"),
    ("var f = { 1 }\nf = { f() }\nf()", "RecursionError"),
    ("[1, 2][2]", "IndexError"), ("\"abc\"[5]", "IndexError"), ("[1][0..<9]", "IndexError"),
    ("zeros(2, 2)[2]", "IndexError"), ("arange(1e30, -1e30)[0]", "IndexError"),
    ("let far = (Int.min...)[5]; throw far", "Error"),
    ("throw randint(-2_000_000_000..<2_000_000_000, 9)", "Error"),
    ("Array(repeating: 0, count: 1_000_000_000_000)", "MemoryError"),
    ("String(repeating: \"x\", count: 1_000_000_000_000)", "MemoryError"),
    ("var s = \"x\"\nwhile true { s += s }", "MemoryError"),
    ("var a = [1]\nwhile true { a += a }", "MemoryError"),
    ("zeros(1_000_000, 1_000_000)", "MemoryError"), ("nil + 1", "TypeError"),
    ("[1: 2][[{ 1 }]]", "TypeError"),
    ("for i in 5..<2 { }", "ValueError"),
    ("readText(\"/nowhere/at/all\")", "FileError"),
    ("import \"nowhere.cnn\"", "FileError"), ("Tensor([[1, 2], [3]])", "ShapeError"),
    ("ones(2, 3) + ones(4)", "TensorError"),
    ("Reshape()(ones(2).sum())", "ShapeError"), ("Flatten()(ones(2).sum())", "ShapeError"),
    ("LayerNorm()(ones(2).sum())", "ShapeError"),
    ("SpaceToDepth(2)(zeros(1, Int.max, 4, 0))", "TensorError"),
    ("ConvTranspose(2, 3, padding: Int.max)(ones(1, 4, 5, 5))", "ShapeError"),
    ("expect(1 + 1 == 3)", "ExpectationError"), ("throw \"stop\"", "Error"),
    ("stride(from: 0, to: 1, by: 0)", "ValueError"),
    ("let x: Int = 1.5 as Int", "TypeError"), ("(0...).max()", "ValueError"),
    ("Array(0..<9_000_000_000)", "MemoryError"), ("MovingDigits(size: 10_000_000_000)", "DatasetError"),
    ("\"a\u{1E}b\"", "SyntaxError"), ("1.0.5", "SyntaxError"),
    (
      "let s = String(repeating: \"ab\", count: 20_000_000)\nprint(s.replacing(\"a\", with: s))",
      "MemoryError"
    ),
    (
      "let s = String(repeating: \"ab\", count: 20_000_000)\nprint(Array(repeating: s, count: 9_000_000).joined())",
      "MemoryError"
    ),
    (
      "let row = Array(repeating: 1, count: 100_000)\nprint(Tensor(Array(repeating: row, count: 100_000)))",
      "MemoryError"
    ),
  ]
}
