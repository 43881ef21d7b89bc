import Identity
import Testing

@Suite("The language of rules")
struct PolicyLanguageTests {
    private static let caller = """
        {"roles": ["Reader", "a"], "user_id": "u", "project_id": "p", "tags": ["x", "y"],
         "count": 5, "ratio": 0.5, "none": null, "flag": true, "system_scope": "all",
         "token": {"project": {"id": "p"}, "items": [{"id": "1"}, {"id": "2"}]}}
        """
    private static let target = """
        {"project_id": "p", "name": "x", "n": 5, "f": 1e16, "flag": true, "none": null,
         "a.b": "u", "list": ["a", 1], "role": "reader", "quote": "it's"}
        """

    @Test(
        "a rule holds",
        arguments: [
            "", "@", "not !", "role:reader", "role:READER", "role:%(role)s", "user_id:u",
            "USER_ID:x or role:a", "tags:y", "count:5", "ratio:0.5", "none:None", "flag:True",
            "token.project.id:p", "token.items.id:2", "system:all", "system_scope:all",
            "'x':%(name)s", "\"x\":%(name)s", "True:%(flag)s", "None:%(none)s", "5:%(n)s",
            "1e+16:%(f)s", "user_id:%(a.b)s", "project_id:%(project_id)s",
            "'100%%x':100%%x or 'p%p':p%%%(project_id)s",
            "not role:b and role:a", "role:b or role:a and not role:b",
            "(role:b or role:a) and user_id:u", "((@))", "not not @", "not (! or !)",
            "role:a AND Not role:b", "\trole:a\n  and\u{A0}@", "rule:yes", "rule:absent",
            "'it\\'s':%(quote)s", "u'x':%(name)s", "R'x':%(name)s", "0x5:%(n)s", "0b1_01:%(n)s",
            "'\\x78':%(name)s", "'\\u0078':%(name)s", "'\\U00000078':%(name)s", "'\\170':%(name)s",
            "r'a\\b':a\\b", "not é:x", "not match:x", "+5:%(n)s",
        ])
    func holds(rule: String) throws {
        #expect(try decide(rule) == .allowed)
    }

    @Test(
        "a rule does not hold",
        arguments: [
            "!", "not @", "role:reader2", "role:%(missing)s", "user_id:U", "tags:z",
            "missing:None", "missing.path:x", "project_id:%(missing)s", "Role:a",
            "'y':%(name)s", "01:%(missing)s", "rule:no", "role:é", "token.project.missing:p",
            // Nobody can tell what these mean.
            "and", "role:a and", "or role:a", "role:a role:a", "(role:a", "role:a)", "()", " ",
            "nokind", "'role:a'", "'a':'a'", "role:a and or role:a", "not", "role:a not role:a",
        ])
    func doesNotHold(rule: String) throws {
        #expect(try decide(rule) == .denied)
    }

    @Test(
        "what cannot be evaluated lets nobody in, also behind a not",
        arguments: [
            ":x", "user_id.deeper:x", "tags.deeper:x", "none.x:y", "..:x", "01:x", "1x:x",
            "user_id:%s", "user_id:%", "user_id:%(project_id)d", "'x\\q':x", "rule:loop",
            "http://h/%(missing)s", "https://h",
            // No name in Python.
            "class:x", "@:x", "!:x", "user_id.0:u", "user_id.class:x", "a-b:x", "[]:[]", "{}:{}",
            "[1,2]:x", "f'x':x", "1__0:10", "1_:1", "0xg:x", "ur'x':x", "b'x':b'x'", "b'é':x",
            "''x':x", "0x:x", "0x1__1:x", "0x+1:1", "'x\\8':x",
            "'a''b':ab", "1+2:3", "'x\\':x", "r'x\\':x", "'\\ud800':x",
            "'\\x4':x", "1._5:1.5", "...:x", "²:x",
        ])
    func failure(rule: String) throws {
        for rule in [rule, "not \(rule)", "\(rule) or @", "not (@ and \(rule))"] {
            guard case .failed = try decide(rule) else {
                Issue.record("\(rule): \(try decide(rule))")
                continue
            }
        }
        #expect(try decide("@ or \(rule)") == .allowed, "what is not asked does no harm")
    }

    @Test(
        "lists are alternatives of conditions",
        arguments: [
            ("[]", true), ("[[]]", false), (#"[["role:a"]]"#, true), (#"["role:a"]"#, true),
            (#"[["role:a", "role:b"]]"#, false), (#"[["role:b"], ["role:a", "user_id:u"]]"#, true),
            (#"[["role:a and role:a"]]"#, false), (#"["@"]"#, true), (#"[[], ["!"]]"#, false),
            (#"[["'x':%(name)s"]]"#, true), (#"[""]"#, false), ("[null]", false),
            // What is no text denies where it is asked, and only there.
            (#"["role:a", ["role:a", ["x"]]]"#, true), (#"[["role:b", ["x"]], ["role:a"]]"#, true),
        ])
    func lists(rule: String, holds: Bool) throws {
        let rules = try PolicyRules([PolicyFile(path: "f", text: "{\"it\": \(rule)}")])
        let decision = rules.decide(
            "it", for: try PolicyValue(json: Self.caller), on: try PolicyValue(json: Self.target))
        #expect(decision == (holds ? .allowed : .denied))
    }

    @Test(
        "lists that nest too deep let nobody in, also behind a not",
        arguments: [
            #"[[["role:a"]]]"#, #"[["role:a", ["x"]]]"#, "[[null]]", "[[5]]", #"[[{"role:a": 1}]]"#,
        ])
    func deepLists(rule: String) throws {
        let text = "{\"it\": \(rule), \"other\": \"not rule:it\"}"
        let rules = PolicyRules([try PolicyFile(path: "f", text: text)])
        for name in ["it", "other"] {
            let decision = rules.decide(name, for: try PolicyValue(json: Self.caller))
            guard case .failed = decision else {
                Issue.record("\(decision)")
                continue
            }
        }
    }

    @Test("a rule without end is refused, however it nests", arguments: ["not ", "( "])
    func depth(word: String) throws {
        let nested = String(repeating: word, count: 100_000) + "@"
        #expect(try decide(nested) == .denied)
    }

    @Test("a chain of rules has an end, also where each asks another")
    func chain() throws {
        let links = (0..<1000).map { "\"r\($0)\": \"rule:r\($0 + 1)\"" }
        let rules = try PolicyRules(
            [PolicyFile(path: "f", text: "{\(links.joined(separator: ", ")), \"r1000\": \"@\"}")])
        guard case .failed = rules.decide("r0", for: .nothing) else {
            Issue.record("a chain of 1000 rules was followed")
            return
        }
        #expect(rules.decide("r990", for: .nothing) == .allowed)
    }

    @Test("an unknown rule is the default rule, and without one nobody passes")
    func defaultRule() throws {
        let with = try PolicyRules([PolicyFile(path: "f", text: #"{"default": "@"}"#)])
        #expect(with.decide("absent", for: .nothing) == .allowed)
        #expect(PolicyRules.builtIn.decide("absent", for: .nothing) == .denied)
        let circular = try PolicyRules(
            [PolicyFile(path: "f", text: #"{"default": "rule:absent"}"#)])
        #expect(circular.decide("absent", for: .nothing) != .allowed)
    }

    @Test("without roles nobody has one")
    func noRoles() throws {
        let rules = try PolicyRules([PolicyFile(path: "f", text: #"{"it": "role:a"}"#)])
        #expect(rules.decide("it", for: .nothing) == .denied)
    }

    private func decide(_ rule: String) throws -> PolicyRules.Decision {
        let fixed = """
            "yes": "@", "no": "!", "loop": "rule:loop2", "loop2": "not rule:loop",
            "default": "role:a"
            """
        let file = try PolicyFile(
            path: "f", text: "{\(fixed), \"it\": \(PolicyValue.text(rule).json)}")
        return PolicyRules([file], over: []).decide(
            "it", for: try PolicyValue(json: Self.caller), on: try PolicyValue(json: Self.target))
    }
}
