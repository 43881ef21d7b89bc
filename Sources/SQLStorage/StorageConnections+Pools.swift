package import EventStore
package import SQL

extension StorageConnections {
    /// Sums up what the pools of a storage tell of themselves.
    package init(_ pools: [ConnectionPoolStatus]) {
        self.init()
        for pool in pools {
            limit += pool.limit
            self.open += pool.open
            waiting += pool.waiting
            opened += pool.opened
            lost += pool.lost
        }
    }
}
