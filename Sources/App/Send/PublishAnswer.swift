import JSON

/// The server's answer to a batch: what became of each of its events.
struct PublishAnswer: Sendable, Equatable {
    struct Item: Sendable, Equatable {
        var index = -1
        var messageID: String?
        var status = ""
        var code = ""
        var detail = ""
    }

    private(set) var accepted: Int?
    private(set) var duplicates = 0
    private(set) var conflicts = 0
    private(set) var rejected = 0
    private(set) var spooled = 0
    private(set) var items: [Item] = []
    /// Where the whole request was refused: why.
    private(set) var fault: String?

    /// Nil where the body is none of our answers.
    init?(_ body: [UInt8]) {
        // The answer is as long as its batch has events; only nonsense nests.
        let limits = JSONLimits(depth: 16, valueBytes: 1 << 30)
        do throws(JSONError) {
            self = try JSONDocument.read(body, limits: limits) { document throws(JSONError) in
                PublishAnswer(try document.value(), in: document)
            }
        } catch {
            return nil
        }
    }

    private init(_ root: JSONNode, in document: JSONDocument) {
        guard document.kind(of: root) == .object else { return }
        for (name, value) in document.members(of: root) {
            switch document.text(of: name) {
            case "accepted": accepted = document.count(in: value)
            case "duplicates": duplicates = document.count(in: value) ?? 0
            case "conflicts": conflicts = document.count(in: value) ?? 0
            case "rejected": rejected = document.count(in: value) ?? 0
            case "spooled": spooled = document.count(in: value) ?? 0
            case "items" where document.kind(of: value) == .array:
                items = document.elements(of: value).map { Item($0, in: document) }
            case "error_message" where document.kind(of: value) == .object:
                fault = document.members(of: value)
                    .first { document.isText($0.name, "faultstring") }
                    .flatMap { document.string($0.value) }
            default: break
            }
        }
    }

    /// How many events it answers for; nil where it has no counts.
    var count: Int? {
        accepted.map { $0 + duplicates + conflicts + rejected + spooled }
    }

    /// - Parameter batch: what was sent, with as many events as are answered for.
    func tally(of batch: EventBatch) -> SendTally {
        var tally = SendTally()
        tally.accepted = accepted ?? 0
        tally.duplicates = duplicates
        tally.conflicts = conflicts
        tally.rejected = rejected
        tally.spooled = spooled
        for item in items where batch.events.indices.contains(batch.events.startIndex + item.index)
        {
            let event = batch.events[batch.events.startIndex + item.index]
            switch item.status {
            case "accepted": tally.changed += item.code.isEmpty ? 0 : 1
            case "rejected":
                tally.rejections[item.code, default: 0] += 1
                tally.add(SendProblem(event, item))
            case "conflict": tally.add(SendProblem(event, item))
            default: break
            }
        }
        return tally
    }
}

extension PublishAnswer.Item {
    fileprivate init(_ node: JSONNode, in document: JSONDocument) {
        guard document.kind(of: node) == .object else { return }
        for (name, value) in document.members(of: node) {
            switch document.text(of: name) {
            case "index": index = document.count(in: value) ?? -1
            case "message_id": messageID = document.string(value)
            case "status": status = document.string(value) ?? ""
            case "code": code = document.string(value) ?? ""
            case "detail": detail = document.string(value) ?? ""
            default: break
            }
        }
    }
}

extension SendProblem {
    fileprivate init(_ event: InputEvent, _ item: PublishAnswer.Item) {
        self.init(
            event, messageID: item.messageID, status: item.status, code: item.code,
            detail: item.detail)
    }
}

extension JSONDocument {
    fileprivate func string(_ node: JSONNode) -> String? {
        kind(of: node) == .string ? text(of: node) : nil
    }

    /// A number that counts things; nil for anything else.
    fileprivate func count(in node: JSONNode) -> Int? {
        guard kind(of: node) == .integer, case let number = integer(of: node),
            (0...1_000_000_000).contains(number)
        else { return nil }
        return Int(number)
    }
}
