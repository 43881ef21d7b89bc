import API
import HTTP
import JSON
import Logging
import Observability
import Testing

@Suite("Recordings of Panko 10")
struct RecordedCasesTests {
    @Test(
        "every recorded request is answered as Panko answered, or as the table of deviations says")
    func replay() async throws {
        let house = try await House.seeded(extraRoutes: [Self.health])
        let deviations = try Deviation.all()
        let cases = try RecordedCase.all()
        var unused = Set(deviations.keys)
        for recorded in cases {
            let answer = await house.send(recorded.request)
            let isEqual = recorded.isAnswered(by: answer)
            unused.remove(recorded.name)
            if let deviation = deviations[recorded.name] {
                #expect(!isEqual, "\(recorded.name) is listed and does not deviate")
                #expect(
                    answer.status.code == deviation.status, "\(recorded.name): \(answer.text)")
            } else {
                #expect(
                    isEqual,
                    "\(recorded): \(answer.status.code) \(answer.text.prefix(300))"
                )
            }
        }
        #expect(unused.isEmpty, "listed, but nowhere recorded")
    }

    /// Answered by another room, and recorded with the rest.
    private static let health = Route(
        ["GET", "POST"], "/healthcheck",
        responder: HealthPage(
            monitor: HealthMonitor(probes: [], logger: Logger(label: "test")), disableFile: nil))

    @Test("the recordings are all there")
    func completeness() throws {
        #expect(try RecordedCase.all().count == 237)
    }
}

/// One exchange with a real Panko.
struct RecordedCase: CustomStringConvertible {
    let name: String
    let target: String
    let request: Request
    let status: Int
    let body: String

    var description: String {
        "\(name) \(request.method) \(target), \(status) \(body.prefix(300))"
    }

    static func all() throws -> [RecordedCase] {
        try Fixture.lines("recorded-cases.jsonl").map { try RecordedCase(JSONTree($0)) }
    }

    private init(_ tree: JSONTree) throws {
        name = try #require(tree["name"]?.text)
        target = try #require(tree["path"]?.text)
        status = try #require(tree["status"]?.number)
        body = try #require(tree["body"]?.text)
        var headers = Headers()
        for field in tree["request_headers"]?.elements ?? [] {
            let parts = (field.text ?? "").split(separator: ":", maxSplits: 1)
            headers.append(String(parts[0]), parts[1].trimmingPrefix(" ").description)
        }
        headers["Host"] = headers["Host"] ?? "127.0.0.1:18977"
        request = Request(
            try #require(tree["method"]?.text), target, headers: headers,
            body: Array((tree["request_body"]?.text ?? "").utf8))
    }

    func isAnswered(by answer: Answer) -> Bool {
        guard answer.status.code == status else { return false }
        if request.method == "HEAD" { return true }
        if body.isEmpty { return answer.body.isEmpty }
        let wanted = JSONTree(body)
        if wanted == .invalid { return !body.hasPrefix("<") && body == answer.text }
        // Error objects may say more than Panko's.
        if status >= 400 { return answer.json.includes(wanted) }
        if isUnordered { return Set(wanted.elements) == Set(answer.json.elements) }
        return answer.json.withTraitsInOrder == wanted.withTraitsInOrder
    }

    /// Panko promises no order for these.
    private var isUnordered: Bool { target.contains("/traits") }
}

/// One line of api-ref/deviations.md: `| case | Panko | Annals | reason |`.
struct Deviation {
    let status: Int

    static func all() throws -> [String: Deviation] {
        var result: [String: Deviation] = [:]
        for line in try Fixture.projectFile("api-ref/deviations.md").split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingPrefix(" ") }
            guard line.hasPrefix("| `"), cells.count >= 4 else { continue }
            let name = cells[0].filter { $0 != "`" && $0 != " " }
            result[name] = Deviation(status: try #require(Int(cells[2].filter(\.isNumber))))
        }
        return result
    }
}
