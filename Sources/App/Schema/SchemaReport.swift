import Observability
package import SQL

/// What `annals db status` says.
package struct SchemaReport: Sendable {
    private let engine: String
    private let location: String
    private let status: SchemaStatus

    package init(_ schema: any StoreSchema, status: SchemaStatus) {
        engine = schema.dialect.engine
        location = schema.location
        self.status = status
    }

    /// For scripts: whether to upgrade, to wait or to give up.
    package var exitCode: Int32 {
        switch status.verdict {
        case .equal: 0
        case .behind: 10
        case .ahead: 11
        case .unusable: 12
        }
    }

    package var json: String {
        FactJSON.page(
            .group([
                Fact("engine", .text(engine)),
                Fact("location", .text(location)),
                Fact("current", .integer(status.current)),
                Fact("wanted", .integer(status.wanted)),
                Fact("lowest", .integer(status.lowest)),
                Fact("phase", .text(status.phase.rawValue)),
                Fact("state", .text(status.verdict.rawValue)),
                Fact("usable", .flag(status.canServe)),
                Fact("reason", status.obstacle.map { .text($0) } ?? .missing),
            ]))
    }

    package var text: String {
        """
        database  \(location)
        schema    \(status.current)
        wanted    \(status.wanted)
        lowest    \(status.lowest)
        phase     \(status.phase.rawValue)
        state     \(status.verdict.rawValue)
        \(summary)
        """
    }

    /// What to do about it, a sentence.
    package var summary: String {
        switch (status.verdict, status.phase) {
        case (.equal, _): "The schema is current: version \(status.current)."
        case (.behind, .contract):
            "This build can serve. Once no older build runs, run `annals db upgrade --contract`."
        case (.ahead, _):
            "A newer build has upgraded the schema to \(status.current); this one can still serve."
        case (.behind, _), (.unusable, _): status.obstacle ?? ""
        }
    }
}
