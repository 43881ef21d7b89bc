import Values

/// The name and the type of a trait, without a value.
package struct TraitDescription: Sendable, Hashable {
    package let name: String
    package let type: TraitType

    package init(name: String, type: TraitType) {
        self.name = name
        self.type = type
    }

    package func describes(_ trait: Trait) -> Bool {
        trait.value.type == type && trait.name.isExactly(name)
    }
}
