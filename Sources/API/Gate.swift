internal import EventStore
internal import HTTP
internal import Identity

/// Asks who the caller is; what he may do then is in the rules of that moment.
struct Gate: Sendable {
    let authenticator: Authenticator
    let policy: @Sendable () -> PolicyRules

    func access(of request: Request) async throws(APIError) -> Access {
        do throws(IdentityError) {
            return Access(try await authenticator.identity(of: request), by: policy())
        } catch {
            throw APIError(error)
        }
    }
}

extension APIError {
    /// Asks the rules and makes their refusal ours.
    static func asking<Output>(
        _ question: () throws(IdentityError) -> Output
    ) throws(APIError) -> Output {
        do throws(IdentityError) {
            return try question()
        } catch {
            throw APIError(error)
        }
    }

    /// Runs a verb of the store and makes its failure ours.
    static func storing<Output>(
        _ verb: () async throws(StorageError) -> Output
    ) async throws(APIError) -> Output {
        do throws(StorageError) {
            return try await verb()
        } catch {
            throw .storage(error)
        }
    }
}

extension Request {
    /// Turns away who cannot read JSON. One who reads XML alone learns errors first, as in Panko.
    func requireJSONReader() throws(APIError) -> JSONReader {
        switch AcceptedType(headers) {
        case .json: return JSONReader(canRead: true)
        case .xmlOnly: return JSONReader(canRead: false)
        case .neither: throw .notAcceptable
        }
    }
}

/// Whoever waits for the answer.
struct JSONReader: Sendable {
    let canRead: Bool

    /// Called when nothing but the answer itself is left to do.
    func requireJSON() throws(APIError) {
        if !canRead { throw .notAcceptable }
    }
}

extension Response {
    init(json: [UInt8]) {
        self.init(headers: ["Content-Type": "application/json"], body: .bytes(json))
    }

    init(json: ResponseStream) {
        self.init(headers: ["Content-Type": "application/json"], body: .stream(json))
    }
}
