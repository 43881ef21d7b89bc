/// What is taken out of the spool at one time.
struct SpooledGroup: Sendable {
    let records: [SpooledRecord]
    let damages: [DamagedPlace]
    let end: End

    /// Up to where the group reaches.
    struct End: Sendable, Equatable {
        let segment: UInt64
        let offset: Int
    }
}
