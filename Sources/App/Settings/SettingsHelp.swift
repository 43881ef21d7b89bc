/// The settings as `--help` shows them.
package enum SettingsHelp {
    package static var text: String {
        let lines = Settings.all.map { setting in
            let value = setting.defaultText.isEmpty ? "" : " (default: \(setting.defaultText))"
            return "  \(setting.option)\(value)\n          \(setting.help)"
        }
        return """
            Settings come from --config FILE (YAML), then from the environment (ANNALS_LISTEN_PORT), \
            then from the command line; the later wins.

            SETTINGS:
            \(lines.joined(separator: "\n"))
            """
    }
}
