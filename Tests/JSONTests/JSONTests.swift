import JSON
import Testing

@Suite struct JSONParsing {
  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("-3", .integer(-3)), ("0.1", .number(0.1)),
    ("9223372036854775807", .integer(.max)), ("1e3", .number(1000)), (#""a\u0000b""#, .string("a\0b")),
    (#""\ud83d\ude00""#, .string("\u{1F600}")), ("[]", .array([])), ("{}", .object([:])),
    (#"{"b":1,"a":[2,{"c":null}]}"#, ["b": 1, "a": [2, ["c": nil]]] as JSONValue),
  ])
  func readsValues(text: String, value: JSONValue) throws {
    #expect(try JSONValue.parse(text) == value)
  }

  @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\ud83d\ude00""#, #""a\uDBFF\n""#])
  func loneSurrogatesBecomeReplacementCharacters(text: String) throws {
    #expect(try #require(JSONValue.parse(text).stringValue).unicodeScalars.contains("\u{FFFD}"))
  }

  @Test func escapedBackslashBeforeUIsNoEscape() throws {
    #expect(try JSONValue.parse(#""\\ud800""#) == .string(#"\ud800"#))
  }

  @Test func wholeNumbersBeyond64BitsAreReals() throws {
    #expect(
      try JSONValue.parse("[18446744073709551616, 2, 0.5]") == [
        .number(18446744073709551616), 2, .number(0.5),
      ])
  }

  @Test(arguments: [
    ("", 1, 1), ("{\n \"a\": ,}", 2, 8), ("[1,\n2,\n x]", 3, 3), ("[1] 2", 1, 6), ("1e400", 1, 6),
    ("nul", 1, 4),
    ("[\"한글\", }", 1, 9),
  ])
  func errorsSayWhere(text: String, line: Int, column: Int) {
    #expect {
      try JSONValue.parse(text)
    } throws: { error in
      guard let error = error as? JSONParseError else { return false }
      return error.line == line && abs(error.column - column) <= 1 && !error.message.isEmpty
    }
  }

  @Test func deepNestingIsAnErrorNotACrash() throws {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONParseError.self) { try JSONValue.parse(deep) }
    let bracketsInText = "\"" + deep + "\""
    #expect(try JSONValue.parse(bracketsInText) == .string(deep))
    let allowed = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    _ = try JSONValue.parse(allowed)
  }

  @Test func sizeLimit() {
    #expect(throws: JSONParseError.self) { try JSONValue.parse("[1, 2, 3]", limits: JSONLimits(bytes: 8)) }
  }

  @Test func invalidUTF8IsRepairedOnlyWhereAsked() throws {
    let bytes = [UInt8(ascii: "\""), 0xFF, 0x61, 0xED, 0xA0, 0x80, UInt8(ascii: "\"")]
    #expect(throws: JSONParseError.self) { try JSONValue.parse(bytes) }
    let repaired = try JSONValue.parse(bytes, limits: JSONLimits(repairsUTF8: true))
    #expect(try #require(repaired.stringValue).contains("a"))
  }
}

@Suite struct JSONWriting {
  @Test(arguments: [
    (JSONValue.number(0.1), "0.1"), (.number(1e100), "1e+100"), (.number(-0.0), "-0.0"), (.number(3), "3.0"),
    (.number(5e-324), "5e-324"), (.integer(.min), "-9223372036854775808"),
    (.string("a\"\\\n\u{1}é"), #""a\"\\\n\u0001é""#),
    (["a": [1, nil, true], "b": [:]] as JSONValue, #"{"a":[1,null,true],"b":{}}"#), (.number(.nan), "null"),
  ])
  func compact(value: JSONValue, text: String) {
    #expect(value.serialized() == text)
  }

  @Test func nonFiniteNumbersAsText() {
    let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity)]
    #expect(value.serialized(JSONStyle(nonFinite: .text)) == #"["NaN","Infinity","-Infinity"]"#)
  }

  /// The expected text is Python's `json.dumps(…, ensure_ascii=False, indent=1, sort_keys=True)`.
  @Test func notebookStyle() {
    let value: JSONValue = ["b": [1, [:], []], "a": ["é": 0.1]]
    #expect(
      value.serialized(.notebook) == """
        {
         "a": {
          "é": 0.1
         },
         "b": [
          1,
          {},
          []
         ]
        }
        """)
  }

  @Test func writtenTextReadsBackTheSame() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<1_000 {
      let number = Double(bitPattern: generator.next())
      guard number.isFinite else { continue }
      let value: JSONValue = ["x": .number(number), "s": .string(String(number))]
      #expect(try JSONValue.parse(value.serialized()) == value)
    }
  }
}

@Suite struct JSONObjects {
  @Test(arguments: [3, 12, 13, 2_000])
  func keepsOrderAndFindsKeys(count: Int) {
    var object = JSONObject()
    for index in 0..<count { object["key\(index)"] = .integer(index) }
    object["key1"] = "changed"
    object["key0"] = nil
    object["key0"] = "again"
    #expect(object.count == count)
    #expect(object.keys.last == "key0")
    #expect(object["key1"] == "changed")
    #expect(object["key2"] == 2)
    #expect(object["none"] == nil)
  }

  @Test func keysAreToldApartByCodePoints() {
    var object = JSONObject()
    object["\u{E9}"] = 1
    object["e\u{301}"] = 2
    #expect(object.count == 2)
  }

  @Test func accessors() {
    let value: JSONValue = ["a": [1, 2.5, "x", true], "n": nil]
    #expect(value["a"]?[0]?.intValue == 1)
    #expect(value["a"]?[1]?.doubleValue == 2.5)
    #expect(value["a"]?[2]?.stringValue == "x")
    #expect(value["a"]?[3]?.boolValue == true)
    #expect(value["a"]?[9] == nil)
    #expect(value["n"]?.isNull == true)
    #expect(value["a"]?.objectValue == nil)
    var changed = value
    changed["a"] = "new"
    #expect(changed["a"] == "new")
  }
}
