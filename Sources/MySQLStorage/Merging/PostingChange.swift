import MySQL
import SQL

/// The rows that go and those that come when some lists are merged.
struct PostingChange {
    private(set) var oldMinutes = BulkRows(.integer, .integer, .integer)
    private(set) var oldDays = BulkRows(.integer, .integer, .integer)
    private(set) var newMinutes = BulkRows(.integer, .integer, .integer, .blob)
    private(set) var newDays = BulkRows(.integer, .integer, .integer, .integer, .blob)

    private struct Name: Hashable {
        let key: Int64
        let span: PostingSpan
        let start: Int64
    }

    /// - Parameters:
    ///   - days: the lists of the days that get more.
    ///   - minutes: the lists to be merged, as far as they are still there.
    init(
        _ merges: ArraySlice<ListsToMerge>, days: [StoredPostingList], minutes: [StoredPostingList]
    ) {
        let days = Dictionary(grouping: days) { Name(key: $0.key, span: .day, start: $0.start) }
        let wanted = Set(merges.map { Name(key: $0.key, span: $0.span, start: $0.start) })
        let minutes = Dictionary(grouping: minutes) { list in
            let day = PostingSpan.day.start(containing: list.start)
            let name = Name(key: list.key, span: .day, start: day)
            return wanted.contains(name)
                ? name : Name(key: list.key, span: .minute, start: list.start)
        }
        for merge in merges {
            let name = Name(key: merge.key, span: merge.span, start: merge.start)
            append(name, days[name] ?? [], minutes[name] ?? [])
        }
    }

    private mutating func append(
        _ name: Name, _ days: [StoredPostingList], _ minutes: [StoredPostingList]
    ) {
        let places = Self.places(of: days + minutes)
        let isDay = name.span == .day
        let lists = Self.lists(
            places, from: name.start,
            mostBytes: isDay ? PostingList.mostDayBytes : PostingList.mostMinuteBytes)
        // What came late may be too much for lists of a day: then it stays where it is.
        if isDay, lists.count > MergePlan.mostDayLists { return }
        guard lists.count < days.count + minutes.count else { return }
        for old in minutes {
            oldMinutes.append(.integer(old.key), .integer(old.start), .integer(old.number))
        }
        for old in days {
            oldDays.append(.integer(old.key), .integer(old.start), .integer(old.number))
        }
        let first = UInt32.random(in: 0...UInt32.max)
        for (index, list) in lists.enumerated() {
            if isDay {
                newDays.append(
                    .integer(name.key), .integer(name.start), .integer(Int64(index)),
                    .integer(list.finish), .blob(list.entries))
            } else {
                newMinutes.append(
                    .integer(name.key), .integer(name.start),
                    .integer(Int64(first &+ UInt32(index))), .blob(list.entries))
            }
        }
    }

    /// In the order of time, each once.
    private static func places(of lists: [StoredPostingList]) -> [EventPlace] {
        var places: [EventPlace] = []
        for place in lists.flatMap(\.places).sorted() where place != places.last {
            places.append(place)
        }
        return places
    }

    private static func lists(
        _ places: [EventPlace], from start: Int64, mostBytes: Int
    ) -> [(finish: Int64, entries: [UInt8])] {
        var lists: [(finish: Int64, entries: [UInt8])] = []
        var list = PostingList(from: start)
        var finish = start
        for place in places {
            if list.entries.count > mostBytes {
                lists.append((finish, list.entries))
                list = PostingList(from: start)
            }
            list.append(place)
            finish = place.generated
        }
        if !list.entries.isEmpty { lists.append((finish, list.entries)) }
        return lists
    }
}
