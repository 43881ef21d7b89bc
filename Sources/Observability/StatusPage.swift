package import HTTP

/// Something that can say how it is doing: one section of `/status`.
package protocol StatusSource: Sendable {
    /// The name of the section.
    var section: String { get }
    /// What is in force now; cheap, and without secrets.
    func facts() async -> [Fact]
}

/// `GET /status`: all sections as one JSON object, in order.
package struct StatusPage: Responder {
    private let sources: [any StatusSource]

    package init(sources: [any StatusSource]) {
        self.sources = sources
    }

    package func respond(to request: Request) async -> Response {
        var sections: [Fact] = []
        for source in sources {
            sections.append(Fact(source.section, .group(await source.facts())))
        }
        return Response(type: "application/json", text: FactJSON.page(.group(sections)) + "\n")
    }
}
