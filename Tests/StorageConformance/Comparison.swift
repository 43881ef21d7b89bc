package import EventStore

extension RandomEvents {
    /// Asks both storages 40 random things, and throws where their answers differ.
    package mutating func compare(
        _ storage: any EventStorage, with reference: any EventStorage
    ) async throws {
        for _ in 0..<40 {
            var query = query()
            // Page by page until the end: what is behind a marker counts, too.
            for _ in 0..<6 {
                let wanted = try await reference.events(matching: query)
                guard try await storage.events(matching: query) == wanted else {
                    throw ContractBroken(description: "another answer to \(query)")
                }
                guard let last = wanted.last else { break }
                query.after = EventPosition(of: last)
            }
            try await expect(
                storage.eventTypes(visibleTo: query.visibility),
                reference.eventTypes(visibleTo: query.visibility))
        }
        for type in 0..<4 {
            try await expect(
                storage.traitDescriptions(of: "type-\(type)", visibleTo: .everything),
                reference.traitDescriptions(of: "type-\(type)", visibleTo: .everything))
        }
    }
}
