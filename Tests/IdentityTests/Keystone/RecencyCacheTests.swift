import TestSupport
import Testing

@testable import Identity

@Suite("The cache of what was used last")
struct RecencyCacheTests {
    @Test("behaves like a list that is searched", arguments: 1...20)
    func model(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let limit = Int(generator.next() % 7) + 1
        var cache = RecencyCache<Int, Int>(limit: limit)
        var model: [(key: Int, value: Int)] = []
        for step in 0..<2000 {
            let key = Int(generator.next() % 12)
            let place = model.firstIndex { $0.key == key }
            switch generator.next() % 5 {
            case 0, 1:
                if let place { model.remove(at: place) }
                model.append((key, step))
                if model.count > limit { model.removeFirst() }
                cache.set(key, step)
            case 2:
                if let place { model.remove(at: place) }
                cache.remove(key)
            default:
                #expect(cache.use(key) == place.map { model[$0].value })
                if let place { model.append(model.remove(at: place)) }
            }
            #expect(cache.count == model.count)
        }
    }
}
