// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "bpfleak_libdw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

// From the Itanium C++ ABI, in libstdc++.
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);
// From the Swift runtime.
char *swift_demangle(const char *name, size_t length, char *buffer, size_t *buffer_bytes,
		     uint32_t flags);
// From libiberty. It knows both of Rust's naming schemes.
char *rust_demangle(const char *name, int options);

// Rust's older names are C++ names that end in a hash: `17h`, 16 hexadecimal digits and `E`.
static bool is_old_rust(const char *name)
{
	size_t length = strlen(name);

	return length > 20 && !strncmp(name, "_ZN", 3) && name[length - 1] == 'E' &&
	       !strncmp(name + length - 20, "17h", 3);
}

char *bpfleak_demangle(const char *name)
{
	if (!strncmp(name, "_R", 2) || is_old_rust(name)) {
		char *demangled = rust_demangle(name, 0);

		if (demangled)
			return demangled;
	}
	if (!strncmp(name, "_Z", 2) || !strncmp(name, "___Z", 4))
		return __cxa_demangle(name, NULL, NULL, NULL);
	if (!strncmp(name, "$s", 2) || !strncmp(name, "_$s", 3) || !strncmp(name, "$S", 2))
		return swift_demangle(name, strlen(name), NULL, NULL, 0);
	return NULL;
}

int64_t bpfleak_crc32_of_file(int fd)
{
	unsigned char bytes[16384];
	uLong checksum = crc32(0, NULL, 0);
	off_t place = 0;
	ssize_t got;

	for (;;) {
		got = pread(fd, bytes, sizeof bytes, place);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -1 : (int64_t)checksum;
		checksum = crc32(checksum, bytes, (uInt)got);
		place += got;
	}
}

int bpfleak_memory_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}
