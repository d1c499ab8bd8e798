// SPDX-License-Identifier: Apache-2.0
#include "bpfleak_zlib.h"

#include <limits.h>
#include <zlib.h>

// A gzip header and trailer are 18 bytes; deflate's own bound does not count them.
enum { GZIP_WINDOW = MAX_WBITS + 16, GZIP_FRAME = 32 };

size_t bpfleak_gzip_bound(size_t bytes)
{
	return compressBound(bytes) + GZIP_FRAME;
}

size_t bpfleak_gzip(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity)
{
	z_stream stream = {0};
	size_t written = 0;

	// One call takes at most what zlib's counters hold; profiles are far smaller.
	if (bytes > UINT_MAX || capacity > UINT_MAX)
		return 0;
	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	stream.next_in = (z_const Bytef *)input;
	stream.avail_in = (uInt)bytes;
	stream.next_out = output;
	stream.avail_out = (uInt)capacity;
	if (deflate(&stream, Z_FINISH) == Z_STREAM_END)
		written = stream.total_out;
	deflateEnd(&stream);
	return written;
}

size_t bpfleak_deflate_bound(size_t bytes)
{
	return compressBound(bytes);
}

size_t bpfleak_deflate(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity)
{
	uLongf written = capacity;

	return compress2(output, &written, input, bytes, Z_BEST_SPEED) == Z_OK ? written : 0;
}

size_t bpfleak_inflate(const uint8_t *input, size_t bytes, uint8_t *output, size_t capacity)
{
	uLongf written = capacity;

	return uncompress(output, &written, input, bytes) == Z_OK ? written : 0;
}

uint32_t bpfleak_crc32(const uint8_t *input, size_t bytes)
{
	return crc32_z(0, input, bytes);
}
