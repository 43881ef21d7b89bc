// Where a text is broken: the slow way, taken only after the fast one said that it is.
#include "parser.h"

namespace {

/// Bytes of the UTF-8 sequence at `text`; 0 where there is none (RFC 3629 section 4).
size_t sequence_length(const uint8_t *text, size_t left) {
    auto continues = [&](size_t index, uint8_t low, uint8_t high) {
        return index < left && text[index] >= low && text[index] <= high;
    };
    uint8_t lead = text[0];
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1, 0x80, 0xBF) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
        uint8_t high = lead == 0xED ? 0x9F : 0xBF;
        return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
    }
    if (lead < 0xF0 || lead > 0xF4) return 0;
    uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    bool whole = continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF);
    return whole ? 4 : 0;
}

}  // namespace

annals_json_status annals::explain_structure(
    annals_json_parser &parser, simdjson::error_code code
) {
    if (code == simdjson::CAPACITY || code == simdjson::MEMALLOC) return ANNALS_JSON_NO_MEMORY;
    bool in_string = false;
    size_t opened = 0;
    for (size_t offset = 0; offset < parser.length;) {
        size_t length = sequence_length(parser.source + offset, parser.length - offset);
        if (length == 0) {
            parser.fail(offset, "not UTF-8");
            return ANNALS_JSON_BAD_UTF8;
        }
        uint8_t byte = parser.source[offset];
        if (in_string && byte < 0x20) {
            return parser.fail(offset, "a control character in a string is not escaped");
        }
        if (byte == '"') {
            in_string = !in_string;
            opened = offset;
        }
        // What a backslash escapes cannot end the string; outside of one it is looked at later.
        if (in_string && byte == '\\' && offset + 1 < parser.length
            && parser.source[offset + 1] >= 0x20 && parser.source[offset + 1] < 0x80) {
            length = 2;
        }
        offset += length;
    }
    return parser.fail(opened, "the string does not end");
}
