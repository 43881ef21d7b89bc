internal import EventStore

/// All traits of one name in the events of one query, page by page and type by type.
///
/// One pass over the events for each type the name has, which is nearly always one.
actor TraitPages {
    private let name: String
    private var types: [TraitType]
    private let query: EventQuery
    private let storage: any EventStorage
    private var pages: EventPages?

    init(_ name: String, types: [TraitType], of query: EventQuery, in storage: any EventStorage) {
        self.name = name
        self.types = types
        self.query = query
        self.storage = storage
    }

    var isDone: Bool { types.isEmpty }

    /// The next traits; empty only at the end.
    func next() async throws(StorageError) -> [Trait] {
        while let type = types.first {
            let pages = self.pages ?? EventPages(query, in: storage)
            self.pages = pages
            let events = try await pages.next()
            if await pages.isDone {
                types.removeFirst()
                self.pages = nil
            }
            let traits = events.flatMap(\.traits).filter {
                $0.value.type == type && $0.name.utf8.elementsEqual(name.utf8)
            }
            if !traits.isEmpty { return traits }
        }
        return []
    }
}
