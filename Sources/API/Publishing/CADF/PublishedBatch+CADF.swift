extension PublishedBatch {
    /// Refuses audit documents that stand in an array beside payloads without their events.
    ///
    /// Such an array is what Ceilometer sends where `raw_only` is set by mistake: the other payloads
    /// are lost, and only an answer that takes nothing makes Ceilometer say so.
    mutating func refuseAuditDocumentsBesidePayloads() {
        let holdsPayloads = items.contains { item in
            if case .failure(let rejection) = item { return rejection.code == .rawOnly }
            return false
        }
        guard holdsPayloads else { return }
        items = items.map { item in
            guard case .success(let decoded) = item, decoded.isAuditDocument else { return item }
            return .failure(.rawOnly)
        }
    }
}
