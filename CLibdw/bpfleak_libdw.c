// SPDX-License-Identifier: Apache-2.0
#include "bpfleak_libdw.h"

#include <stdlib.h>
#include <string.h>

// Of the Itanium C++ ABI, in libstdc++.
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);
// In the Swift runtime.
char *swift_demangle(const char *name, size_t length, char *buffer, size_t *buffer_bytes,
		     uint32_t flags);
// In libiberty; rust_demangle knows both of Rust's schemes.
char *rust_demangle(const char *name, int options);

// Rust's older names are C++ ones that end in a hash: `17h` and 16 hexadecimal digits, then `E`.
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
