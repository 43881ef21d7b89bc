import SQL
import SQLite

/// The ranks of a run that a plan allows, part by part.
struct RunPostings {
    let run: Run
    let plan: IndexPlan
    let sizes: RunSizes

    /// The next part, from `part` on in the direction, that can hold a match, with its ranks.
    ///
    /// Each term names the next part where it occurs; while they disagree, the furthest one wins and
    /// the others are asked again from there. A term that occurs no more ends the run.
    func ranks(
        from part: Int, ascending: Bool, in database: Database
    ) throws(SQLError) -> (part: Int, ranks: [UInt32])? {
        guard !plan.terms.isEmpty else { return everyRank(in: part) }
        var part = part
        while true {
            var ranks: [UInt32]?
            var isAgreed = true
            for term in plan.terms {
                guard
                    let found = try self.ranks(
                        of: term, from: part, ascending: ascending, in: database)
                else { return nil }
                if found.part != part {
                    part = found.part
                    isAgreed = false
                    break
                }
                ranks = ranks.map { RankList.intersection($0, found.ranks) } ?? found.ranks
            }
            guard isAgreed, let ranks else { continue }
            if !ranks.isEmpty { return (part, ranks) }
            part += ascending ? 1 : -1
            if part < 0 || part > lastPart { return nil }
        }
    }

    private var lastPart: Int { sizes.part(of: run.eventCount - 1) }

    private func everyRank(in part: Int) -> (part: Int, ranks: [UInt32])? {
        guard (0...lastPart).contains(part) else { return nil }
        let first = UInt32(part) * sizes.ranksPerPart
        let end = min(first + sizes.ranksPerPart, UInt32(run.eventCount))
        return (part, Array(first..<end))
    }

    private func ranks(
        of term: IndexTerm, from part: Int, ascending: Bool, in database: Database
    ) throws(SQLError) -> (part: Int, ranks: [UInt32])? {
        var best: (part: Int, ranks: [UInt32])?
        for key in term {
            guard
                let found = try posting(key, from: part, ascending: ascending, in: database)
            else { continue }
            if let known = best, known.part == found.part {
                best = (known.part, RankList.union(known.ranks, found.ranks))
            } else if best.map({ ascending ? found.part < $0.part : found.part > $0.part }) ?? true
            {
                best = found
            }
        }
        return best
    }

    private func posting(
        _ key: Int64, from part: Int, ascending: Bool, in database: Database
    ) throws(SQLError) -> (part: Int, ranks: [UInt32])? {
        let values: [SQLValue] = [.integer(run.id), .integer(key), .integer(Int64(part))]
        let found =
            if ascending {
                try database.first(Self.nextPart, values) { ($0.integer(0), $0.blob(1)) }
            } else {
                try database.first(Self.previousPart, values) { ($0.integer(0), $0.blob(1)) }
            }
        guard let (part, bytes) = found else { return nil }
        return (
            Int(part), RankList.decode(bytes, base: UInt32(part) * sizes.ranksPerPart)
        )
    }

    static let nextPart: StaticString = """
        SELECT part, ranks FROM posting
        WHERE run_id = ?1 AND key = ?2 AND part >= ?3 ORDER BY part LIMIT 1
        """
    static let previousPart: StaticString = """
        SELECT part, ranks FROM posting
        WHERE run_id = ?1 AND key = ?2 AND part <= ?3 ORDER BY part DESC LIMIT 1
        """
}
