/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFLEAK_OBJECTS_H
#define BPFLEAK_OBJECTS_H

#include <stddef.h>

/* The prebuilt BPF object for this architecture; `*bytes` is its size. A function, because Swift
 * cannot import an array whose length the header does not tell. */
const void *bpfleak_tracer_object(size_t *bytes);

#endif
