package import Values

/// From when on events are kept, now: in general, and by types that have a rule of their own.
package struct RetentionCutoffs: Sendable, Equatable {
    /// Events generated before it may go; nil keeps all.
    package var general: Timestamp?
    package var byType: [ExactText: Timestamp?]

    package static let keepingAll = RetentionCutoffs(general: nil)

    package init(general: Timestamp?, byType: [ExactText: Timestamp?] = [:]) {
        self.general = general
        self.byType = byType
    }

    /// Events of that type generated before it may go; nil keeps all of them.
    package func cutoff(of eventType: String) -> Timestamp? {
        if byType.isEmpty { return general }
        return byType[ExactText(eventType)] ?? general
    }

    /// Every event generated before it may go, whatever its type; nil where some type is kept for
    /// ever.
    package var ofEveryType: Timestamp? {
        byType.values.reduce(general) { earliest, cutoff in
            guard let earliest, let cutoff else { return nil }
            return min(earliest, cutoff)
        }
    }

    /// The rules one by one, so that together they are about each event once.
    package var rules: [(types: EventTypeSelection, cutoff: Timestamp)] {
        if byType.isEmpty { return general.map { [(.all, $0)] } ?? [] }
        let types = byType.keys.sorted()
        var rules = types.compactMap { type in
            byType[type]?.map { (EventTypeSelection.only(type.text), $0) }
        }
        if let general { rules.append((.allExcept(types.map(\.text)), general)) }
        return rules.map { (types: $0.0, cutoff: $0.1) }
    }
}
