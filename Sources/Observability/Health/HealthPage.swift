import FoundationEssentials
package import HTTP

/// `/healthcheck`: whether a balancer should send requests here.
///
/// - Source: oslo.middleware's healthcheck as Panko serves it: its texts, its JSON and its codes.
///   Unlike Panko's, it says what the monitor knows of the database.
package struct HealthPage: Responder {
    private let disableFile: String?
    private let note: @Sendable () -> String?
    private let failures: @Sendable () async -> [String]

    /// - Parameters:
    ///   - disableFile: while this file exists, the answer is 503.
    ///   - note: what should be known and is no failure; follows the reasons.
    ///   - failures: why requests should go elsewhere; empty where they need not.
    package init(
        disableFile: String?, note: @escaping @Sendable () -> String? = { nil },
        failures: @escaping @Sendable () async -> [String]
    ) {
        self.disableFile = disableFile
        self.note = note
        self.failures = failures
    }

    /// The failures are those the monitor knows of.
    package init(
        monitor: HealthMonitor, disableFile: String?,
        note: @escaping @Sendable () -> String? = { nil }
    ) {
        self.init(disableFile: disableFile, note: note, failures: { await monitor.failures() })
    }

    package func respond(to request: Request) async -> Response {
        let failures = await reasons()
        let isWell = failures.isEmpty
        let status: Status = isWell ? .ok : .unavailable
        if request.method == "HEAD" { return Response(status: isWell ? .noContent : status) }
        var reasons = isWell ? ["OK"] : failures
        if let note = note() { reasons.append(note) }
        return HealthFormat(accept: request.headers["Accept"]).response(status, reasons)
    }

    private func reasons() async -> [String] {
        if let disableFile, FileManager.default.fileExists(atPath: disableFile) {
            return ["DISABLED BY FILE"]
        }
        return await failures()
    }
}

/// The form in which a client wants to read the reasons.
enum HealthFormat {
    case text
    case html
    case json

    /// The first of our types that the client names; plain text for everybody else.
    init(accept: String?) {
        let names = (accept ?? "").split(separator: ",").map { range in
            range.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        }
        let known: [(String, Self)] = [
            ("text/plain", .text), ("text/html", .html), ("application/json", .json),
        ]
        let wanted = names.lazy.compactMap { name in known.first { $0.0 == name }?.1 }.first
        self = wanted ?? .text
    }

    func response(_ status: Status, _ reasons: [String]) -> Response {
        switch self {
        case .text:
            Response(
                status: status, type: "text/plain; charset=UTF-8",
                text: reasons.joined(separator: "\n"))
        case .json:
            Response(
                status: status, type: "application/json",
                text: FactJSON.page(
                    .group([
                        Fact("detailed", false), Fact("reasons", .list(reasons.map { .text($0) })),
                    ])))
        case .html:
            Response(
                status: status, type: "text/html; charset=UTF-8", text: Self.page(reasons))
        }
    }

    private static func page(_ reasons: [String]) -> String {
        let items = reasons.map { "<li>\(escaped($0))</li>" }.joined()
        return "<!doctype html><title>Annals: health</title><ul>\(items)</ul>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }
}
