// SPDX-License-Identifier: Apache-2.0
// Puts the prebuilt object into the binary, so that one file is all there is to install.
#include "bpfleak_objects.h"

// libbpf reads the ELF in place and wants it aligned.
static const _Alignas(16) unsigned char tracer[] = {
#if defined(__x86_64__)
#embed "bpfleak.x86_64.bpf.o"
#elif defined(__aarch64__)
#embed "bpfleak.arm64.bpf.o"
#else
#error "no prebuilt BPF object for this architecture"
#endif
};

const void *bpfleak_tracer_object(size_t *bytes)
{
	*bytes = sizeof(tracer);
	return tracer;
}
