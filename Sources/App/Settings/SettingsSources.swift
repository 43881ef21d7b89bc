import Configuration

/// Where settings come from: a file, the environment, the command line; the later wins.
package struct SettingsSources: Sendable {
    /// Nil where `--config` is not given.
    package var file: String?
    package var environment: [String: String]
    package var arguments: [String]

    package init(
        file: String? = nil, environment: [String: String] = [:], arguments: [String] = []
    ) {
        self.file = file
        self.environment = environment
        self.arguments = arguments
    }

    /// Looks up every known setting and refuses every unknown one.
    func resolve(_ settings: [any SettingDescription]) throws(SettingsError) -> SettingValues {
        let known = KnownSettings(settings)
        var layers: [SettingsLayer] = []
        var problems: [String] = []
        do throws(SettingsError) {
            let arguments = try SettingsArguments(self.arguments, known: known)
            layers.append(SettingsLayer(place: .commandLine, snapshot: arguments.snapshot))
        } catch {
            problems += error.problems
        }
        problems += unknownVariables(known)
        let variables = EnvironmentVariablesProvider(environmentVariables: environment)
            .prefixKeys(with: "annals").snapshot()
        layers.append(SettingsLayer(place: .environment, snapshot: variables))
        do throws(SettingsError) {
            if let file = try self.file.map(SettingsFile.init(path:)) {
                problems += unknownKeys(of: file, known)
                layers.append(SettingsLayer(place: .file(file.path), snapshot: file.snapshot))
            }
        } catch {
            problems += error.problems
        }
        if !problems.isEmpty { throw SettingsError(problems) }
        return SettingValues(settings, from: layers)
    }

    private func unknownVariables(_ known: KnownSettings) -> [String] {
        let names = known.settings.map(\.environmentName)
        return environment.keys.filter { $0.hasPrefix("ANNALS_") && !names.contains($0) }.sorted()
            .map { known.unknown($0, in: "environment", among: names) }
    }

    private func unknownKeys(of file: SettingsFile, _ known: KnownSettings) -> [String] {
        file.keys.filter { key in
            let isEmptySection = known.isSection(key) && file.isEmpty(key)
            return known.setting(key) == nil && !isEmptySection
        }.map { known.unknown($0, in: file.path, among: known.settings.map(\.key)) }
    }
}

extension SettingsFile {
    /// A section whose lines are all comments.
    fileprivate func isEmpty(_ key: String) -> Bool {
        SettingsLayer(place: .file(path), snapshot: snapshot).text(key) == nil
    }
}
