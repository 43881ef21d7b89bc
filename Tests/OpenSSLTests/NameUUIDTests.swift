import OpenSSL
import Testing

@Suite("UUIDs of names")
struct NameUUIDTests {
    /// Made by Python's `uuid.uuid5(uuid.NAMESPACE_URL, name)`.
    @Test(
        "are those of every other implementation",
        arguments: [
            ("http://www.example.com/", "fcde3c85-2270-590f-9e7c-ee003d65e0e2"),
            ("", "1b4db7eb-4057-5ddf-91e0-36dec72071f5"),
            ("ü\n😀", "bef5894c-1e21-5795-8f22-febb67910a79"),
        ])
    func known(name: String, uuid: String) {
        #expect(NameUUID.text(of: name, in: NameUUID.urls) == uuid)
    }
}
