// SPDX-License-Identifier: Apache-2.0
import Runtimes
import Testing

@Suite("Profiles of runtimes")
struct RuntimeProfileTests {
  @Test("every profile has a name of its own and says where its facts come from")
  func sources() {
    #expect(Set(RuntimeProfile.all.map(\.name)).count == RuntimeProfile.all.count)
    for profile in RuntimeProfile.all { #expect(!profile.sources.isEmpty, "\(profile.name)") }
  }

  @Test("glibc maps twice an arena's 64 MiB to align it")
  func arena() {
    #expect(ArenaProfile.glibc.heapBytes == 0x400_0000)
    #expect(ArenaProfile.glibc.mappedBytes == 2 * ArenaProfile.glibc.heapBytes)
  }

  @Test("glibc keeps 40 MiB of stacks and gives out one up to four times too large")
  func stackCache() {
    #expect(StackCacheProfile.glibc.mostBytes == 41_943_040)
    #expect(StackCacheProfile.glibc.mostOversize == 4)
  }

  @Test("Go's heap lies from its first hint to its second")
  func goHeap() {
    #expect(HeapRangeProfile.go.addresses == 824_633_720_832..<1_924_145_348_608)
    #expect(HeapRangeProfile.go.patience == 2)
  }

  @Test(
    "a process is known to collect garbage by its own name or a thread's",
    arguments: [
      "java", "scala", "clojure", "VM Thread", "node", "deno", "bun", "ruby", "dotnet", "mono",
      ".NET Finalizer", "beam.smp",
    ])
  func collectors(name: String) {
    #expect(CollectorProfile.named(name)?.patience == 4)
  }

  @Test("other names are no collector's", arguments: ["", "javac", "nodejs", "go", "VM thread"])
  func noCollectors(name: String) { #expect(CollectorProfile.named(name) == nil) }

  @Test("a collector is known by names that the kernel can keep")
  func kernelNames() {
    for case let collector? in RuntimeProfile.all.map(\.collector) {
      let names = collector.processNames + collector.threadNames
      #expect(!names.isEmpty && names.allSatisfy { $0.utf8.count <= 15 })
    }
  }

  @Test("threads start in the C library or in Go's scheduler")
  func threadStarts() {
    #expect(
      RuntimeProfile.allThreadStarts == [
        "_start", "_dl_start_user", "__libc_start_main", "__libc_start_call_main", "clone",
        "clone3", "__clone", "__clone3", "runtime.goexit",
      ])
    #expect(RuntimeProfile.allFramePointerSections == [".gopclntab"])
  }
}
