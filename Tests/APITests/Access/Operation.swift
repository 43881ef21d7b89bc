import Testing
import Yams

/// One operation of api-ref/openapi.yaml.
struct Operation: Sendable, CustomTestStringConvertible {
    let method: String
    let path: String
    /// The rule that is asked, `authenticated` or `open`.
    let policy: String?

    var testDescription: String { "\(method) \(path)" }
    var hasParameters: Bool { path.contains("{") }

    static func all() throws -> [Operation] {
        let text = try Fixture.projectFile("api-ref/openapi.yaml")
        let paths = try #require(try Yams.compose(yaml: text)?["paths"]?.mapping)
        return paths.flatMap { path, item -> [Operation] in
            (item.mapping ?? [:]).compactMap { method, operation in
                guard let method = method.string, method != "parameters" else { return nil }
                return Operation(
                    method: method.uppercased(), path: path.string ?? "",
                    policy: operation["x-policy"]?.string)
            }
        }
    }

    /// Those that ask a rule.
    static func guarded() throws -> [Operation] {
        try all().filter { !["open", "authenticated"].contains($0.policy) }
    }

    /// Those that read the store.
    static func reading() throws -> [Operation] {
        try guarded().filter { $0.method == "GET" }
    }
}
