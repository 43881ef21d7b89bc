import Identity
import Logging
import TestSupport
import Testing

@Suite("Files of users")
struct AccountFileTests {
    private static let hash = PasswordHouse.secret

    @Test(
        "that are wrong name the file, the line and what is expected, and no password",
        arguments: [
            ("alice", "", "passwords, line 1: a user, a colon and a hash"),
            (":\(hash)", "", "passwords, line 1: a user, a colon and a hash"),
            ("# c\nalice:hunter2", "", "passwords, line 2: user alice: only bcrypt"),
            ("alice:$2y$31$\(hash.dropFirst(7))", "", "the bcrypt cost is 31; it must be from 4"),
            ("alice:\(hash)", "bob: {}", "user alice has no entry in"),
            ("", "- a\n- b", "users.yaml, line 1: names with an entry each"),
            ("", "alice: member", "users.yaml, line 1: keys with their values"),
            ("", "alice:\n  role: member", "users.yaml, line 2: role is no key of an entry; there"),
            ("", "alice: {roles: {a: b}}", "roles must be a text"),
            ("", "alice: {system_scope: some}", "system_scope must be all"),
            ("", "alice: {project_id: p, system_scope: all}", "only one of project_id"),
            ("", "alice: {}\nalice: {}", "a key stands here twice"),
            ("", "alice: {roles: hunter2\n", "users.yaml, line 2: this is not valid YAML"),
            (
                (1...5).map { _ in "alice:\(hash)" }.joined(separator: "\n"), "alice: {}",
                "passwords, line 5: user alice has more than 4"
            ),
        ])
    func wrong(passwords: String, users: String, problem: String) throws {
        let error = #expect(throws: CredentialFileError.self) {
            _ = try PasswordHouse(passwords: passwords, users: users)
        }
        let text = try #require(error).description
        #expect(text.contains(problem), "\(text)")
        #expect(!text.contains("hunter2"))
        #expect(!text.contains("abcdefgh"))
    }

    @Test("may be empty, have comments, other line ends and users without a password")
    func lenient() throws {
        _ = try PasswordHouse(passwords: "", users: "")
        _ = try PasswordHouse(passwords: "# nobody\n\n", users: "# nobody yet\n")
        _ = try PasswordHouse(
            passwords: "alice:\(Self.hash)\r\n  bob:\(Self.hash)  \n",
            users: "alice:\n  roles:\nbob: {roles: ~, user_id: null}\ncarol: {}")
    }

    @Test("that are not there or not UTF-8 are named")
    func unreadable() throws {
        let house = try PasswordHouse()
        let nowhere = house.scratch.path("nowhere")
        let error = #expect(throws: CredentialFileError.self) {
            try WatchedFiles([nowhere], strategy: "x", logger: Logger(label: "test")) {
                (files) throws(CredentialFileError) in try SigningKeys(files)
            }
        }
        #expect(error?.description == "\(nowhere): the file cannot be read.")
    }
}
