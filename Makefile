# SPDX-License-Identifier: Apache-2.0
# Every target installs with apt what it needs and is missing, saying so in one line.

PREFIX  ?= /usr/local
DESTDIR ?=
ARGS    ?=

SWIFT         := swift
# The Swift runtime asks for -lstdc++: .build/static comes first on the linker's way and holds the
# static one alone, so that the binary needs nothing but glibc.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/.build/static \
                 -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
BINARY        := .build/release/bpfleak
AS_ROOT       := $(if $(filter 0,$(shell id -u)),,sudo)

.DEFAULT_GOAL := build

run: build ## build, then run bpfleak as root: make run ARGS="--pid 31108 --duration 30s"
	@$(AS_ROOT) $(BINARY) $(ARGS)

demo: build test-programs ## watch two leaking programs live and be told which leaks what (under 20 s)
	@scripts/demo $(BINARY)

build: deps ## build the release binary, with everything but glibc linked in
	@mkdir -p .build/static && ln -sf "$$(gcc -print-file-name=libstdc++.a)" .build/static/
	@$(SWIFT) build $(RELEASE_FLAGS) --product bpfleak >&2

test: deps-test test-programs ## run every test; those of the kernel need root and say so when they skip
	@scripts/run-tests

test-exact: build test-programs ## hold the tables against the kernel's after storms of calls: make test-exact SEED=1 OPS=400000 [THREADS=4]
	@$(AS_ROOT) scripts/test-exact $(if $(SEED),--seed $(SEED)) $(if $(OPS),--ops $(OPS)) $(if $(THREADS),--threads $(THREADS)) $(ARGS) $(BINARY)

check: deps-check ## format, link rules, prebuilt BPF objects, documents, and linting of shell, Python and JavaScript
	@scripts/check

judging: ## write docs/judging.md anew from the rules of judging
	@$(SWIFT) build --product generate-judging >&2
	@.build/debug/generate-judging > docs/judging.md

bench: build test-programs deps-bench ## measure what tracing costs, beside an empty tracer and other tools: make bench ARGS="--json FILE"
	@scripts/bench $(ARGS) $(BINARY)

bench-quick: build test-programs deps-bench ## the same with fewer rounds, in under two minutes
	@scripts/bench --quick $(ARGS) $(BINARY)

bench-tables: ## time the tables, decoding, recording and replay alone, and say where they allocate
	@cd Benchmarks && swift package benchmark --no-progress $(ARGS)

bpf: deps-bpf ## rebuild BPF/prebuilt from BPF/*.bpf.c, with the Swift toolchain's own clang
	@scripts/build-bpf

test-programs: deps-test ## build the small C programs that the tests and the demo watch
	@$(MAKE) --no-print-directory -C Tests/TestPrograms

corpus: build deps-corpus ## judge leaking programs and innocent ones that look like them, and score the verdicts: make corpus ARGS="--only leak_dlopen"
	@scripts/corpus $(ARGS) $(BINARY)

culprits: build deps-corpus ## check the function, file and line of culprits: stripped, static, in a chroot, C++, Swift, Rust
	@scripts/culprits $(ARGS) $(BINARY)

test-pages: deps-readers ## open the HTML report and the flame graph in a real browser, click, and keep pictures
	@scripts/test-pages

screenshots: build test-programs deps-pictures ## draw docs/pictures anew: what the live view looks like
	@$(AS_ROOT) scripts/screenshots $(BINARY)

soak: build test-programs ## trace ten busy minutes of this machine and watch bpfleak's own memory: make soak MINUTES=10
	@scripts/soak $(or $(MINUTES),10) $(BINARY)

test-kernels: build test-programs deps-kernels ## boot Debian's 6.1 and 6.12 kernels under emulation and run bpfleak there
	@scripts/test-kernels

manual: build ## write the man page to .build/manual
	@$(SWIFT) build $(RELEASE_FLAGS) --product generate-manual
	@mkdir -p .build/manual
	@.build/release/generate-manual $(BINARY) --output-directory .build/manual $(MANUAL_DATE)

# Under sudo there is often no swift in PATH: then what `make build manual` left is installed as it is.
install: $(if $(shell command -v $(SWIFT)),manual) ## install the binary, man page and completions: make install PREFIX=/usr DESTDIR=/tmp/x
	@scripts/install-files "$(DESTDIR)$(PREFIX)"

clean: ## remove everything that was built
	@rm -rf .build Tests/TestPrograms/build Tests/TestPrograms/corpus/build

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# ---- behind the scenes ----

MANUAL_DATE = $(addprefix --date ,$(shell git log -1 --format=%cs 2>/dev/null))

deps: ## install what a build needs and is missing
	@scripts/install-deps build >&2
deps-test:
	@scripts/install-deps build test
deps-check:
	@scripts/install-deps build bpf check
deps-bpf:
	@scripts/install-deps build bpf
deps-corpus:
	@scripts/install-deps build test corpus
	@$(MAKE) --no-print-directory -C Tests/TestPrograms/corpus
deps-readers:
	@scripts/install-deps build readers
deps-bench:
	@scripts/install-deps build bpf bench
deps-pictures:
	@scripts/install-deps pictures
deps-kernels:
	@scripts/install-deps kernels

.PHONY: run demo build test check judging bench bench-quick bench-tables bpf test-programs test-exact corpus culprits soak test-pages test-kernels screenshots manual install clean help
.PHONY: deps deps-test deps-check deps-bpf deps-corpus deps-bench deps-readers deps-pictures deps-kernels
