import TestSupport

/// Runs curl, a client that is not ours; blocks until it ends.
func curl(_ arguments: String...) throws -> (status: Int32, output: String) {
    try run("curl", ["-s", "--max-time", "30"] + arguments)
}
