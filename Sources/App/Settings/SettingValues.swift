import Configuration

/// Where a value was found.
package enum SettingPlace: Sendable, Hashable {
    case commandLine
    case environment
    case file(String)
    case defaults
}

/// One source of settings. Whatever the source, a value is a text until its kind reads it.
struct SettingsLayer {
    let place: SettingPlace
    let snapshot: any ConfigSnapshot

    /// Nil where the source says nothing, or says it with an empty text.
    func text(_ key: String) -> String? {
        let key = AbsoluteConfigKey(key.split(separator: ".").map(String.init))
        let text = scalar(key) ?? list(key)
        guard let text, !text.isEmpty else { return nil }
        if case .file = place, text == "~" || text == "null" { return nil }
        return text
    }

    /// A throw means that the value has another shape, which `list` reads.
    private func scalar(_ key: AbsoluteConfigKey) -> String? {
        guard let found = try? snapshot.value(forKey: key, type: .string).value,
            case .string(let text) = found.content
        else { return nil }
        return text
    }

    /// A YAML list; or a text with commas, which the command line's provider has split.
    private func list(_ key: AbsoluteConfigKey) -> String? {
        guard let found = try? snapshot.value(forKey: key, type: .stringArray).value,
            case .stringArray(let texts) = found.content
        else { return nil }
        return texts.joined(separator: ",")
    }
}

/// Every setting's text and the place it came from.
package struct SettingValues: Sendable {
    private var texts: [String: (text: String, place: SettingPlace)] = [:]

    /// - Parameter layers: the first that knows a key wins.
    init(_ settings: [any SettingDescription], from layers: [SettingsLayer]) {
        for setting in settings {
            let found = layers.lazy.compactMap { layer in
                layer.text(setting.key).map { (text: $0, place: layer.place) }
            }.first
            texts[setting.key] = found ?? (text: setting.defaultText, place: .defaults)
        }
    }

    package func text(_ setting: any SettingDescription) -> String {
        texts[setting.key]?.text ?? setting.defaultText
    }

    package func place(_ setting: any SettingDescription) -> SettingPlace {
        texts[setting.key]?.place ?? .defaults
    }

    /// The typed value of one setting.
    func callAsFunction<Value>(_ setting: Setting<Value>) throws(SettingsError) -> Value {
        guard let value = setting.kind.read(text(setting)) else {
            throw SettingsError([problem(setting)])
        }
        return value
    }

    /// What is wrong with the values, each by itself.
    func problems(_ settings: [any SettingDescription]) -> [String] {
        settings.filter { !$0.accepts(text($0)) }.map(problem)
    }

    private func problem(_ setting: any SettingDescription) -> String {
        if let objection = setting.objection(to: text(setting)) {
            return "\(name(setting)): \(objection)"
        }
        let written = setting.shown(text(setting))
        return "\(name(setting)): `\(written)` is not allowed; it must be \(setting.allowed)."
    }

    /// The key and the name by which the wrong value was given.
    private func name(_ setting: any SettingDescription) -> String {
        switch place(setting) {
        case .commandLine: "\(setting.key) (command line)"
        case .environment: "\(setting.key) (environment, \(setting.environmentName))"
        case .file(let path): "\(setting.key) (\(path))"
        case .defaults: "\(setting.key) (default)"
        }
    }
}
