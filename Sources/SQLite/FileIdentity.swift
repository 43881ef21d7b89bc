import Glibc
package import SQL

/// Which file a path named when it was opened; notices when the file is deleted or replaced.
package struct FileIdentity: Sendable {
    private let path: String
    private let device: UInt
    private let node: UInt

    package init(of path: String) throws(SQLError) {
        guard let (device, node) = Self.look(path) else {
            throw SQLError(
                kind: .cannotOpen, code: Int(errno),
                message: "\(path): \(String(cString: strerror(errno)))")
        }
        self.path = path
        self.device = device
        self.node = node
    }

    /// The path still names that file.
    package var isUnchanged: Bool {
        guard let (device, node) = Self.look(path) else { return false }
        return device == self.device && node == self.node
    }

    private static func look(_ path: String) -> (UInt, UInt)? {
        var status = stat()
        return stat(path, &status) == 0 ? (UInt(status.st_dev), UInt(status.st_ino)) : nil
    }
}
