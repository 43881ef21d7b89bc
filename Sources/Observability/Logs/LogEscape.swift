/// Keeps what clients send from forging log lines or driving terminals.
enum LogEscape {
    /// Controls (C0, DEL, C1), and what breaks or turns lines in viewers: separators and marks of
    /// direction.
    static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// `\u001b`: all unsafe scalars have four digits.
    static func unicode(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// The text on one line, with every unsafe scalar spelled out.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where isUnsafe(scalar): escaped += unicode(scalar)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A value behind `key=`: in quotes where it would not read back as one word.
    static func word(_ text: String) -> String {
        let isWord =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                !isUnsafe(scalar) && scalar != " " && scalar != "\"" && scalar != "="
                    && scalar != "\\"
            }
        return isWord ? text : FactJSON.line(.text(text))
    }
}
