import HTTP
import HTTPClient
import Listener
import OpenSSL
import Synchronization
import TestSupport
import Values

/// A responder made of a closure.
struct Answering: Responder {
    let answer: @Sendable (Request) async -> Response

    init(_ answer: @escaping @Sendable (Request) async -> Response) {
        self.answer = answer
    }

    func respond(to request: Request) async -> Response {
        await answer(request)
    }

    /// The request in words, and one of its header fields.
    static let echo = Answering { request in
        let query = request.query.map { "?\($0)" } ?? ""
        return Response(
            headers: [
                "X-Method": request.method, "X-Target": request.path + query,
                "X-Type": request.headers["Content-Type"] ?? "none",
                "X-Expect": request.headers["Expect"] ?? "none",
                "X-Agent": request.headers["User-Agent"] ?? "none",
                "X-Token": request.headers["X-Auth-Token"] ?? "none",
            ], body: .bytes(request.body))
    }
}

/// A listener of ours on a free port, gone when the test is over.
@discardableResult
func withServer<Output>(
    _ responder: some Responder = Answering.echo, tls: TLSSettings? = nil,
    test: (HTTPListener) async throws -> Output
) async throws -> Output {
    var settings = ListenerSettings()
    settings.port = 0
    settings.tls = tls
    let listener = try HTTPListener.start(settings, responder: responder)
    do {
        let output = try await test(listener)
        await listener.drain(timeout: .zero)
        return output
    } catch {
        await listener.drain(timeout: .zero)
        throw error
    }
}

let serverPair = Result { try SelfSignedCertificate.make() }

extension HTTPListener {
    func url(_ target: String = "/", scheme: String = "http", host: String = "127.0.0.1") -> String
    {
        "\(scheme)://\(host):\(port)\(target)"
    }
}

/// What a request came to, so that both ends can be compared.
func outcome(
    of request: OutgoingRequest, by client: HTTPClient
) async -> Result<IncomingResponse, HTTPClientError> {
    do throws(HTTPClientError) {
        return .success(try await client.send(request))
    } catch {
        return .failure(error)
    }
}

extension Result where Success == IncomingResponse, Failure == HTTPClientError {
    /// The status, or the label of the error.
    var label: String {
        switch self {
        case .success(let response): "\(response.status)"
        case .failure(let error): error.label
        }
    }
}

/// How many are inside at a time.
final class Crowd: Sendable {
    private let count = Mutex((now: 0, most: 0))

    var most: Int { count.withLock { $0.most } }

    func enter() {
        count.withLock { count in
            count.now += 1
            count.most = max(count.most, count.now)
        }
    }

    func leave() {
        count.withLock { $0.now -= 1 }
    }
}
