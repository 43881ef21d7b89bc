extension SegmentLog {
    /// Keeps the bytes of a damaged place for the operator; when this returns they are on the disk.
    func keep(_ place: DamagedPlace) throws(SpoolError) {
        try setAside.keep(place)
        noteStatus()
    }

    /// Keeps events that will not come into the store.
    ///
    /// - Parameter lines: one event each as JSON.
    func keep(_ lines: [[UInt8]], as reason: SetAside.Reason) throws(SpoolError) {
        if lines.isEmpty { return }
        try setAside.keep(lines, as: reason)
        noteStatus()
    }
}
