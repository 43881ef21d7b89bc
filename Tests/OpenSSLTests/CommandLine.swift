import TestSupport

extension Scratch {
    /// Runs `openssl` in the directory: an implementation that is not ours judges what we made.
    func openssl(_ arguments: String...) throws -> (status: Int32, output: String) {
        try run("openssl", arguments, in: url)
    }
}
