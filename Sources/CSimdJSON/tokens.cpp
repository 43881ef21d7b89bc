// Strings and scalars: from the bytes of one token to one node.
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "parser.h"

namespace {

bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

int hex_digit(uint8_t byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

/// The 16 bits of `\uXXXX` whose digits begin at `text`; -1 where they are none.
int32_t code_unit(const uint8_t *text, const uint8_t *end) {
    if (end - text < 4) return -1;
    int32_t value = 0;
    for (int index = 0; index < 4; ++index) {
        int digit = hex_digit(text[index]);
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

void append_scalar(std::vector<uint8_t> &bytes, uint32_t scalar) {
    if (scalar < 0x80) {
        bytes.push_back(uint8_t(scalar));
    } else if (scalar < 0x800) {
        bytes.push_back(uint8_t(0xC0 | scalar >> 6));
        bytes.push_back(uint8_t(0x80 | (scalar & 0x3F)));
    } else if (scalar < 0x10000) {
        bytes.push_back(uint8_t(0xE0 | scalar >> 12));
        bytes.push_back(uint8_t(0x80 | (scalar >> 6 & 0x3F)));
        bytes.push_back(uint8_t(0x80 | (scalar & 0x3F)));
    } else {
        bytes.push_back(uint8_t(0xF0 | scalar >> 18));
        bytes.push_back(uint8_t(0x80 | (scalar >> 12 & 0x3F)));
        bytes.push_back(uint8_t(0x80 | (scalar >> 6 & 0x3F)));
        bytes.push_back(uint8_t(0x80 | (scalar & 0x3F)));
    }
}

/// Reads the digits behind `\u`, and those of the other half of a pair; null where they are none.
const uint8_t *unescape_unicode(
    annals_json_parser &parser, annals_json_node &node, const uint8_t *text, const uint8_t *end
) {
    int32_t unit = code_unit(text, end);
    if (unit < 0) return nullptr;
    text += 4;
    uint32_t scalar = uint32_t(unit);
    if (unit >= 0xD800 && unit <= 0xDBFF && end - text >= 6 && text[0] == '\\' && text[1] == 'u') {
        int32_t low = code_unit(text + 2, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            scalar = 0x10000 + (uint32_t(unit - 0xD800) << 10) + uint32_t(low - 0xDC00);
            text += 6;
        }
    }
    if (scalar >= 0xD800 && scalar <= 0xDFFF) {
        scalar = 0xFFFD;
        node.flags |= ANNALS_JSON_REPLACED;
    }
    if (scalar == 0) node.flags |= ANNALS_JSON_HOLDS_NUL;
    append_scalar(parser.strings, scalar);
    return text;
}

/// The character that `\` and this byte stand for; 0 where none.
uint8_t short_escape(uint8_t byte) {
    switch (byte) {
    case '"': case '\\': case '/': return byte;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

annals_json_status unescape(
    annals_json_parser &parser, annals_json_node &node, const uint8_t *text, const uint8_t *end
) {
    size_t begin = parser.strings.size();
    while (text < end) {
        auto next = static_cast<const uint8_t *>(memchr(text, '\\', size_t(end - text)));
        if (!next) next = end;
        parser.strings.insert(parser.strings.end(), text, next);
        text = next;
        if (text == end) break;
        size_t offset = size_t(text - parser.source);
        // A backslash is never the last byte: the closing quote would not have been one.
        uint8_t byte = text[1];
        text += 2;
        if (byte == 'u') {
            text = unescape_unicode(parser, node, text, end);
            if (!text) return parser.fail(offset, "expected four hexadecimal digits");
            continue;
        }
        uint8_t meant = short_escape(byte);
        if (!meant) return parser.fail(offset, "no such escape");
        parser.strings.push_back(meant);
    }
    node.flags |= ANNALS_JSON_UNESCAPED;
    node.offset = uint32_t(begin);
    node.length = uint32_t(parser.strings.size() - begin);
    return ANNALS_JSON_OK;
}

void append(annals_json_parser &parser, annals_json_node node) {
    node.next = uint32_t(parser.nodes.size()) + 1;
    parser.nodes.push_back(node);
}

bool is(const char *word, const char *text, size_t length) {
    return strlen(word) == length && memcmp(word, text, length) == 0;
}

/// `null`, `true`, `false`, and the three words of Python; false where it is none of them.
bool read_word(annals_json_node &node, const char *text, size_t length) {
    if (is("null", text, length)) {
        node.kind = ANNALS_JSON_NULL;
    } else if (is("true", text, length) || is("false", text, length)) {
        node.kind = ANNALS_JSON_BOOLEAN;
        node.integer = *text == 't';
    } else if (
        is("NaN", text, length) || is("Infinity", text, length) || is("-Infinity", text, length)
    ) {
        node.kind = ANNALS_JSON_NON_FINITE;
    } else {
        return false;
    }
    return true;
}

/// How many digits stand from here on.
size_t digits(const char *text, const char *end) {
    const char *start = text;
    while (text < end && *text >= '0' && *text <= '9') ++text;
    return size_t(text - start);
}

/// Checks the grammar of RFC 8259 section 6.
bool is_number(const char *text, const char *end, bool &is_integer) {
    if (text < end && *text == '-') ++text;
    size_t whole = digits(text, end);
    if (whole == 0 || (whole > 1 && *text == '0')) return false;
    text += whole;
    is_integer = text == end;
    if (text < end && *text == '.') {
        size_t fraction = digits(text + 1, end);
        if (fraction == 0) return false;
        text += 1 + fraction;
    }
    if (text < end && (*text == 'e' || *text == 'E')) {
        ++text;
        if (text < end && (*text == '+' || *text == '-')) ++text;
        size_t exponent = digits(text, end);
        if (exponent == 0) return false;
        text += exponent;
    }
    return text == end;
}

double to_double(const char *text, const char *end) {
    double value = 0;
    auto result = std::from_chars(text, end, value);
    if (result.ec != std::errc::result_out_of_range) return value;
    // Too large or too small: the C library says which. The process never leaves the "C" locale.
    return strtod(std::string(text, end).c_str(), nullptr);
}

bool read_number(annals_json_node &node, const char *text, const char *end) {
    bool is_integer = false;
    if (!is_number(text, end, is_integer)) return false;
    if (is_integer) {
        auto result = std::from_chars(text, end, node.integer);
        if (result.ec == std::errc()) {
            node.kind = ANNALS_JSON_INTEGER;
            return true;
        }
    }
    node.real = to_double(text, end);
    node.kind = is_integer ? ANNALS_JSON_BIG_INTEGER : ANNALS_JSON_FLOAT;
    return true;
}

}  // namespace

annals_json_status annals::read_string(annals_json_parser &parser) {
    uint32_t start = parser.position(parser.cursor);
    // The structure has no entry for the closing quote: it is the last byte that is no space before
    // the next token.
    size_t end = parser.limit_of(parser.cursor) - 1;
    while (is_space(parser.source[end])) --end;
    if (end <= start || parser.source[end] != '"') {
        return parser.fail(start, "the string does not end");
    }
    annals_json_node node{};
    node.kind = ANNALS_JSON_STRING;
    node.offset = start + 1;
    node.length = uint32_t(end - start - 1);
    const uint8_t *text = parser.source + node.offset;
    parser.cursor += 1;
    if (memchr(text, '\\', node.length)) {
        auto status = unescape(parser, node, text, text + node.length);
        if (status != ANNALS_JSON_OK) return status;
    }
    append(parser, node);
    return ANNALS_JSON_OK;
}

annals_json_status annals::read_scalar(annals_json_parser &parser) {
    if (parser.at_end()) return parser.fail(parser.length, "the text ends too early");
    uint32_t start = parser.position(parser.cursor);
    size_t end = parser.limit_of(parser.cursor);
    while (end > start && is_space(parser.source[end - 1])) --end;
    annals_json_node node{};
    node.offset = start;
    node.length = uint32_t(end - start);
    auto text = reinterpret_cast<const char *>(parser.source) + start;
    auto stop = reinterpret_cast<const char *>(parser.source) + end;
    if (!read_number(node, text, stop) && !read_word(node, text, node.length)) {
        return parser.fail(start, "expected a value");
    }
    parser.cursor += 1;
    append(parser, node);
    return ANNALS_JSON_OK;
}
