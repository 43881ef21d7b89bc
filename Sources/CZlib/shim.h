// zlib as Swift sees it: inflateInit2 and deflateInit2 are macros that pass the version.
#pragma once
#include <zlib.h>

/// Reads gzip only (16 + the largest window); zlib streams and raw deflate are refused.
static inline int annals_inflate_begin_gzip(z_streamp stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

/// Writes gzip, at the level that packs JSON well for its time.
static inline int annals_deflate_begin_gzip(z_streamp stream) {
    return deflateInit2(stream, 5, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
