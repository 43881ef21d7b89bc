import Values

/// How the text of a setting becomes a value, and the words that say what is allowed.
package struct SettingKind<Value: Sendable>: Sendable {
    /// Completes "must be …".
    package let allowed: String
    /// The text as it may be printed: without passwords.
    package let shown: @Sendable (String) -> String
    /// What is wrong with a text, where more can be said than what is allowed.
    package let objection: @Sendable (String) -> String?
    /// Nil where the text is not allowed.
    package let read: @Sendable (String) -> Value?

    package init(
        allowed: String, shown: @escaping @Sendable (String) -> String = { $0 },
        objection: @escaping @Sendable (String) -> String? = { _ in nil },
        read: @escaping @Sendable (String) -> Value?
    ) {
        self.allowed = allowed
        self.shown = shown
        self.objection = objection
        self.read = read
    }

    /// The same, or a word that means "none".
    func orNone(_ word: String) -> SettingKind<Value?> {
        let hint = word.isEmpty ? "empty" : "`\(word)`"
        return SettingKind<Value?>(allowed: "\(allowed), or \(hint)", shown: shown) {
            [read] text in
            if text == word { return .some(nil) }
            return read(text).map { .some($0) }
        }
    }
}

extension SettingKind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Bytes, plain or in binary units.
    static func byteCount(_ range: ClosedRange<Int>) -> Self {
        let lowest = ByteCountText.text(range.lowerBound)
        let highest = ByteCountText.text(range.upperBound)
        return Self(
            allowed: "a size such as 65536, 512KiB or 16MiB, from \(lowest) to \(highest)"
        ) { text in
            ByteCountText.bytes(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKind where Value == Bool {
    static var flag: Self {
        Self(allowed: "true or false") { text in
            switch text.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension SettingKind where Value == Duration {
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let lowest = DurationText.text(range.lowerBound)
        let highest = DurationText.text(range.upperBound)
        return Self(
            allowed: "a duration such as 500ms, 30 (seconds), 5m, 2h or 30d, "
                + "from \(lowest) to \(highest)"
        ) { text in
            DurationText.duration(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension SettingKind where Value == String {
    static var path: Self {
        Self(allowed: "the path of a file") { $0.isEmpty || $0.contains("\0") ? nil : $0 }
    }

    static var address: Self {
        Self(allowed: "a numeric address such as 127.0.0.1, ::1 or 0.0.0.0") {
            NetworkAddress.isNumeric($0) ? $0 : nil
        }
    }
}

extension SettingKind where Value == [String] {
    /// A YAML list, or texts with commas between them.
    static var list: Self {
        Self(allowed: "a list of texts") { text in
            text.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
                .filter { !$0.isEmpty }
        }
    }
}

extension SettingKind where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(allowed: "one of " + words.joined(separator: ", ")) { Value(rawValue: $0) }
    }
}

extension SettingKind where Value == Secret? {
    static var secret: Self {
        Self(
            allowed: "a text", shown: { $0.isEmpty ? "" : Secret($0).description }
        ) { $0.isEmpty ? .some(nil) : .some(Secret($0)) }
    }
}
