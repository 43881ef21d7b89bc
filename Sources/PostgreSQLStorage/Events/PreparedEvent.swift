import EventStore
import SQLStorage
import Values

/// An event with all that can be computed before a connection is needed.
struct PreparedEvent: Sendable {
    let event: Event
    let digest: [UInt8]
    /// The document in the column `traits`.
    let traits: [UInt8]
    let traitKeys: [Int32]
    let projectKey: Int32
    /// Stands for the event's type and the names and types of its traits: what a shape needs noted is
    /// noted once.
    let shape: Int64

    init(_ incoming: IncomingEvent) {
        event = incoming.event
        digest = incoming.digest
        traits = TraitDocument.encode(incoming.event.traits)
        let keys = IndexKey.all(of: incoming.event)
        traitKeys = TraitKey.values(of: incoming.event, keys)
        projectKey = TraitKey.project(of: incoming.event)
        shape = IndexKey.shape(of: incoming.event, keys)
    }

    /// Nil stands for the empty object.
    var raw: String? { event.raw == .emptyObject ? nil : event.raw.text }
}

/// An event with the number of its type.
struct TypedEvent {
    let prepared: PreparedEvent
    let typeID: Int64
}

/// The columns `trait_keys` and `project_key`: the low halves of the shared index keys. Half the
/// bytes, and what a shared half finds too much is judged by `EventQuery.matches` like everything.
enum TraitKey {
    static func value(_ name: String, _ value: TraitValue) -> Int32 {
        Int32(truncatingIfNeeded: IndexKey.value(name, value))
    }

    /// One for each trait that has a value, ascending, none twice.
    ///
    /// - Parameter indexKeys: `IndexKey.all(of: event)`: after the type, for each trait its presence
    ///   and then, unless it is null, its value.
    static func values(of event: Event, _ indexKeys: [Int64]) -> [Int32] {
        var keys: [Int32] = []
        keys.reserveCapacity(event.traits.count)
        var place = 1
        for trait in event.traits {
            if case .null = trait.value {
                place += 1
            } else {
                keys.append(Int32(truncatingIfNeeded: indexKeys[place + 1]))
                place += 2
            }
        }
        keys.sort()
        return keys.indices.filter { $0 == 0 || keys[$0] != keys[$0 - 1] }.map { keys[$0] }
    }

    /// Events that name no project.
    static let unowned = Int32(truncatingIfNeeded: IndexKey.unowned)

    static func project(of event: Event) -> Int32 {
        for trait in event.traits where trait.name.isExactly(Visibility.projectTrait) {
            switch trait.value {
            case .text: return value(trait.name, trait.value)
            // Named, and nobody's.
            case .null(.text):
                return Int32(truncatingIfNeeded: IndexKey.presence(trait.name, .text))
            default: continue
            }
        }
        return unowned
    }
}
