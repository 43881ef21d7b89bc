/// What a schema consists of: a line for each table, column, index and constraint.
///
/// A line is `column event.generated: bigint NOT NULL`: what it is about, then what it is. Such lines
/// are read from the catalog of an engine, and stand in `migrations/ENGINE/expected.txt`.
package struct SchemaDescription: Sendable, Equatable {
    /// What each thing is, by what it is about.
    private let parts: [String: String]

    package init(lines: some Sequence<String>) {
        var parts: [String: String] = [:]
        for line in lines where !line.isEmpty && !line.hasPrefix("#") {
            let colon = line.firstRange(of: ": ")
            let subject = colon.map { String(line[..<$0.lowerBound]) } ?? line
            parts[subject] = colon.map { String(line[$0.upperBound...]) } ?? ""
        }
        self.parts = parts
    }

    package init(text: String) {
        self.init(lines: text.split(separator: "\n").map(String.init))
    }

    /// In alphabetical order; reads back as an equal description.
    package var lines: [String] {
        parts.map { $0.value.isEmpty ? $0.key : "\($0.key): \($0.value)" }.sorted()
    }

    /// A sentence for each thing that is otherwise than expected, in alphabetical order.
    package func differences(from expected: SchemaDescription) -> [String] {
        Set(parts.keys).union(expected.parts.keys).sorted().compactMap { subject in
            switch (parts[subject], expected.parts[subject]) {
            case (let live?, let wanted?) where live == wanted: nil
            case (let live?, let wanted?): "\(subject) is \(live), expected is \(wanted)"
            case (nil, let wanted?): "\(subject) is missing, expected is \(wanted)"
            case (let live?, nil): "\(subject) is not expected: \(live)"
            case (nil, nil): nil
            }
        }
    }
}
