// SPDX-License-Identifier: Apache-2.0

extension RuntimeProfile {
  static let jvm = RuntimeProfile(
    name: "JVM",
    sources: [
      "https://github.com/openjdk/jdk: src/hotspot/share/runtime/os.cpp, os::malloc",
      "https://github.com/openjdk/jdk: src/hotspot/share/memory/allocation.cpp, AllocateHeap",
      "https://github.com/openjdk/jdk: src/hotspot/share/runtime/vmThread.cpp, \"VM Thread\"",
      "https://github.com/scala/scala, https://github.com/clojure/brew-install: launchers",
    ],
    plumbing: [
      PlumbingRow(
        .function,
        ["os::malloc", "os::realloc", "os::strdup", "AllocateHeap", "ReallocateHeap"],
        because: "HotSpot's malloc, which all of its C++ code calls")
    ],
    // "VM Thread" runs the pauses of every HotSpot, whatever the program calls itself.
    collector: CollectorProfile(
      processNames: ["java", "scala", "clojure"], threadNames: ["VM Thread"]))
}
