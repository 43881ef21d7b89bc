import EventStore
import SQLStorage

/// What an event is found by: its type, the values of its traits, its shape, and that it names no
/// project, where that is so.
///
/// The shape stands for the names and types of all its traits. Publishers send thousands of events
/// of one shape, so one entry for the shape does what else one for each trait would have to.
enum PostingKeys {
    /// In no order; a key stands twice only where two things share it.
    ///
    /// - Parameter all: `IndexKey.all(of: event)`: the type, then for each trait its presence and,
    ///   unless it is null, its value, then whether it is unowned.
    static func of(_ event: Event, _ all: [Int64], shape: Int64) -> [Int64] {
        var keys = [all[0], shape]
        keys.reserveCapacity(event.traits.count + 3)
        var place = 1
        for trait in event.traits {
            if case .null = trait.value {
                place += 1
            } else {
                keys.append(all[place + 1])
                place += 2
            }
        }
        keys += all[place...]
        return keys
    }

    static func of(_ event: Event) -> [Int64] {
        let all = IndexKey.all(of: event)
        return of(event, all, shape: IndexKey.shape(of: event, all))
    }
}
