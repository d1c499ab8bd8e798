// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "bpfleak", path: ".."),
    // Without its jemalloc trait: it does not find Debian's jemalloc. CountedMalloc counts allocations
    // instead.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "CountedMalloc", path: "CountedMalloc"),
    .executableTarget(
      name: "Tables",
      dependencies: [
        "CountedMalloc",
        .product(name: "BPFLeakRooms", package: "bpfleak"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Tables",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
