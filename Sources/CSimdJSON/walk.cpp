// From structure to nodes: one loop and an explicit stack, so that no depth can overflow ours.
#include "parser.h"

namespace {

annals_json_node container_node(annals_json_kind kind, uint32_t offset) {
    annals_json_node node{};
    node.kind = kind;
    node.offset = offset;
    return node;
}

/// Moves behind a value that is refused, bracket by bracket; its grammar is not checked.
annals_json_status skip(annals_json_parser &parser, uint32_t start, annals_json_status reason) {
    parser.cursor = start;
    uint32_t depth = 0;
    do {
        if (parser.at_end()) return parser.fail(parser.length, "the text ends too early");
        uint8_t byte = parser.token();
        if (byte == '[' || byte == '{') depth += 1;
        if (byte == ']' || byte == '}') depth -= 1;
        parser.cursor += 1;
    } while (depth > 0);
    parser.open.clear();
    return reason;
}

void close_container(annals_json_parser &parser) {
    parser.nodes[parser.open.back()].next = uint32_t(parser.nodes.size());
    parser.open.pop_back();
}

annals_json_status read_key(annals_json_parser &parser) {
    if (parser.token() != '"') {
        return parser.fail(parser.offset_now(), "expected a name in quotes");
    }
    parser.nodes[parser.open.back()].length += 1;
    auto status = annals::read_string(parser);
    if (status != ANNALS_JSON_OK) return status;
    if (!parser.accept(':')) {
        return parser.fail(parser.offset_now(), "expected a colon");
    }
    return ANNALS_JSON_OK;
}

/// Opens a container; the cursor stands on its bracket.
void open_container(annals_json_parser &parser, bool is_object) {
    parser.open.push_back(uint32_t(parser.nodes.size()));
    parser.nodes.push_back(container_node(
        is_object ? ANNALS_JSON_OBJECT : ANNALS_JSON_ARRAY, uint32_t(parser.offset_now())));
    parser.cursor += 1;
}

bool is_object(const annals_json_parser &parser) {
    return parser.nodes[parser.open.back()].kind == ANNALS_JSON_OBJECT;
}

/// Before a value: the name it stands under, or one more element counted.
annals_json_status begin_member(annals_json_parser &parser) {
    if (is_object(parser)) return read_key(parser);
    parser.nodes[parser.open.back()].length += 1;
    return ANNALS_JSON_OK;
}

/// After a value: closes what closes here. `done` where the outermost value is complete.
annals_json_status end_value(annals_json_parser &parser, bool &done) {
    while (!parser.open.empty()) {
        bool object = is_object(parser);
        if (parser.accept(',')) return begin_member(parser);
        if (!parser.accept(object ? '}' : ']')) {
            return parser.at_end()
                ? parser.fail(parser.length, "the text ends too early")
                : parser.fail(parser.offset_now(), "expected a comma or a closing bracket");
        }
        close_container(parser);
    }
    done = true;
    return ANNALS_JSON_OK;
}

}  // namespace

extern "C" annals_json_status annals_json_value(annals_json_parser *handle) {
    auto &parser = *handle;
    parser.nodes.clear();
    parser.strings.clear();
    parser.open.clear();
    if (parser.at_end()) return ANNALS_JSON_END;
    uint32_t start = parser.cursor;
    size_t begin = parser.offset_now();
    bool done = false;
    while (!done) {
        uint8_t byte = parser.token();
        auto status = ANNALS_JSON_OK;
        if (byte == '{' || byte == '[') {
            if (parser.open.size() >= parser.depth_limit) {
                return skip(parser, start, ANNALS_JSON_TOO_DEEP);
            }
            open_container(parser, byte == '{');
            if (parser.token() != (byte == '{' ? '}' : ']')) {
                status = begin_member(parser);
                if (status != ANNALS_JSON_OK) return status;
                continue;
            }
        } else if (byte == '"') {
            status = annals::read_string(parser);
        } else {
            status = annals::read_scalar(parser);
        }
        if (status == ANNALS_JSON_OK) status = end_value(parser, done);
        if (status != ANNALS_JSON_OK) return status;
        if (parser.position(parser.cursor - 1) - begin >= parser.size_limit) {
            if (done) return ANNALS_JSON_TOO_LARGE;
            return skip(parser, start, ANNALS_JSON_TOO_LARGE);
        }
    }
    return ANNALS_JSON_OK;
}
