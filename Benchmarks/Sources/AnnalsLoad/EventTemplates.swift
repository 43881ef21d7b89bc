/// Real events as byte templates: copying one and patching three kinds of places makes a new event.
///
/// - The message id becomes a random-looking one, as real ones are, that follows from the event's
///   number; so a reader can compute it.
/// - The time advances by a fixed step.
/// - In every other UUID (a request, an instance, a volume) the first eight digits change with each
///   round through the templates: resources and requests grow in number, projects and users do not.
struct EventTemplates {
    private let templates: [Template]
    private let seed: UInt64
    private let schedule: EventSchedule

    private struct Template {
        var bytes: [UInt8]
        var identifier: Int
        var time: Int
        var others: [Int]
    }

    /// - Parameter lines: one JSON event a line, as Ceilometer sends them.
    init(lines: [UInt8], seed: UInt64, schedule: EventSchedule) throws(LoadError) {
        self.seed = seed
        self.schedule = schedule
        var templates: [Template] = []
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            templates.append(try Self.template(Array(line)))
        }
        guard !templates.isEmpty else { throw LoadError("the file of events is empty") }
        self.templates = templates
    }

    var count: Int { templates.count }

    /// Appends event `number` as JSON.
    func append(_ number: Int, to bytes: inout [UInt8]) {
        let template = templates[number % templates.count]
        let start = bytes.count
        bytes += template.bytes
        let salt = UInt32(truncatingIfNeeded: (number / templates.count) &* 0x9E37_79B1)
        for place in template.others { Self.salt(&bytes, at: start + place, with: salt) }
        EventIdentifier(number: number, seed: seed).write(
            into: &bytes, at: start + template.identifier)
        schedule.time(of: number).write(into: &bytes, at: start + template.time)
    }

    private static func template(_ line: [UInt8]) throws(LoadError) -> Template {
        let bytes = try withLongTime(line)
        guard let identifier = find("\"message_id\": \"", in: bytes),
            let time = find("\"generated\": \"", in: bytes)
        else { throw LoadError("an event has no message_id or no generated") }
        let others = identifiers(in: bytes).filter { $0 != identifier }
        return Template(bytes: bytes, identifier: identifier, time: time, others: others)
    }

    /// Python leaves the microseconds out when they are zero; a template always has them.
    private static func withLongTime(_ line: [UInt8]) throws(LoadError) -> [UInt8] {
        guard let start = find("\"generated\": \"", in: line),
            let end = line[start...].firstIndex(of: UInt8(ascii: "\""))
        else { throw LoadError("an event has no generated") }
        var bytes = line
        bytes.replaceSubrange(start..<end, with: "2026-01-01T00:00:00.000000".utf8)
        return bytes
    }

    private static func find(_ text: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (0...bytes.count - wanted.count).first {
            bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }.map { $0 + wanted.count }
    }

    /// Where UUIDs with dashes begin.
    private static func identifiers(in bytes: [UInt8]) -> [Int] {
        var places: [Int] = []
        var place = 0
        while place + 36 <= bytes.count {
            if isIdentifier(bytes[place..<place + 36]) {
                places.append(place)
                place += 36
            } else {
                place += 1
            }
        }
        return places
    }

    private static func isIdentifier(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.enumerated().allSatisfy { offset, byte in
            [8, 13, 18, 23].contains(offset)
                ? byte == UInt8(ascii: "-") : Hexadecimal.value(of: byte) != nil
        }
    }

    private static func salt(_ bytes: inout [UInt8], at place: Int, with salt: UInt32) {
        for digit in 0..<8 {
            let old = Hexadecimal.value(of: bytes[place + digit]) ?? 0
            bytes[place + digit] = Hexadecimal.digit(old ^ UInt8(salt >> (28 - 4 * digit) & 15))
        }
    }
}
