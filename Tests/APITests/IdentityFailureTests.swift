import Foundation
import HTTP
import Identity
import Logging
import Testing

@testable import API

@Suite("Answers to callers that cannot be told apart")
struct IdentityFailureTests {
    /// Fails as it is told.
    private struct Strategy: IdentityStrategy {
        let failure: IdentityError?
        let challenge: String? = "Keystone uri=\"http://k\""
        let rejectionStyle = IdentityError.Style.keystone

        func authenticate(_ request: Request) async throws(IdentityError) -> Identity? {
            if let failure { throw failure }
            return nil
        }
    }

    private func answer(_ failure: IdentityError?, accept: String? = nil) async -> Response {
        let authenticator = Authenticator([Strategy(failure: failure)])
        let route = Route(["GET"], "/") { (routed) throws(APIError) in
            let gate = Gate(authenticator: authenticator, policy: { .builtIn })
            _ = try await gate.access(of: routed.request)
            throw .notAuthorized(projectID: "p")
        }
        let router = Router(
            routes: [route], challenges: authenticator.challenges, logger: Logger(label: "test"))
        var request = Request(method: "GET", path: "/")
        request.headers["Accept"] = accept
        return await router.respond(to: request)
    }

    private func text(_ response: Response) -> String {
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("without credentials: 401 and the way to get in, byte for byte as keystonemiddleware")
    func unauthorized() async {
        let response = await answer(nil)
        #expect(response.status == .unauthorized)
        #expect(response.headers["Content-Type"] == "application/json")
        #expect(response.headers["WWW-Authenticate"] == "Keystone uri=\"http://k\"")
        #expect(
            text(response) == """
                {"error": {"code": 401, "title": "Unauthorized", "message": "The request you have \
                made requires authentication."}}
                """)
    }

    @Test(
        "Keystone away: 503 as text, byte for byte as keystonemiddleware",
        arguments: [nil, "", "*/*", "text/html", "application/jsonx", "text/plain, */*"])
    func unavailableAsText(accept: String?) async {
        let response = await answer(.unavailable(detail: "secret"), accept: accept)
        #expect(response.status == .unavailable)
        #expect(response.headers["Content-Type"] == "text/plain; charset=UTF-8")
        #expect(response.headers["Retry-After"] == "1")
        #expect(response.headers["WWW-Authenticate"] == nil)
        #expect(
            text(response)
                == "503 Service Unavailable\n\nThe server is currently unavailable. "
                + "Please try again at a later time.\n\n "
                + "The Keystone service is temporarily unavailable.  ")
    }

    @Test(
        "Keystone away: 503 as JSON for who asks for it",
        arguments: ["application/json", "text/html, Application/JSON;q=0.5"])
    func unavailableAsJSON(accept: String) async {
        let response = await answer(.unavailable(detail: "secret"), accept: accept)
        #expect(response.status == .unavailable)
        #expect(response.headers["Content-Type"] == "application/json")
        #expect(
            text(response) == """
                {"message": "The server is currently unavailable. Please try again at a later \
                time.<br /><br />\\nThe Keystone service is temporarily unavailable.\\n\\n", \
                "code": "503 Service Unavailable", "title": "Service Unavailable"}
                """)
    }

    @Test("too many unknown tokens: 429 and when to come back")
    func tooMany() async {
        let response = await answer(.tooMany(retryAfter: 7))
        #expect(response.status == .tooManyRequests)
        #expect(response.headers["Retry-After"] == "7")
    }
}

@Suite("A 401 of a rule")
struct ChallengeTests {
    @Test("has the challenges of the strategies as well, each in a field of its own")
    func challenges() async {
        let route = Route(["GET"], "/") { (_) throws(APIError) in
            throw .notAuthorized(projectID: "p")
        }
        let router = Router(
            routes: [route], challenges: ["Keystone uri=\"http://k\"", "Basic realm=\"annals\""],
            logger: Logger(label: "test"))
        let response = await router.respond(to: Request(method: "GET", path: "/"))
        #expect(response.status == .unauthorized)
        let fields = response.headers.fields.filter { $0.name == "WWW-Authenticate" }
        #expect(
            fields.map(\.value) == ["Keystone uri=\"http://k\"", "Basic realm=\"annals\""])
    }

    @Test("has none where there are none, as without Keystone")
    func none() async {
        let route = Route(["GET"], "/") { (_) throws(APIError) in
            throw .notAuthorized(projectID: "p")
        }
        let router = Router(routes: [route], logger: Logger(label: "test"))
        let response = await router.respond(to: Request(method: "GET", path: "/"))
        #expect(response.headers["WWW-Authenticate"] == nil)
    }
}
