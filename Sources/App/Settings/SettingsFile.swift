import Configuration
import FoundationEssentials
import Synchronization

/// A YAML file of settings: its values, and which keys stand in it.
struct SettingsFile {
    let path: String
    let snapshot: any ConfigSnapshot
    /// `section.name`, in the order of the file. A section without content counts as a key.
    let keys: [String]

    init(path: String) throws(SettingsError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(["The settings file \(path) cannot be read."])
        }
        try self.init(path: path, bytes: [UInt8](data))
    }

    init(path: String, bytes: [UInt8]) throws(SettingsError) {
        self.path = path
        // A file of nothing but comments is no mapping to the parser, and sets nothing.
        guard Self.hasContent(bytes) else {
            snapshot = InMemoryProvider(values: [:]).snapshot()
            keys = []
            return
        }
        let seen = KeysSeen()
        do {
            // The parser asks of every key whether it is secret: this is how we learn of them all.
            let options = YAMLSnapshot.ParsingOptions(
                secretsSpecifier: .dynamic { key, _ in
                    seen.keys.withLock { $0.append(key) }
                    return true
                })
            snapshot = try unsafe YAMLSnapshot(
                data: bytes.span.bytes, providerName: path, parsingOptions: options)
        } catch {
            throw SettingsError(["The settings file \(path) is not valid YAML: \(error)"])
        }
        keys = seen.keys.withLock { $0 }
    }

    private static func hasContent(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
            line.first { !$0.isWhitespace }.map { $0 != "#" } ?? false
        }
    }

    private final class KeysSeen: Sendable {
        let keys = Mutex<[String]>([])
    }
}
