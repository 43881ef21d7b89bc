import Foundation
import Identity
import Synchronization
import Testing

@Suite("A policy file")
struct PolicyFileTests {
    @Test(
        "may be YAML or JSON, whichever its content is",
        arguments: [
            "it: role:a", "it: 'role:a'", "\"it\": \"role:a\"", "# a comment\n---\nit: role:a\n",
            "it: [[role:a]]", "it:\n  - role:a\n", "{it: role:a}", #"{"it": "role:a"}"#,
            "\n {\t\"it\":\t\"role:a\"}", #"{"it": "role\u003aa"}"#, "x: &r role:a\nit: *r\n",
        ])
    func formats(text: String) throws {
        let rules = try PolicyRules([PolicyFile(path: "f", text: text)])
        #expect(rules.decide("it", for: Self.caller("a")) == .allowed)
        #expect(rules.decide("it", for: Self.caller("b")) == .denied)
    }

    @Test("may be empty", arguments: ["", "\n", "# nothing\n", "{}", "---\n"])
    func empty(text: String) throws {
        let rules = try PolicyRules([PolicyFile(path: "f", text: text)])
        #expect(rules.rules.map(\.name) == BuiltInRule.all.map(\.name))
    }

    @Test("an empty text, a written null and an empty list let everybody pass")
    func everybody() throws {
        let text = "a: \"\"\nb: null\nc: ~\nd: []\n"
        let rules = try PolicyRules([PolicyFile(path: "f", text: text)])
        for name in ["a", "b", "c", "d"] {
            #expect(rules.decide(name, for: .nothing) == .allowed)
        }
    }

    @Test(
        "is refused with the place and what to do",
        arguments: [
            // YAML takes both for nothing, which would let everybody pass.
            ("it:", "the rule it is empty"), ("it: !", "the rule it is empty"),
            ("it: @", "YAML"), ("it: yes", "the rule it must be a text"),
            ("it: 5", "the rule it must be a text"), ("it: {a: b}", "the rule it must be"),
            ("it: [a: b]", "the rule it must be"), ("it: [5]", "the rule it must be"),
            ("- role:a", "must be a mapping"), ("role", "must be a mapping"),
            ("5: role:a", "the name of a rule"), ("it: role:a\nit: role:b", "YAML"),
            ("{\"it\": \"a\"", "YAML"), (#"{"it": true}"#, "the rule it must be a text"),
        ])
    func refused(text: String, reason: String) throws {
        let error = try #require(throws: PolicyFileError.self) {
            try PolicyFile(path: "etc/p.yaml", text: text)
        }
        #expect(error.description.contains("etc/p.yaml"))
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test("rules that ask one another in a circle are told, each with the way")
    func circle() throws {
        let text = "a: role:x or rule:b\nb: rule:c\nc: not rule:a\nsegregation: rule:a\n"
        let problems = PolicyRules([try PolicyFile(path: "p", text: text)]).problems
        #expect(problems.count == 3)
        for sentence in ["a asks itself by way of b, c,", "b asks itself by way of c, a,"] {
            #expect(problems.contains { $0.contains(sentence) }, "\(problems)")
        }
    }

    @Test("a rule that fails is told once, and again after the next load")
    func failures() throws {
        let told = Mutex<[String]>([])
        let file = try PolicyFile(path: "p", text: "a: rule:b\nb: rule:a\nc: '!'\nd: ':x'\n")
        for load in 1...2 {
            let failures = PolicyFailures { rule, _ in told.withLock { $0.append(rule) } }
            let rules = PolicyRules([file], failures: failures)
            for _ in 1...3 {
                for rule in ["a", "b", "c", "d"] { #expect(!rules.allows(rule, .nothing)) }
            }
            #expect(told.withLock { $0.count } == load * 3)
        }
        #expect(told.withLock { Set($0) } == ["a", "b", "d"])
    }

    @Test("a later file wins, rule by rule")
    func order() throws {
        let first = try PolicyFile(path: "1", text: "a: role:x\nb: role:x\n")
        let second = try PolicyFile(path: "2", text: "b: role:y\nsegregation: role:y\n")
        let rules = PolicyRules([first, second])
        #expect(rules.decide("a", for: Self.caller("x")) == .allowed)
        #expect(rules.decide("b", for: Self.caller("x")) == .denied)
        #expect(rules.decide("b", for: Self.caller("y")) == .allowed)
        #expect(rules.rules.first { $0.name == "b" }?.file == "2")
        #expect(rules.rules.first { $0.name == "segregation" }?.file == "2")
        #expect(rules.rules.first { $0.name == "context_is_admin" }?.file == nil)
    }

    @Test(
        "what looks like a mistake is told",
        arguments: [
            ("segregation: role:a and", "cannot be read"), ("segregation: admin", "no colon"),
            ("segregation: rule:nobody", "rule nobody, which does not exist"),
            ("telemetry:events:indx: '@'", "asked by nobody"),
            ("segregation: role:%s", "no %(name)s"), ("segregation: 01:a", "neither the name"),
            ("segregation: http://h/%(x)s", "http://h/%(x)s would ask another server"),
            ("segregation: role:a or not https://h", "https://h would ask another server"),
            ("segregation: [[role:a, [role:b]]]", "[\"role:b\"] is no check"),
            ("segregation: rule:segregation", "asks itself, and"),
            ("context_is_admin: not rule:segregation", "asks itself by way of segregation, and"),
            ("default: role:a or rule:default", "asks itself, and"),
        ])
    func problems(text: String, problem: String) throws {
        let problems = try PolicyRules([PolicyFile(path: "p", text: text)]).problems
        #expect(problems.count == 1)
        #expect(problems.first?.contains(problem) == true, "\(problems)")
    }

    @Test("etc/policy.yaml is the sample")
    func sampleFile() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "etc/policy.yaml"), encoding: .utf8)
        #expect(text == PolicySample.text, "run `annals policy sample > etc/policy.yaml`")
    }

    @Test("the sample says every rule, and changes nothing")
    func sample() throws {
        let rules = try PolicyRules([PolicyFile(path: "sample", text: PolicySample.text)])
        #expect(rules.rules.map(\.name) == BuiltInRule.all.map(\.name))
        for (rule, builtIn) in zip(rules.rules, BuiltInRule.all) {
            #expect(rule.text == .text(builtIn.text))
            #expect(rule.file == "sample")
        }
        #expect(rules.problems == [])
    }

    private static func caller(_ role: String) -> PolicyValue {
        Identity(roles: [role]).credentials
    }
}
