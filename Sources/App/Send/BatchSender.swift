import Compression
import HTTP
package import HTTPClient

/// Sends one batch until the server has answered for each of its events, or there is no point in
/// trying any longer.
package struct BatchSender: Sendable {
    private let transport: any HTTPTransport
    private let url: String
    private let credentials: SendCredentials
    private let patience: SendPatience
    private let report: @Sendable (String) -> Void

    /// - Parameter report: told why a batch is tried again, as a sentence.
    package init(
        _ transport: any HTTPTransport, url: String, credentials: SendCredentials,
        patience: SendPatience, report: @escaping @Sendable (String) -> Void
    ) {
        self.transport = transport
        self.url = url
        self.credentials = credentials
        self.patience = patience
        self.report = report
    }

    /// - Returns: what became of the events; and why the rest of them was given up, where it was.
    package func send(_ batch: EventBatch) async -> (tally: SendTally, failure: SendFailure?) {
        var tally = SendTally()
        var parts = [batch]
        while let part = parts.popLast() {
            do throws(SendFailure) {
                switch try await deliver(part, &tally) {
                case .answered(let answer): tally += answer.tally(of: part)
                case .tooLarge(let reason):
                    if let (first, second) = part.halves {
                        parts += [second, first]
                    } else if let event = part.events.first {
                        tally.reject(event, "too_large", reason)
                    }
                }
            } catch {
                tally.unsent += parts.reduce(part.events.count) { $0 + $1.events.count }
                return (tally, error)
            }
        }
        return (tally, nil)
    }

    private enum Delivery {
        case answered(PublishAnswer)
        case tooLarge(reason: String)
    }

    private func deliver(
        _ batch: EventBatch, _ tally: inout SendTally
    ) async throws(SendFailure) -> Delivery {
        let body = try Self.packed(batch.body)
        let start = patience.start()
        var (tries, signedAt) = (0, 0)
        while true {
            tries += 1
            tally.requests += 1
            // A signature holds once: two tries must not have the same second.
            signedAt = max(patience.seconds(), signedAt + 1)
            let verdict = await attempt(body, count: batch.events.count, at: signedAt)
            switch verdict {
            case .answered(let answer): return .answered(answer)
            case .tooLarge(let reason): return .tooLarge(reason: reason)
            case .failed(let failure): throw failure
            case .tryAgain(let reason, let wish):
                guard let pause = patience.pause(after: tries, since: start, wish: wish) else {
                    throw SendFailure(
                        .away, "\(reason); \(tries) tries in \(patience.limit.inWords)")
                }
                if pause >= .seconds(1) { report("\(reason); next try in \(pause.inWords)") }
                tally.retries += 1
                try await patience.wait(pause)
            }
        }
    }

    private func attempt(
        _ body: [UInt8], count: Int, at seconds: Int
    ) async -> SendVerdict {
        var headers: Headers = [
            "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip",
            "Accept": "application/json",
        ]
        credentials.sign(&headers, body: body, now: seconds)
        let request = OutgoingRequest(method: "POST", url: url, headers: headers, body: body)
        do throws(HTTPClientError) {
            return SendVerdict(try await transport.send(request), count: count)
        } catch {
            return SendVerdict(error)
        }
    }

    private static func packed(_ body: [UInt8]) throws(SendFailure) -> [UInt8] {
        do throws(GzipError) {
            return try Gzip.deflate(body)
        } catch {
            throw SendFailure(.badInput, "a batch cannot be packed: \(error)")
        }
    }
}
