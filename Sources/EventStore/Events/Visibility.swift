import Values

/// The part of the store a caller may see. Part of every query, so that a driver applies it while it
/// searches and nothing has to be filtered afterwards.
package enum Visibility: Sendable, Hashable {
    /// An administrator who asked for all tenants.
    case everything
    /// An administrator: the events of a project, and those that name no project at all.
    case projectAndUnowned(String)
    /// A member: what this user did in this project.
    case user(String, project: String)

    package static let projectTrait = "project_id"
    package static let userTrait = "user_id"

    package func admits(_ event: Event) -> Bool {
        switch self {
        case .everything:
            true
        case .projectAndUnowned(let project):
            event.hasText(Self.projectTrait, project) || !event.namesProject
        case .user(let user, let project):
            event.hasText(Self.projectTrait, project) && event.hasText(Self.userTrait, user)
        }
    }
}

extension Event {
    /// Has a trait `project_id` of type string, be it null.
    package var namesProject: Bool {
        traits.contains { $0.value.type == .text && $0.name.isExactly(Visibility.projectTrait) }
    }

    fileprivate func hasText(_ name: String, _ text: String) -> Bool {
        TraitFilter(name, .equal, .text(text)).matches(self)
    }
}
