package import Logging
package import Values

/// How a log event is written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-21T03:00:00.000000Z info message key=value`, for people.
    case text
    /// One JSON object a line, for machines.
    case json
}

/// One log event as one line, whatever its texts hold.
package struct LogLine {
    package let time: Timestamp
    package let level: Logger.Level
    package let label: String
    package let message: String
    package let metadata: Logger.Metadata

    package init(
        time: Timestamp, level: Logger.Level, label: String, message: String,
        metadata: Logger.Metadata
    ) {
        self.time = time
        self.level = level
        self.label = label
        self.message = message
        self.metadata = metadata
    }

    /// Ends with a line break.
    package func written(as format: LogFormat) -> String {
        switch format {
        case .text: text
        case .json: FactJSON.line(.group(facts)) + "\n"
        }
    }

    private var text: String {
        var line = "\(timeText) \(level.rawValue) \(LogEscape.plain(message))"
        for (key, value) in sortedMetadata {
            line += " \(LogEscape.plain(key))=\(LogEscape.word("\(value)"))"
        }
        return line + "\n"
    }

    private var facts: [Fact] {
        var facts = [
            Fact("time", .text(timeText)), Fact("level", .text(level.rawValue)),
            Fact("logger", .text(label)), Fact("message", .text(message)),
        ]
        let taken = facts.map(\.name)
        for (key, value) in sortedMetadata {
            // A key of ours is never overwritten: machines rely on it.
            facts.append(Fact(taken.contains(key) ? "_" + key : key, Self.fact(value)))
        }
        return facts
    }

    /// Always with six digits of fraction, so that lines sort as texts.
    private var timeText: String {
        let text = time.description
        return text.utf8.count == 19 ? text + ".000000Z" : text + "Z"
    }

    /// The request's id first: it is what one looks for.
    private var sortedMetadata: [(key: String, value: Logger.MetadataValue)] {
        metadata.sorted { left, right in
            if (left.key == "request") != (right.key == "request") { return left.key == "request" }
            return left.key < right.key
        }
    }

    private static func fact(_ value: Logger.MetadataValue) -> FactValue {
        switch value {
        case .string(let text): .text(text)
        case .stringConvertible(let value): .text("\(value)")
        case .array(let values): .list(values.map(fact))
        case .dictionary(let values):
            .group(values.sorted { $0.key < $1.key }.map { Fact($0.key, fact($0.value)) })
        }
    }
}
