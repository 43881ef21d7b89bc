// The state of one parser; shared by the files of this target and by nobody else.
#pragma once
#include <simdjson.h>

#include <memory>
#include <vector>

#include "shim.h"

struct annals_json_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> structure;
    /// Where each token begins; owned by `structure`.
    const uint32_t *positions = nullptr;
    size_t capacity = 0;

    const uint8_t *source = nullptr;
    size_t length = 0;
    uint32_t depth_limit = 0;
    uint32_t size_limit = 0;
    /// The next entry of `structure->structural_indexes` to look at, and how many there are.
    uint32_t cursor = 0;
    uint32_t count = 0;

    std::vector<annals_json_node> nodes;
    std::vector<uint8_t> strings;
    /// Indexes of the containers that are open, outermost first.
    std::vector<uint32_t> open;

    size_t failure_offset = 0;
    const char *failure_reason = "";

    uint32_t position(uint32_t index) const { return positions[index]; }
    bool at_end() const { return cursor >= count; }
    /// The byte of the next token; 0 at the end.
    uint8_t token() const { return at_end() ? 0 : source[position(cursor)]; }
    /// Where the token after the one at `index` begins; the end of the text behind the last one.
    size_t limit_of(uint32_t index) const {
        return index + 1 < count ? position(index + 1) : length;
    }
    size_t offset_now() const { return at_end() ? length : position(cursor); }

    /// True and one token on where the next one is this mark.
    bool accept(uint8_t mark) {
        if (at_end() || token() != mark) return false;
        cursor += 1;
        return true;
    }

    annals_json_status fail(size_t offset, const char *reason) {
        failure_offset = offset;
        failure_reason = reason;
        return ANNALS_JSON_SYNTAX;
    }
};

namespace annals {
/// Reads the string or scalar at the cursor into one node and moves behind it.
annals_json_status read_string(annals_json_parser &parser);
annals_json_status read_scalar(annals_json_parser &parser);
/// Where simdjson's first stage failed, found again byte by byte.
annals_json_status explain_structure(annals_json_parser &parser, simdjson::error_code code);
}  // namespace annals
