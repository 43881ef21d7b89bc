import Foundation
import TestSupport
import Testing

@testable import Identity

@Suite("Keystone's documents and rules, mangled")
struct KeystoneFuzzTests {
    @Test(
        "a mangled document is refused or read, and makes nobody an administrator", arguments: 1...8
    )
    func documents(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let document = Documents.project(
            roles: ["member"],
            more: "\"application_credential\": {\"access_rules\": [{\"service\": \"event\", "
                + "\"method\": \"GET\", \"path\": \"/v2/events\"}]}, \"catalog\": [{\"type\": \"x\"}]"
        )
        var read = 0
        for _ in 0..<2000 {
            let mangled = generator.mutated(Array(document.utf8))
            guard let found = try? TokenDocument(mangled) else { continue }
            read += 1
            #expect(!found.identity.hasRole("admin"))
        }
        #expect(read > 0 && read < 2000)
    }

    @Test("a path matches its pattern as in keystonemiddleware", arguments: 1...8)
    func patterns(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let pieces = ["/a", "/b", "/*", "/{x}", "/**", "a", "*b", "{y}a"]
        let steps = ["/a", "/b", "/ab", "a", "b", "/aab"]
        var matched = 0
        for _ in 0..<1500 {
            let pattern = Self.text(of: pieces, upTo: 5, &generator)
            let path = Self.text(of: steps, upTo: 6, &generator)
            let expected = try Self.reference(pattern, path)
            matched += expected ? 1 : 0
            #expect(
                AccessRulePath(pattern).matches(Array(path.utf8)) == expected,
                "\(pattern) and \(path)")
        }
        #expect(matched > 50)
    }

    private static func text(
        of pieces: [String], upTo count: Int, _ generator: inout SeededGenerator
    ) -> String {
        let count = Int.random(in: 1...count, using: &generator)
        return (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
    }

    /// The contract's words as a regular expression.
    private static func reference(_ pattern: String, _ path: String) throws -> Bool {
        let expression =
            pattern
            .replacing("**", with: "\u{1}").replacing("*", with: "[^/]+")
            .replacing(/\{[^}]*\}/, with: "[^/]+").replacing("\u{1}", with: ".*")
        let found = try NSRegularExpression(pattern: "^" + expression + "$")
            .firstMatch(in: path, range: NSRange(path.startIndex..., in: path))
        return found != nil
    }
}
