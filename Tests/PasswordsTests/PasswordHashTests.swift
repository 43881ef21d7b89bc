import Passwords
import Testing
import Values

@Suite("Hashes of passwords")
struct PasswordHashTests {
    /// Made by libxcrypt through Python's `crypt` with cost 4.
    private static let known = [
        ("secret", "2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"),
        ("pass:with:colons", "AyCe2o.iq3rvkDBWR7wrjc2TpTAzIEe"),
        ("gehéim-€", "w3cJNzI3Wmov715pJnne.lc/Ci/pUSa"),
        ("", "byCG3zY1GIXMyxfivm.ClDiInHzxjiq"),
    ]
    private static let salt = "abcdefghijklmnopqrstuu"

    @Test(
        "match their own password and no other", arguments: known, ["$2y$", "$2a$", "$2b$"])
    func match(known: (password: String, hash: String), kind: String) throws {
        let hash = try PasswordHash("\(kind)04$\(Self.salt)\(known.hash)")
        #expect(hash.matches(Secret(known.password)))
        #expect(!hash.matches(Secret(known.password + "x")))
        #expect(!hash.matches(Secret("wrong")))
        #expect(hash.cost == 4)
    }

    @Test("the last character of a salt may be written in any of its ways")
    func salt() throws {
        // The last character holds 2 bits: `u` and `v` differ only in those that do not count.
        let hash = try PasswordHash(
            "$2y$04$abcdefghijklmnopqrstuv2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
        #expect(hash.matches(Secret("secret")))
    }

    @Test(
        "of other kinds are refused without being repeated",
        arguments: [
            ("$apr1$abcdefgh$abcdefghijklmnopqrstuv", PasswordHashError.notBcrypt),
            ("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", .notBcrypt), ("secret", .notBcrypt),
            ("", .notBcrypt), ("$6$salt$hash", .notBcrypt),
            ("$2x$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", .notBcrypt),
            ("$2y$04$abcdefghijklmnopqrstuu", .malformed),
            ("$2y$4$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", .malformed),
            ("$2y$xx$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", .malformed),
            ("$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIr:", .malformed),
            ("$2y$31$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", .badCost(31)),
            ("$2y$03$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW", .badCost(3)),
        ])
    func refused(text: String, error: PasswordHashError) {
        #expect(throws: error) { try PasswordHash(text) }
        #expect(text.isEmpty || !error.message.contains(text))
    }

    @Test("a decoy is a whole hash of the same cost")
    func decoy() {
        #expect(PasswordHash.decoy(cost: 4).cost == 4)
        #expect(PasswordHash.decoy(cost: 12).cost == 12)
        #expect(!PasswordHash.decoy(cost: 4).matches(Secret("")))
    }

    @Test("do not show themselves")
    func secrecy() throws {
        let hash = try PasswordHash(
            "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
        #expect(!"\(hash)".contains("abcdefgh"))
        #expect(!String(reflecting: hash).contains("abcdefgh"))
    }

    @Test("workers find the hash that fits, wherever it stands")
    func workers() async throws {
        let hashes = try Self.known.map { try PasswordHash("$2y$04$\(Self.salt)\($0.1)") }
        let workers = PasswordWorkers(count: 2)
        for (place, known) in Self.known.enumerated() {
            let found = await workers.matchingHash(
                of: Secret(known.0), among: hashes, decoys: [])
            #expect(found == hashes[place])
        }
        let decoys = [PasswordHash.decoy(cost: 4)]
        let found = await workers.matchingHash(of: Secret("wrong"), among: hashes, decoys: decoys)
        #expect(found == nil)
    }
}
