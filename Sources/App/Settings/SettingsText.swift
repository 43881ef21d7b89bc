/// Settings as a YAML file that reads back as the same settings.
package struct SettingsText {
    private let settings: [any SettingDescription]
    private let values: SettingValues

    package init(_ values: SettingValues, of settings: [any SettingDescription] = Settings.all) {
        self.values = values
        self.settings = settings
    }

    /// What is in force and where it was set: `annals config show`.
    package var effective: String {
        render { setting in
            ["\(line(setting))\(placeComment(setting))"]
        }
    }

    /// Every setting with its default and what it means: `annals config sample`, and the text of
    /// `etc/annals.yaml`.
    package static var sample: String {
        let text = SettingsText(SettingValues(Settings.all, from: []))
        return preamble + "\n"
            + text.render { setting in
                [
                    "# \(setting.help)", "# Allowed: \(setting.allowed).",
                    "\(text.line(setting))",
                ]
            }
    }

    private static let preamble = """
        # Annals: every setting with its default. `annals config sample` prints this file.
        #
        # The environment overrides the file (listen.port is ANNALS_LISTEN_PORT), and the command
        # line overrides both (--listen.port 8977). An empty text means the default. A setting
        # that does not exist stops the start. Durations: 500ms, 30s, 5m, 2h, 30d; a plain number
        # is seconds. Sizes: 512KiB, 16MiB, 1GiB; a plain number is bytes.

        """

    private func render(_ lines: (any SettingDescription) -> [String]) -> String {
        var text: [String] = []
        var section = ""
        var group: String?
        for setting in settings {
            if setting.section != section {
                if !section.isEmpty { text.append("") }
                section = setting.section
                text.append("\(section):")
                group = nil
            }
            if let begun = setting.group, begun != group { text.append("  \(begun):") }
            group = setting.group
            let indent = group == nil ? "  " : "    "
            text += lines(setting).map { indent + $0 }
        }
        return text.joined(separator: "\n") + "\n"
    }

    private func line(_ setting: any SettingDescription) -> String {
        let text = setting.shown(values.text(setting))
        guard setting.isList else { return "\(setting.leaf): \(scalar(text))" }
        let items = text.split(separator: ",").map { scalar(String($0)) }
        return "\(setting.leaf): [\(items.joined(separator: ", "))]"
    }

    private func placeComment(_ setting: any SettingDescription) -> String {
        switch values.place(setting) {
        case .defaults: ""
        case .commandLine: "  # command line"
        case .environment: "  # \(setting.environmentName)"
        case .file(let path): "  # \(path)"
        }
    }

    /// Plain where YAML takes it for what it is, else in double quotes.
    private func scalar(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "./:_-".unicodeScalars.contains(scalar))
        }
        let isPlainStart = text.first.map { $0.isLetter || $0.isNumber || $0 == "/" } ?? false
        if isPlain && isPlainStart && !text.hasSuffix(":") { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}
