/* SPDX-License-Identifier: Apache-2.0 */
/* elfutils for Swift, and the demanglers that have no header of their own. */
#ifndef BPFLEAK_LIBDW_H
#define BPFLEAK_LIBDW_H

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name as its language writes it, to be freed; NULL when it is no mangled name of C++, Rust or
 * Swift. */
char *bpfleak_demangle(const char *name);

#endif
