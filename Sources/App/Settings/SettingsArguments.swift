import Configuration

/// Settings given on the command line: `--section.name value`, `--section.name=value`, and
/// `--section.name` alone for a flag that is to be true.
struct SettingsArguments {
    let snapshot: any ConfigSnapshot

    /// - Parameter words: what is left of the command line when the command took its own options.
    init(_ words: [String], known: KnownSettings) throws(SettingsError) {
        var scan = ArgumentScan(known: known)
        for word in words { scan.take(word) }
        scan.finish()
        if !scan.problems.isEmpty { throw SettingsError(scan.problems) }
        let arguments = scan.values.map { "--\($0.key)=\($0.value)" }
        // The provider's own names join the parts by dashes; ours are the keys as they are.
        snapshot = CommandLineArgumentsProvider(arguments: ["annals"] + arguments)
            .mapKeys { AbsoluteConfigKey([$0.components.joined(separator: ".")]) }
            .snapshot()
    }
}

/// Reads words one by one and keeps what is wrong with them.
private struct ArgumentScan {
    let known: KnownSettings
    var values: [String: String] = [:]
    var problems: [String] = []
    private var waiting: (any SettingDescription)?
    /// An unknown option was just named; the word after it is taken for its value.
    private var isAfterUnknown = false

    init(known: KnownSettings) {
        self.known = known
    }

    mutating func take(_ word: String) {
        if word.hasPrefix("--") {
            finish()
            takeOption(word.dropFirst(2))
        } else if let setting = waiting {
            waiting = nil
            set(setting, to: word)
        } else if !isAfterUnknown {
            problems.append("\(word) (command line) belongs to no setting.")
        }
        isAfterUnknown = isAfterUnknown && word.hasPrefix("--")
    }

    /// A setting that waits for its value gets none.
    mutating func finish() {
        guard let setting = waiting else { return }
        waiting = nil
        if setting.isFlag {
            set(setting, to: "true")
        } else {
            problems.append("\(setting.option) (command line) needs a value: \(setting.allowed).")
        }
    }

    private mutating func takeOption(_ option: Substring) {
        let parts = option.split(
            separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let setting = known.setting(String(parts[0])) else {
            isAfterUnknown = true
            let options = known.settings.map(\.option)
            problems.append(
                known.unknown("--\(parts[0])", in: "command line", among: options + ["--config"]))
            return
        }
        if parts.count == 2 {
            set(setting, to: String(parts[1]))
        } else {
            waiting = setting
        }
    }

    private mutating func set(_ setting: any SettingDescription, to value: String) {
        if setting.isSecret {
            problems.append(
                "\(setting.option) (command line) can be read there by everybody on this machine. "
                    + "Give it in \(setting.environmentName), or name its file with "
                    + "\(setting.option)_file.")
        }
        if values.updateValue(value, forKey: setting.key) != nil {
            problems.append("\(setting.option) (command line) is given twice.")
        }
    }
}
