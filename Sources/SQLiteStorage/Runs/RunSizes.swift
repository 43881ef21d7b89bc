/// How large runs are. A store keeps to the sizes it began with; tests use small ones, so that a
/// few hundred events make many runs.
package struct RunSizes: Sendable, Equatable {
    /// Events in a run of level 0.
    var eventsPerRun: Int
    /// Runs of a level that become one of the next.
    var fanOut: Int
    /// Runs of this level are not merged any more.
    var topLevel: Int
    /// Ranks whose postings share a row.
    var ranksPerPart: UInt32

    /// 4,096, then 65,536, then a million events; a longer run would take too long to write.
    package static let standard = RunSizes(
        eventsPerRun: 4096, fanOut: 16, topLevel: 2, ranksPerPart: 65_536)

    /// - Parameters: as the properties. A run that is merged must fit in one part:
    ///   `eventsPerRun * fanOut^(topLevel - 1) <= ranksPerPart`.
    package init(eventsPerRun: Int, fanOut: Int, topLevel: Int, ranksPerPart: UInt32) {
        self.eventsPerRun = eventsPerRun
        self.fanOut = fanOut
        self.topLevel = topLevel
        self.ranksPerPart = ranksPerPart
    }

    func part(of rank: Int) -> Int { rank / Int(ranksPerPart) }
}
