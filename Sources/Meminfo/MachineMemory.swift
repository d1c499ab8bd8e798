// SPDX-License-Identifier: Apache-2.0

/// The machine's memory in a few figures, which tell growth of processes from growth of the kernel.
public struct MachineMemory: Sendable, Equatable {
  public struct Part: Sendable, Equatable {
    public var name: String
    public var bytes: UInt64

    public init(name: String, bytes: UInt64) {
      self.name = name
      self.bytes = bytes
    }
  }

  public var total: UInt64
  public var available: UInt64
  /// Parts that do not overlap. Those that this kernel does not count are missing.
  public var parts: [Part]

  public init(total: UInt64, available: UInt64, parts: [Part]) {
    self.total = total
    self.available = available
    self.parts = parts
  }

  public init(_ sample: MeminfoSample) {
    let sizes = MeminfoAccount(sample).sizes
    func part(_ name: String, _ items: MeminfoItem...) -> Part? {
      let known = items.compactMap { sizes[$0] }
      return known.isEmpty ? nil : Part(name: name, bytes: known.reduce(0) { $0 &+ $1 })
    }
    total = sample.fields["MemTotal"] ?? 0
    available = sizes[.available] ?? sizes[.free] ?? 0
    parts = [
      part("anonymous", .anonymous), part("shared", .sharedMemory),
      part("slab", .slabReclaimable, .slabUnreclaimable),
      part("page tables", .pageTables, .secondaryPageTables),
      part("kernel stacks", .kernelStacks, .shadowStacks), part("unaccounted", .unaccounted),
    ].compactMap(\.self)
  }
}
