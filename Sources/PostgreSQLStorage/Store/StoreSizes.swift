/// Where one way of doing things begins to pay; the standard was measured, see
/// docs/adr/009-postgresql.md.
struct StoreSizes: Sendable {
    /// From so many new events on a group is sent by COPY instead of arrays.
    var smallestCopy: Int
    /// So many events are looked at one by one before the index on traits is asked: where every tenth
    /// matches, that is the page already.
    var probedEvents: Int
    /// Ids that are walked in their order, at a time and at most, before a search by the other
    /// indexes takes over.
    var walkStep: Int
    var walkedIDs: Int
    /// Most rows in one answer of the server.
    var mostRows: Int
    /// Ids of a dropped partition that go in one transaction.
    var droppedIDs: Int

    static let standard = StoreSizes(
        smallestCopy: 16, probedEvents: 1000, walkStep: 256, walkedIDs: 4096, mostRows: 1000,
        droppedIDs: 10_000)
}
