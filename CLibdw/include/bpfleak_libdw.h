/* SPDX-License-Identifier: Apache-2.0 */
/* elfutils for Swift, and functions of other libraries that have no header to import. */
#ifndef BPFLEAK_LIBDW_H
#define BPFLEAK_LIBDW_H

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name as its language writes it. The caller frees it. NULL when the name is not a mangled name of
 * C++, Rust or Swift. */
char *bpfleak_demangle(const char *name);

/* The checksum that .gnu_debuglink has of a file, from the start of the open file `fd` on; -1 when it
 * cannot be read. */
int64_t bpfleak_crc32_of_file(int fd);

/* memfd_create, which Swift's Glibc lacks: an open empty file in memory, or -1. */
int bpfleak_memory_file(const char *name);

#endif
