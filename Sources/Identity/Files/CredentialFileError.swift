/// What is wrong with a file of credentials. Never holds a word of the file that could be secret.
package struct CredentialFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let path: String
    /// From 1; nil where it is the whole file.
    package let line: Int?
    /// A sentence without its end.
    package let problem: String

    package init(_ path: String, line: Int? = nil, _ problem: String) {
        self.path = path
        self.line = line
        self.problem = problem
    }

    package var description: String {
        line.map { "\(path), line \($0): \(problem)." } ?? "\(path): \(problem)."
    }
}
