// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let swift = RuntimeProfile(
    name: "Swift",
    sources: [
      "https://github.com/swiftlang/swift: stdlib/public, docs/ABI/Mangling.rst",
      "https://github.com/swiftlang/swift-corelibs-libdispatch",
      "https://github.com/swiftlang/swift-foundation",
    ],
    plumbing: [
      PlumbingRow(
        .library,
        [
          "libswiftCore", "libswiftGlibc", "libswiftDispatch", "libswiftSynchronization",
          "libdispatch", "libFoundation", "libFoundationEssentials",
          "libFoundationInternationalization", "libFoundationNetworking", "libFoundationXML",
          "lib_FoundationICU",
        ], because: "the libraries that every toolchain comes with"),
      PlumbingRow(
        .libraryPrefix, ["libswift_"], because: "libraries of the runtime: libswift_Concurrency.so"),
      PlumbingRow(
        .prefix, ["swift_"],
        because: "the C interface of the runtime, where it is linked statically"),
      PlumbingRow(
        .prefix, ["Swift.", "(extension in Swift)", "static Swift."],
        because: "the module of the standard library, as the demangler writes it"),
      PlumbingRow(
        .prefix, ["generic specialization", "specialized Swift."],
        because: "generic code of the library that the compiler made a copy of in the program"),
    ])
}
