package import EventCopy
import Foundation
import OpenSSL

/// The file that tells a later copy how far an earlier one came. It holds no event and no password.
package struct CopyStateFile: Sendable {
    package let path: String
    private let from: String
    private let to: String

    private struct Content: Codable {
        var format = 1
        var from: String
        var to: String
        var state: CopyState
    }

    /// - Parameters:
    ///   - path: nil for a name in the working directory that follows from both ends.
    ///   - from: the source, without credentials.
    ///   - to: the target, likewise.
    package init(path: String?, from: String, to: String) {
        self.from = from
        self.to = to
        let digits = SHA256.digest(of: Array("\(from) \(to)".utf8)).prefix(4).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        self.path = path ?? "annals-copy-\(digits.joined()).json"
    }

    /// What was written last; nil where there is no file.
    package func read() throws(CopyFailure) -> CopyState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let content: Content
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            content = try JSONDecoder().decode(Content.self, from: data)
        } catch {
            throw CopyFailure(
                "\(path) cannot be read as the state of a copy. Delete it to begin anew, or give "
                    + "another file with --state.")
        }
        guard content.format == 1, content.from == from, content.to == to else {
            throw CopyFailure(
                "\(path) belongs to a copy from \(content.from) to \(content.to). Give another file "
                    + "with --state.")
        }
        return content.state
    }

    /// Replaces the file as a whole. After a crash it may tell less than was copied, never more.
    package func write(_ state: CopyState) throws(CopyFailure) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let data = try encoder.encode(Content(from: from, to: to, state: state))
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CopyFailure(
                "\(path) cannot be written: \(error.localizedDescription). Give another file with "
                    + "--state.")
        }
    }
}

/// Why a copy did not come to its end: a sentence for the operator.
package struct CopyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
