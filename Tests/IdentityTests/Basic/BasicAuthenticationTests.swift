import Foundation
import HTTP
import Identity
import Testing

@Suite("Users with passwords")
struct BasicAuthenticationTests {
    @Test("are who the user file says, with every password that has a line")
    func right() async throws {
        let house = try PasswordHouse()
        let publisher = Identity(
            roles: ["service"], userID: "u-1", projectID: "0123", label: "publisher")
        #expect(try await house.identity("publisher", "secret") == publisher)
        #expect(try await house.identity("publisher", "new-secret") == publisher)
        #expect(
            try await house.identity("alice", "pass:with:colons")
                == Identity(roles: ["member", "reader"], projectID: "p-1", label: "alice"))
        #expect(
            try await house.identity("café", "gehéim-€")
                == Identity(roles: ["admin"], isSystemScoped: true, label: "café"))
    }

    @Test(
        "are turned away with a wrong one, in the same words whatever is wrong",
        arguments: [
            ("publisher", "wrong"), ("publisher", ""), ("publisher", "SECRET"),
            ("publisher", "secret "), ("alice", "secret"), ("nobody", "secret"), ("", ""),
            ("publisher:secret", ""), ("publisher%20", "secret"),
        ])
    func wrong(user: String, password: String) async throws {
        let house = try PasswordHouse()
        await #expect(throws: IdentityError.unauthenticated(Self.rejection())) {
            try await house.identity(user, password)
        }
    }

    @Test(
        "need a header that can be read",
        arguments: [
            (nil, failure, "missing"),
            ("Bearer abc", "Unsupported authorization type \"Bearer\"", "other_scheme"),
            ("Basic", "Could not parse Authorization header", "bad_header"),
            ("", "Could not parse Authorization header", "bad_header"),
            ("Basic ???", "Could not decode authorization token", "bad_header"),
            ("Basic cHVibGlzaGVy", "Could not decode authorization token", "bad_header"),
            ("Basic cAA6cA==", "Could not decode authorization token", "bad_header"),
        ])
    func unreadable(header: String?, message: String, reason: String) async throws {
        let house = try PasswordHouse()
        let rejection = Self.rejection(message, reason: reason)
        await #expect(throws: IdentityError.unauthenticated(rejection)) {
            try await house.identity(authorization: header)
        }
    }

    @Test(
        "may write the scheme as they like, and more space",
        arguments: ["basic", "BASIC", "bAsIc "])
    func scheme(written: String) async throws {
        let house = try PasswordHouse()
        let identity = try await house.identity(
            authorization: "\(written) cHVibGlzaGVyOnNlY3JldA==")
        #expect(identity.userID == "u-1")
    }

    @Test("may send Latin-1, as Python's requests does")
    func latin1() async throws {
        let house = try PasswordHouse(
            passwords: "café:\(PasswordHouse.secret)", users: "café: {}")
        let bytes = [UInt8]("caf".utf8) + [0xE9] + [UInt8](":secret".utf8)
        let identity = try await house.identity(
            authorization: "Basic \(Data(bytes).base64EncodedString())")
        #expect(identity.label == "café")
    }

    @Test("may not send two of these headers")
    func twice() async throws {
        let house = try PasswordHouse()
        var headers: Headers = ["Authorization": "Basic cHVibGlzaGVyOnNlY3JldA=="]
        headers.append("authorization", "Basic cHVibGlzaGVyOnNlY3JldA==")
        await #expect(throws: IdentityError.self) { try await house.identity(headers: headers) }
    }

    static let failure =
        "This server could not verify that you are authorized to access the document you "
        + "requested. Either you supplied the wrong credentials (e.g., bad password), or your "
        + "browser does not understand how to supply the credentials required."

    private static func rejection(
        _ message: String = failure, reason: String = "bad_password"
    ) -> IdentityError.Rejection {
        IdentityError.Rejection(
            style: .plain, message: message, challenges: ["Basic realm=\"annals\""],
            reason: reason)
    }
}
