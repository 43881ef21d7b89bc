// JSON through simdjson, as Swift sees it.
//
// simdjson's first stage finds the structure of a text (64 bytes at a time) and checks its UTF-8.
// The second stage is ours: it walks that structure and writes a flat row of nodes, because a store
// must see what a strict parser refuses (NaN, integers of any size, halves of surrogate pairs).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

typedef enum {
    ANNALS_JSON_NULL = 0,
    /// `integer` is 1 for true and 0 for false.
    ANNALS_JSON_BOOLEAN = 1,
    /// Fits int64; the value is `integer`.
    ANNALS_JSON_INTEGER = 2,
    /// Digits only, beyond int64; the value is the nearest `real`.
    ANNALS_JSON_BIG_INTEGER = 3,
    /// The value is `real`; infinite where the digits are beyond a double.
    ANNALS_JSON_FLOAT = 4,
    /// `NaN`, `Infinity` or `-Infinity`, which Python writes and JSON does not know.
    ANNALS_JSON_NON_FINITE = 5,
    ANNALS_JSON_STRING = 6,
    ANNALS_JSON_ARRAY = 7,
    ANNALS_JSON_OBJECT = 8,
} annals_json_kind;

/// `flags` of a string.
enum {
    /// Its bytes are among the unescaped strings, not in the source.
    ANNALS_JSON_UNESCAPED = 1,
    /// Half of a surrogate pair stood in it; it is U+FFFD now.
    ANNALS_JSON_REPLACED = 2,
    /// Holds U+0000.
    ANNALS_JSON_HOLDS_NUL = 4,
};

typedef struct {
    uint8_t kind;
    uint8_t flags;
    /// The index of the first node behind this one and all it holds.
    uint32_t next;
    /// Where the bytes of a string or number begin; for a container where its bracket stands.
    uint32_t offset;
    /// Bytes of a string or number; elements of an array; members of an object.
    uint32_t length;
    union {
        int64_t integer;
        double real;
    };
} annals_json_node;

typedef enum {
    ANNALS_JSON_OK = 0,
    /// No value is left.
    ANNALS_JSON_END = 1,
    /// The value was skipped: it nests deeper than allowed.
    ANNALS_JSON_TOO_DEEP = 2,
    /// The value was skipped: it has more bytes than allowed.
    ANNALS_JSON_TOO_LARGE = 3,
    ANNALS_JSON_SYNTAX = 4,
    ANNALS_JSON_BAD_UTF8 = 5,
    ANNALS_JSON_NO_MEMORY = 6,
} annals_json_status;

typedef struct annals_json_parser annals_json_parser;

/// Null where there is no memory. One thread at a time may use a parser.
annals_json_parser *_Nullable annals_json_create(void);
void annals_json_destroy(annals_json_parser *parser);

/// Takes up a new text, which must stay where it is until the next one. Finds its structure.
annals_json_status annals_json_begin(
    annals_json_parser *parser, const uint8_t *source, size_t length, uint32_t depth_limit,
    uint32_t size_limit);

/// Reads the next value, whole, and moves behind it. Its nodes replace those of the last value.
annals_json_status annals_json_value(annals_json_parser *parser);
/// True and moves on where the next token is this punctuation mark.
bool annals_json_accept(annals_json_parser *parser, uint8_t mark);
/// `ANNALS_JSON_OK` where nothing is left, else a syntax error.
annals_json_status annals_json_finish(annals_json_parser *parser);

/// Valid until the next value. Never null.
const annals_json_node *annals_json_nodes(const annals_json_parser *parser);
/// What escaped strings became; valid until the next value. Never null.
const uint8_t *annals_json_strings(const annals_json_parser *parser);
/// Where the next token begins; the length of the text at its end.
size_t annals_json_offset(const annals_json_parser *parser);
/// Where in the source the last failure was found.
size_t annals_json_failure_offset(const annals_json_parser *parser);
/// What was wrong there, a few words of ASCII; never null.
const char *annals_json_failure_reason(const annals_json_parser *parser);
/// Bytes this parser keeps for the next text.
size_t annals_json_footprint(const annals_json_parser *parser);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
