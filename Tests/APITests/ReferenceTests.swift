import HTTP
import Testing

@Suite("The reference")
struct ReferenceTests {
    @Test("what the pages show is what is answered", arguments: ["events.md", "publishing.md"])
    func samples(page: String) async throws {
        let house = House()
        let samples = try Sample.all(in: Fixture.projectFile("api-ref/\(page)"))
        #expect(samples.count >= 4)
        for sample in samples {
            let answer = await house.send(sample.request)
            #expect(answer.status.code == sample.status, "\(sample.request.path)")
            #expect(answer.json == sample.body, "\(sample.request.path): \(answer.text)")
        }
    }

    @Test("every code of an item is explained")
    func codes() throws {
        let page = try Fixture.projectFile("api-ref/publishing.md")
        for code in [
            "invalid_message_id", "invalid_event_type", "invalid_generated", "invalid_trait",
            "invalid_event", "invalid_json", "missing_field", "too_large", "too_deep", "too_old",
            "raw_only", "sample", "kept_as_text", "non_finite", "replaced_surrogate", "removed_nul",
            "duplicate_trait", "arrival_time", "invalid_cloud_event", "invalid_cadf",
            "unsigned", "bad_signature",
        ] {
            #expect(page.contains("`\(code)`"), "\(code)")
        }
    }
}

/// A fenced block `http` and the block `json STATUS` behind it.
private struct Sample {
    let request: Request
    let status: Int
    let body: JSONTree

    static func all(in page: String) throws -> [Sample] {
        let blocks = Block.all(in: page)
        return try zip(blocks, blocks.dropFirst()).compactMap { question, answer in
            guard question.kind == "http" else { return nil }
            return try Sample(question, answer)
        }
    }

    private init(_ question: Block, _ answer: Block) throws {
        let end = question.lines.firstIndex(of: "") ?? question.lines.endIndex
        let first = question.lines[0].split(separator: " ").map(String.init)
        var headers = Headers()
        for line in question.lines[1..<end] {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers.append(String(parts[0]), parts[1].trimmingPrefix(" ").description)
        }
        let body = question.lines[end...].dropFirst().joined(separator: "\n")
        request = Request(first[0], first[1], headers: headers, body: Array(body.utf8))
        status = try #require(Int(answer.kind.dropFirst("json ".count)))
        self.body = JSONTree(answer.lines.joined(separator: "\n"))
        #expect(self.body != .invalid)
    }
}

/// A fenced block of a page.
private struct Block {
    let kind: String
    var lines: [String] = []

    static func all(in page: String) -> [Block] {
        var blocks: [Block] = []
        var current: Block?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if let block = current { blocks.append(block) }
                current = current == nil ? Block(kind: String(line.dropFirst(3))) : nil
            } else {
                current?.lines.append(String(line))
            }
        }
        return blocks
    }
}
