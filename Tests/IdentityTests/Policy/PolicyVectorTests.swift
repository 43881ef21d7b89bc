import Foundation
import Identity
import Testing
import Values

@Suite("Decisions of the real oslo.policy")
struct PolicyVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let rules: PolicyRules
        let rule: String
        let target: PolicyValue
        let credentials: PolicyValue
        let isAllowed: Bool

        var testDescription: String { "\(rule) for \(credentials)" }
    }

    @Test("every recorded decision is made alike", arguments: try Self.vectors())
    func decision(vector: Vector) {
        let decision = vector.rules.decide(
            vector.rule, for: vector.credentials, on: vector.target)
        #expect((decision == .allowed) == vector.isAllowed)
    }

    @Test("the vectors are all there")
    func completeness() throws {
        #expect(try Self.vectors().count == 132)
    }

    private static func vectors() throws -> [Vector] {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/policy-vectors.json", withExtension: nil))
        let groups = try PolicyValue(json: String(contentsOf: url, encoding: .utf8))
        return try groups.items.flatMap { group in
            // The rules go the way of a file, as text.
            let rules = try PolicyRules(
                [PolicyFile(path: "vectors", text: try #require(group.member("rules")).json)],
                over: [])
            return try #require(group.member("cases")).items.map { entry in
                Vector(
                    rules: rules, rule: try #require(entry.member("rule")?.string),
                    target: try #require(entry.member("target")),
                    credentials: try #require(entry.member("creds")),
                    isAllowed: entry.member("allowed") == .boolean(true))
            }
        }
    }
}

extension PolicyValue {
    var items: [PolicyValue] {
        if case .list(let items) = self { items } else { [] }
    }

    var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// As JSON, of the texts and lists that rules are made of.
    var json: String {
        switch self {
        case .text(let text):
            "\""
                + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n").replacing("\t", with: "\\t") + "\""
        case .list(let items): "[" + items.map(\.json).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { "\(PolicyValue.text($0.name.text).json): \($0.value.json)" }
                .joined(separator: ", ") + "}"
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .number(let text): text
        }
    }
}
