import Glibc

/// What other users of the machine see of our command line.
enum ProcessArguments {
    /// Overwrites with stars what stands between `:` and `@` in a URL, and what follows
    /// `password=`. Call it after the arguments were read.
    ///
    /// The kernel shows a process's arguments from the process's own memory, so this is what `ps`
    /// prints from now on. A moment remains in which it showed the password.
    static func hidePasswords() {
        let arguments = unsafe CommandLine.unsafeArgv
        var previous: [UInt8] = []
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = unsafe arguments[index] else { continue }
            let bytes = unsafe Array(UnsafeBufferPointer(start: argument, count: strlen(argument)))
            let text = bytes.map { UInt8(bitPattern: $0) }
            for place in secretPlaces(in: text, after: previous) {
                unsafe argument[place] = 0x2A
            }
            previous = text
        }
    }

    /// Where in an argument the bytes of a password stand.
    ///
    /// - Parameter previous: the argument before it, which may be the option's name.
    static func secretPlaces(in argument: [UInt8], after previous: [UInt8] = []) -> [Int] {
        let isOption = previous.starts(with: "--".utf8)
        if isOption, secretWords.contains(where: { previous.suffix($0.count).elementsEqual($0) }) {
            return Array(argument.indices)
        }
        return credentials(in: argument) + parameters(in: argument)
    }

    /// How the names of settings end that hold a secret.
    private static let secretWords = [Array("password".utf8), Array("secret".utf8)]

    /// `scheme://user:password@host`: from the first colon behind the slashes to the last `@` before
    /// the next `?`.
    private static func credentials(in argument: [UInt8]) -> [Int] {
        let slashes = Array("://".utf8)
        guard let start = argument.firstRange(of: slashes)?.upperBound else { return [] }
        let end = argument[start...].firstIndex(of: UInt8(ascii: "?")) ?? argument.count
        guard let at = argument[start..<end].lastIndex(of: UInt8(ascii: "@")),
            let colon = argument[start..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return [] }
        return Array(colon + 1..<at)
    }

    /// `…password=text` and `…secret=text`, also as a parameter of a URL.
    private static func parameters(in argument: [UInt8]) -> [Int] {
        var places: [Int] = []
        for word in secretWords {
            var rest = argument[...]
            while let found = rest.firstRange(of: word + [UInt8(ascii: "=")]) {
                let value = argument[found.upperBound...].prefix { $0 != UInt8(ascii: "&") }
                places += value.indices
                rest = argument[value.endIndex...]
            }
        }
        return places
    }
}
