import CCrypt
import OpenSSL
package import Values

/// One bcrypt hash as htpasswd writes it: `$2y$10$`, 22 characters of salt, 31 of hash.
///
/// - Source: crypt(5) of libxcrypt, `$2y$`, `$2a$` and `$2b$`; `$2x$` has a flaw and is not taken.
package struct PasswordHash: Sendable, Hashable {
    private let text: Secret
    /// Its logarithm to the base of two, as the text has it.
    package let cost: Int

    package init(_ text: String) throws(PasswordHashError) {
        let bytes = Array(text.utf8)
        let isBcrypt = ["$2y$", "$2a$", "$2b$"].contains { text.hasPrefix($0) }
        guard isBcrypt else { throw .notBcrypt }
        guard bytes.count == Self.length, bytes[6] == UInt8(ascii: "$"),
            let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)),
            bytes[7...].allSatisfy(Self.isDigit)
        else { throw .malformed }
        guard Self.costs.contains(cost) else { throw .badCost(cost) }
        self.text = Secret(text)
        self.cost = cost
    }

    /// A hash that no password is known for; checking it takes as long as checking a real one.
    package static func decoy(cost: Int) -> PasswordHash {
        let cost = min(max(cost, costs.lowerBound), costs.upperBound)
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        let rest = String(repeating: ".", count: length - 7)
        return PasswordHash(text: Secret("$2y$\(digits)$\(rest)"), cost: cost)
    }

    private init(text: Secret, cost: Int) {
        self.text = text
        self.cost = cost
    }

    /// Blocks for as long as the cost demands: milliseconds to seconds. Bcrypt looks at the first 72
    /// bytes of a password and at nothing behind a zero byte.
    package func matches(_ password: Secret) -> Bool {
        var made = [CChar](repeating: 0, count: Self.length + 1)
        guard annals_bcrypt(password.reveal(), text.reveal(), &made) == 1 else { return false }
        // Only the hash: the last character of a salt can be written in several ways.
        let hash = made[(Self.length - Self.hashLength)..<Self.length].map(UInt8.init(bitPattern:))
        return ConstantTime.areEqual(hash, Array(text.reveal().utf8.suffix(Self.hashLength)))
    }

    private static let length = 60
    private static let hashLength = 31
    /// Above it a single log-in would take many seconds.
    private static let costs = 4...15

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "/": true
        default: false
        }
    }
}

/// Why a text cannot be used as the hash of a password. Never holds the text.
package enum PasswordHashError: Error, Sendable, Equatable {
    case notBcrypt
    case malformed
    case badCost(Int)

    package var message: String {
        switch self {
        case .notBcrypt: "only bcrypt hashes ($2y$, $2a$, $2b$) are taken: use `htpasswd -B`"
        case .malformed: "the bcrypt hash is not whole: it must have 60 characters"
        case .badCost(let cost): "the bcrypt cost is \(cost); it must be from 4 to 15"
        }
    }
}
