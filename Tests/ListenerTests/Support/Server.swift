import HTTP
import Listener
import Synchronization

/// A responder made of a closure.
struct Answering: Responder {
    let answer: @Sendable (Request) async -> Response

    init(_ answer: @escaping @Sendable (Request) async -> Response) {
        self.answer = answer
    }

    func respond(to request: Request) async -> Response {
        await answer(request)
    }

    /// The request in words: `POST /a?b [3]` for a body of three bytes.
    static let echo = Answering { request in
        let query = request.query.map { "?\($0)" } ?? ""
        return Response(
            type: "text/plain",
            text: "\(request.method) \(request.path)\(query) [\(request.body.count)]")
    }
}

/// A listener on a free port of this machine, drained when the test is over.
@discardableResult
func withListener<Output>(
    _ responder: some Responder = Answering.echo,
    _ change: (inout ListenerSettings) -> Void = { _ in },
    test: (HTTPListener) async throws -> Output
) async throws -> Output {
    var settings = ListenerSettings()
    settings.port = 0
    change(&settings)
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

/// A number that tests count with.
final class Tally: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add(_ number: Int = 1) { count.add(number, ordering: .sequentiallyConsistent) }
}
