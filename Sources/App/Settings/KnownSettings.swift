/// Tells known keys from unknown ones, and guesses what was meant.
struct KnownSettings {
    let settings: [any SettingDescription]

    init(_ settings: [any SettingDescription]) {
        self.settings = settings
    }

    func setting(_ key: String) -> (any SettingDescription)? {
        settings.first { $0.key == key }
    }

    func isSection(_ name: String) -> Bool {
        settings.contains { $0.key.hasPrefix(name + ".") }
    }

    /// - Parameter names: how the settings are written in that place (keys, variables, options).
    func unknown(_ written: String, in place: String, among names: [String]) -> String {
        let guess = nearest(to: written, among: names).map { " Did you mean \($0)?" } ?? ""
        return "\(written) (\(place)) is not a setting.\(guess)"
    }

    /// The name that differs in the fewest letters; nil where none is near.
    private func nearest(to written: String, among names: [String]) -> String? {
        let distances = names.map { (name: $0, distance: editDistance(written, $0)) }
        let best = distances.min { $0.distance < $1.distance }
        guard let best, best.distance <= max(3, written.count / 3) else { return nil }
        return best.name
    }

    /// Levenshtein's distance: letters to insert, to delete or to replace.
    private func editDistance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (line, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
