/// One end of a copy: a store of Annals, or a database of Panko to read from.
package struct CopyEndpoint: Sendable, Equatable {
    package enum Kind: Sendable {
        case store
        case panko
    }

    package let kind: Kind
    package let database: DatabaseSettings
    /// The URL without user and password.
    package let shownURL: String

    /// What an operator says of one end.
    package struct Description: Sendable {
        /// `--from` or `--to`.
        package var option: String
        /// Nil for the store that the settings name.
        package var url: String?
        package var passwordFile: String?
        /// From the environment.
        package var password: String?

        package init(
            option: String, url: String?, passwordFile: String? = nil, password: String? = nil
        ) {
            self.option = option
            self.url = url
            self.passwordFile = passwordFile
            self.password = password
        }
    }

    private static let pankoPrefix = "panko+"

    /// - Parameter sources: where the settings of the store come from, its URL aside.
    package init(
        _ described: Description, settings sources: SettingsSources
    ) throws(SettingsError) {
        let url = described.url ?? ""
        kind = url.hasPrefix(Self.pankoPrefix) ? .panko : .store
        var sources = sources
        if described.url != nil {
            let plain = kind == .panko ? Self.plain(url.dropFirst(Self.pankoPrefix.count)) : url
            // An empty value would be taken for the default.
            guard !plain.isEmpty else {
                throw SettingsError(["\(described.option): say which database, as a URL."])
            }
            sources.arguments += ["--database.url", plain]
        }
        if let file = described.passwordFile {
            sources.arguments += ["--database.password_file", file]
        }
        if let password = described.password {
            sources.environment["ANNALS_DATABASE_PASSWORD"] = password
        }
        do throws(SettingsError) {
            let values = try sources.values()
            database = try Settings(values).database
            shownURL =
                described.url == nil
                ? "the store of the settings" : DatabaseURL.withoutCredentials(url)
        } catch {
            throw error.naming(described.option)
        }
    }

    /// A connection of SQLAlchemy, as panko.conf has it, without what only Python understands: the
    /// driver in `mysql+pymysql`, and the character set.
    private static func plain(_ connection: Substring) -> String {
        guard let end = connection.firstRange(of: "://") else { return String(connection) }
        let scheme = connection[..<end.lowerBound].prefix { $0 != "+" }
        let rest = connection[end.lowerBound...]
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let parameters = parts.dropFirst().first?.split(separator: "&") ?? []
        let kept = parameters.filter { !$0.hasPrefix("charset=") }.joined(separator: "&")
        return scheme + (parts.first ?? rest) + (kept.isEmpty ? "" : "?" + kept)
    }

    /// Whether a password stands in the URL, where every user of the machine can see it.
    package static func showsPassword(_ url: String) -> Bool {
        let parts = url.split(separator: "?", maxSplits: 1)
        let names = parts.dropFirst().first?.split(separator: "&") ?? []
        if names.contains(where: { $0.lowercased().hasPrefix("pass") }) { return true }
        guard let end = url.lastIndex(of: "@"), let start = url.firstRange(of: "://"),
            start.upperBound < end
        else { return false }
        let user = url[start.upperBound..<end]
        return user.firstIndex(of: ":").map { user.index(after: $0) < user.endIndex } ?? false
    }
}

extension SettingsError {
    /// The same, in the words of the command line.
    fileprivate func naming(_ option: String) -> SettingsError {
        SettingsError(
            problems.map {
                $0.replacing("database.url", with: option)
                    .replacing("database.password_file", with: "\(option)-password-file")
            })
    }
}
