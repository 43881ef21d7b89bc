#include "shim.h"

#include <new>

#include "parser.h"

extern "C" {

annals_json_parser *annals_json_create(void) {
    auto parser = new (std::nothrow) annals_json_parser();
    if (!parser) return nullptr;
    // So that neither row is ever without an address.
    parser->nodes.reserve(64);
    parser->strings.reserve(256);
    return parser;
}

void annals_json_destroy(annals_json_parser *parser) {
    delete parser;
}

annals_json_status annals_json_begin(
    annals_json_parser *parser, const uint8_t *source, size_t length, uint32_t depth_limit,
    uint32_t size_limit
) {
    parser->source = source;
    parser->length = length;
    parser->depth_limit = depth_limit;
    parser->size_limit = size_limit;
    parser->cursor = 0;
    parser->count = 0;
    parser->nodes.clear();
    parser->strings.clear();
    parser->open.clear();
    if (!parser->structure || parser->capacity < length) {
        // A little more, so that a row of growing texts does not allocate for each of them.
        size_t wanted = length < 4096 ? 4096 : length + length / 8;
        auto code = simdjson::get_active_implementation()->create_dom_parser_implementation(
            wanted, 1, parser->structure);
        parser->capacity = code == simdjson::SUCCESS ? wanted : 0;
        if (code != simdjson::SUCCESS) return ANNALS_JSON_NO_MEMORY;
    }
    auto code = parser->structure->stage1(source, length, simdjson::stage1_mode::regular);
    if (code == simdjson::EMPTY) return ANNALS_JSON_OK;
    if (code != simdjson::SUCCESS) return annals::explain_structure(*parser, code);
    parser->positions = parser->structure->structural_indexes.get();
    parser->count = parser->structure->n_structural_indexes;
    return ANNALS_JSON_OK;
}

bool annals_json_accept(annals_json_parser *parser, uint8_t mark) {
    return parser->accept(mark);
}

annals_json_status annals_json_finish(annals_json_parser *parser) {
    if (parser->at_end()) return ANNALS_JSON_OK;
    return parser->fail(parser->offset_now(), "something follows the end of the document");
}

const annals_json_node *annals_json_nodes(const annals_json_parser *parser) {
    return parser->nodes.data();
}

const uint8_t *annals_json_strings(const annals_json_parser *parser) {
    return parser->strings.data();
}

size_t annals_json_offset(const annals_json_parser *parser) {
    return parser->offset_now();
}

size_t annals_json_failure_offset(const annals_json_parser *parser) {
    return parser->failure_offset;
}

const char *annals_json_failure_reason(const annals_json_parser *parser) {
    return parser->failure_reason;
}

size_t annals_json_footprint(const annals_json_parser *parser) {
    // simdjson keeps four bytes of index for each byte of text it can take.
    return parser->capacity * 4 + parser->nodes.capacity() * sizeof(annals_json_node)
        + parser->strings.capacity();
}

}  // extern "C"
