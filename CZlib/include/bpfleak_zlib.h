// SPDX-License-Identifier: Apache-2.0
#ifndef BPFLEAK_ZLIB_H
#define BPFLEAK_ZLIB_H

#include <stddef.h>
#include <stdint.h>

// The most bytes that bpfleak_gzip can write for so many.
size_t bpfleak_gzip_bound(size_t bytes);

// Writes `bytes` of `input` to `output` in the gzip format; answers the bytes written, 0 when they do
// not fit or there is no memory. zlib's macros are out of Swift's reach.
size_t bpfleak_gzip(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity);

// The most bytes that bpfleak_deflate can write for so many.
size_t bpfleak_deflate_bound(size_t bytes);

// Writes `bytes` of `input` to `output` in the zlib format, fast rather than small; answers the bytes
// written, 0 when they do not fit or there is no memory.
size_t bpfleak_deflate(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity);

// Unpacks all of `input`; answers the bytes written, 0 when they are not what fits or not that format.
size_t bpfleak_inflate(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity);

uint32_t bpfleak_crc32(const uint8_t *input, size_t bytes);

#endif
