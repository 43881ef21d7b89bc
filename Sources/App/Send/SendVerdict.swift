import HTTP
import HTTPClient

/// What one try came to.
enum SendVerdict: Sendable {
    case answered(PublishAnswer)
    case tooLarge(reason: String)
    /// - wish: how long the server asks to wait.
    case tryAgain(reason: String, wish: Duration?)
    case failed(SendFailure)

    init(_ error: HTTPClientError) {
        let message = error.userMessage
        let reason = message.hasSuffix(".") ? String(message.dropLast()) : message
        switch error {
        case .cancelled: self = .failed(SendFailure(.cancelled, "it was stopped"))
        case _ where error.isPassing: self = .tryAgain(reason: reason, wish: nil)
        default: self = .failed(SendFailure(.refused, reason))
        }
    }

    /// - Parameter count: how many events were sent.
    init(_ response: IncomingResponse, count: Int) {
        let answer = PublishAnswer(response.body)
        let said = Self.words(of: response, answer)
        switch response.status {
        case 200..<300, 400:
            if let answer, let answered = answer.count {
                self = Self.verdict(answer, answered: answered, sent: count)
            } else {
                self = .failed(SendFailure(.refused, said))
            }
        case 413: self = .tooLarge(reason: said)
        case 408, 425, 429, 500...: self = .tryAgain(reason: said, wish: response.retryAfter)
        case 300..<400:
            let place = response.headers["Location"] ?? "nowhere"
            self = .failed(
                SendFailure(.refused, "\(said); it sends us to \(place): give that as --url"))
        default: self = .failed(SendFailure(.refused, said + Self.advice(response.status)))
        }
    }

    private static func verdict(_ answer: PublishAnswer, answered: Int, sent: Int) -> SendVerdict {
        if answered == sent { return .answered(answer) }
        // Whatever stands between us and the server, nothing may be taken for stored.
        return .failed(
            SendFailure(.refused, "the server answers for \(answered) events of \(sent)"))
    }

    /// The server's own words where it has any, and the number of its request.
    private static func words(of response: IncomingResponse, _ answer: PublishAnswer?) -> String {
        var words = "the server answers \(response.status)"
        if let fault = answer?.fault {
            words += ": " + (fault.hasSuffix(".") ? String(fault.dropLast()) : fault)
        } else if answer == nil, !response.body.isEmpty {
            let text = String(decoding: response.body.prefix(200), as: UTF8.self)
            words += ": " + text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        if let id = response.headers["X-Openstack-Request-Id"] { words += " (\(id))" }
        return words
    }

    private static func advice(_ status: Int) -> String {
        switch status {
        case 401: "; see `annals help send` for --user, --signing-secret-file and OS_TOKEN"
        case 403: "; whoever publishes needs a role that the server's policy names"
        case 404, 405: "; is --url that of an Annals?"
        default: ""
        }
    }
}
