internal import EventStore
internal import HTTP
internal import Identity

/// Asks who the caller is, then the rules what he may do.
struct Gate: Sendable {
    let strategy: any IdentityStrategy
    let rules = AccessRules()

    func identity(of request: Request) async throws(APIError) -> Identity {
        do throws(IdentityError) {
            return try await strategy.authenticate(request)
        } catch {
            throw APIError(error)
        }
    }

    func visibility(of identity: Identity, allTenants: Bool = false) throws(APIError) -> Visibility
    {
        do throws(IdentityError) {
            return try rules.visibility(of: identity, allTenants: allTenants)
        } catch {
            throw APIError(error)
        }
    }

    func requireAdministrator(_ request: Request) async throws(APIError) {
        let identity = try await identity(of: request)
        do throws(IdentityError) {
            try rules.requireAdministrator(identity)
        } catch {
            throw APIError(error)
        }
    }
}

extension APIError {
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
