// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// What runs with every event. Checks of exclusive access while it runs took a sixth of the time; the
// compiler's own stay, and tests are built with both.
let hot =
  strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let package = Package(
  name: "bpfleak",
  products: [
    .executable(name: "bpfleak", targets: ["bpfleak"]),
    // For Benchmarks, a package of its own.
    .library(
      name: "BPFLeakRooms",
      targets: ["AddressSpace", "MappingEvents", "MappingLedger", "Recording"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Without its streams and field masks, which would want all of Foundation.
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
  ],
  targets: [
    // The bytes both sides agree on, and the prebuilt objects that produce them.
    .target(
      name: "CBPFLeakWire", path: "BPF/wire",
      cSettings: [.unsafeFlags(["-std=c23"])]),
    .target(
      name: "CBPFLeakObjects", path: "BPF/prebuilt",
      exclude: ["bpfleak.x86_64.bpf.o", "bpfleak.arm64.bpf.o", "MANIFEST"],
      cSettings: [.unsafeFlags(["-std=c23"])]),
    .target(
      name: "CLibbpf", path: "CLibbpf",
      linkerSettings: [.unsafeFlags(["-l:libbpf.a", "-l:libelf.a", "-l:libz.a"])]),
    .target(name: "CLinux", path: "CLinux", cSettings: [.unsafeFlags(["-std=c23"])]),
    .target(
      name: "CZlib", path: "CZlib", linkerSettings: [.unsafeFlags(["-l:libz.a"])]),

    // The archives once more, because libdw needs what libbpf's list has before it.
    .target(
      name: "CLibdw", path: "CLibdw",
      linkerSettings: [
        .unsafeFlags([
          "-l:libdw.a", "-l:libelf.a", "-l:libz.a", "-l:liblzma.a", "-l:libbz2.a", "-l:libiberty.a",
          "-lstdc++",
        ])
      ]),
    .target(
      name: "CNcurses", path: "CNcurses",
      linkerSettings: [.unsafeFlags(["-l:libncursesw.a", "-l:libtinfo.a"])]),

    // What holds no state, reads no file and imports nothing of this project.
    .target(name: "TextLayout", swiftSettings: strict),
    .target(name: "Meminfo", swiftSettings: strict),
    .target(name: "Runtimes", swiftSettings: strict),

    // Every module that is imported is named, also what another one brings along: what is not is no
    // reason to compile anew, and a build over an older one crashes when a type has changed its size.
    .target(name: "AddressSpace", swiftSettings: hot),
    .target(
      name: "MappingEvents", dependencies: ["AddressSpace", "CBPFLeakWire"], swiftSettings: hot),
    .target(
      name: "MappingLedger", dependencies: ["AddressSpace", "MappingEvents", "Runtimes"],
      swiftSettings: hot),
    .target(
      name: "LeakDetection", dependencies: ["MappingEvents", "MappingLedger", "Runtimes"],
      swiftSettings: strict),
    // Writes docs/judging.md.
    .executableTarget(
      name: "generate-judging", dependencies: ["LeakDetection"], swiftSettings: strict,
      // In debug builds `rounded()` is a call.
      linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "Symbolization", dependencies: ["MappingEvents", "Runtimes", "CLibdw"],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Meminfo", "TextLayout",
      ],
      swiftSettings: strict),
    // Generated from profile.proto by scripts/build-proto.
    .target(
      name: "PprofProfile",
      dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["profile.proto"]),
    .target(
      name: "Renderers",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Meminfo", "TextLayout", "PprofProfile",
      ],
      swiftSettings: strict),
    .target(
      name: "LiveView",
      dependencies: [
        "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization", "Reporting", "Meminfo",
        "TextLayout", "CNcurses",
      ],
      swiftSettings: strict),
    .target(
      name: "Pipeline",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Meminfo",
      ],
      swiftSettings: hot),
    .target(
      name: "Recording",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Symbolization", "Pipeline", "CZlib",
      ],
      swiftSettings: strict),
    .target(
      name: "Procfs",
      dependencies: ["AddressSpace", "MappingEvents", "MappingLedger", "Meminfo", "CLinux"],
      swiftSettings: strict),
    .target(
      name: "KernelTracer",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Procfs", "CLibbpf", "CLinux",
        "CBPFLeakWire", "CBPFLeakObjects",
      ],
      swiftSettings: strict),
    .target(
      name: "Sinks",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Pipeline", "Recording", "Renderers", "LiveView", "Meminfo", "Procfs",
        "TextLayout", "CZlib",
      ],
      swiftSettings: strict),
    .target(
      name: "Drivers",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Symbolization", "Reporting", "Pipeline",
        "Procfs", "KernelTracer", "Recording", "Sinks", "Meminfo",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "bpfleak",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Pipeline", "Procfs", "KernelTracer", "Recording", "Sinks", "Drivers",
        "Renderers", "LiveView", "Meminfo", "TextLayout",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // What tests share: builders of events, the seeded generator, the kernel model, fixtures. It
    // reaches internal initializers with @testable, which a release build allows by this flag alone.
    .target(
      name: "TestKit",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Reporting", "Meminfo",
        "Pipeline",
      ],
      path: "Tests/TestKit",
      swiftSettings: strict + [
        .unsafeFlags(
          ["-Xfrontend", "-disable-testable-attr-requires-testable-module"],
          .when(configuration: .release))
      ]),

    .testTarget(name: "RuntimesTests", dependencies: ["Runtimes"], swiftSettings: strict),
    .testTarget(
      name: "AddressSpaceTests", dependencies: ["AddressSpace", "TestKit"], swiftSettings: strict),
    .testTarget(
      name: "MeminfoTests", dependencies: ["Meminfo", "TestKit"], swiftSettings: strict),
    .testTarget(
      name: "ProcfsTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Meminfo", "Procfs", "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "MappingEventsTests", dependencies: ["CBPFLeakWire", "MappingEvents"],
      swiftSettings: strict),
    .testTarget(
      name: "MappingLedgerTests",
      dependencies: ["AddressSpace", "MappingEvents", "MappingLedger", "TestKit"],
      swiftSettings: strict),
    .testTarget(
      name: "LeakDetectionTests",
      dependencies: ["AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "TestKit"],
      swiftSettings: strict),
    .testTarget(
      name: "SymbolizationTests",
      dependencies: ["MappingEvents", "Symbolization", "CLibdw", "TestKit"],
      exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Meminfo", "TextLayout", "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "RenderersTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "Renderers", "Meminfo", "TextLayout", "PprofProfile", "TestKit",
      ],
      exclude: ["Goldens"],
      swiftSettings: strict),
    .testTarget(
      name: "LiveViewTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "LeakDetection", "Symbolization",
        "Reporting", "LiveView", "Meminfo", "TextLayout", "TestKit",
      ],
      exclude: ["Goldens"],
      swiftSettings: strict),
    .testTarget(
      name: "RecordingTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Symbolization", "Pipeline",
        "Recording", "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "AddressSpace", "MappingEvents", "MappingLedger", "Symbolization", "Reporting", "Pipeline",
        "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SinksTests",
      dependencies: [
        "MappingEvents", "MappingLedger", "Symbolization", "Reporting", "Pipeline", "Sinks",
        "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DriversTests",
      dependencies: [
        "MappingEvents", "MappingLedger", "Symbolization", "Pipeline", "Recording", "Drivers",
        "TestKit",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["MappingEvents", "Reporting", "Meminfo", "TextLayout", "bpfleak"],
      swiftSettings: strict),
    .testTarget(
      name: "KernelTracerTests", dependencies: ["CLibbpf", "KernelTracer", "bpfleak"],
      swiftSettings: strict),
    .testTarget(
      name: "KernelTests", dependencies: ["KernelTracer", "CLibbpf", "bpfleak"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
