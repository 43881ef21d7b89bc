import SQL

/// Opens links on a thread of their own: the one that the connection then keeps.
actor LinkOpener {
    private nonisolated let executor = BlockingExecutor(label: "annals.mysql")
    private let options: MySQLOptions

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    init(_ options: MySQLOptions) {
        self.options = options
    }

    func open() throws(SQLError) -> MySQLConnection {
        var failure = SQLError(kind: .misuse, code: 0, message: "no host is named")
        /// Reading from it is better than nothing.
        var readOnly: OpenedLink?
        let hosts = options.socket == nil ? options.hosts : Array(options.hosts.prefix(1))
        for host in hosts {
            do throws(SQLError) {
                let opened = try OpenedLink(options, host)
                if !opened.link.isReadOnly {
                    return MySQLConnection(opened, options, executor)
                }
                readOnly = readOnly ?? opened
            } catch {
                failure = error
            }
        }
        guard let readOnly else { throw failure }
        return MySQLConnection(readOnly, options, executor)
    }
}

/// A link that is ready for work.
struct OpenedLink {
    let host: MySQLHost
    let link: MySQLLink
    let identity: LinkIdentity

    init(_ options: MySQLOptions, _ host: MySQLHost) throws(SQLError) {
        self.host = host
        link = try MySQLLink(options, to: host)
        try link.inspect()
        identity = try LinkIdentity(of: link)
    }
}
