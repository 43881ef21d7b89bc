/// Ascending ranks, and their form in the column `posting.ranks`.
enum RankList {
    /// Ranks of one part, each as LEB128 of its distance from the one before (the first from 0).
    ///
    /// - Parameter ranks: ascending, each below `RunSizes.ranksPerPart`.
    static func encode(_ ranks: some Sequence<UInt32>) -> [UInt8] {
        var bytes: [UInt8] = []
        var previous: UInt32 = 0
        for rank in ranks {
            bytes.append(variable: UInt64(rank - previous))
            previous = rank
        }
        return bytes
    }

    /// - Parameter base: added to each rank.
    static func decode(_ bytes: [UInt8], base: UInt32) -> [UInt32] {
        var ranks: [UInt32] = []
        ranks.reserveCapacity(bytes.count)
        var rank = base
        var gap: UInt32 = 0
        var shift: UInt32 = 0
        for byte in bytes {
            gap |= UInt32(byte & 0x7F) << shift
            if byte & 0x80 != 0 {
                shift += 7
                continue
            }
            rank += gap
            ranks.append(rank)
            gap = 0
            shift = 0
        }
        return ranks
    }

    static func intersection(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var (first, second) = (0, 0)
        while first < left.count, second < right.count {
            let (one, other) = (left[first], right[second])
            if one == other { result.append(one) }
            if one <= other { first += 1 }
            if other <= one { second += 1 }
        }
        return result
    }

    static func union(_ left: [UInt32], _ right: [UInt32]) -> [UInt32] {
        if left.isEmpty { return right }
        if right.isEmpty { return left }
        var result: [UInt32] = []
        result.reserveCapacity(left.count + right.count)
        var (first, second) = (0, 0)
        while first < left.count || second < right.count {
            let one = first < left.count ? left[first] : .max
            let other = second < right.count ? right[second] : .max
            result.append(min(one, other))
            if one <= other { first += 1 }
            if other <= one { second += 1 }
        }
        return result
    }
}
