/// Text that must not be seen: passwords, keys, URLs that hold them.
///
/// Prints as stars wherever it is interpolated or dumped; `reveal()` is the one way to the text, so
/// that every use can be found.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    package func reveal() -> String { text }
    package var description: String { "********" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
