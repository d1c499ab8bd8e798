// SPDX-License-Identifier: Apache-2.0
import Meminfo
import TestKit
import Testing

@Suite struct MeminfoSourcesTests {
  @Test("a slab cache is as large as all its slabs, and headings are no caches")
  func slabinfo() {
    let text = """
      slabinfo - version: 2.1
      # name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables
      kmalloc-4k          1200   1216   4096    8    8 : tunables    0    0    0 : slabdata    152    152      0
      odd line
      """
    let caches = SlabCache.parse(slabinfo: text, pageSize: 4096)
    #expect(caches == [SlabCache(name: "kmalloc-4k", bytes: 152 * 8 * 4096, objects: 1200)])
  }

  @Test("a process's name may hold spaces and parentheses, and shared pages are not its own")
  func process() {
    let stat = """
      812 (a) (b c) S 1 812 812 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 13 0 5000 305147904 700 0 0
      """
    let process = ProcessSize(stat: stat, statm: "74499 700 300 10 0 900 0\n", pageSize: 4096)
    #expect(
      process
        == ProcessSize(
          pid: 812, name: "a) (b c", startTicks: 5000, threads: 13, virtual: 305_147_904,
          anonymous: 400 * 4096))
  }

  @Test(
    "a kernel thread and text of another shape are no process",
    arguments: [
      "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 1 0 0 20 0 1 0 5 0 0 0", "", "12", "12 (x) S 1",
    ])
  func noProcess(stat: String) {
    #expect(ProcessSize(stat: stat, statm: "0 0 0 0 0 0 0", pageSize: 4096) == nil)
  }

  @Test("a tmpfs mounted twice is one, a covered one is none, and a space in a path is a space")
  func tmpfsMounts() {
    let mountinfo = """
      25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24684084k
      27 1 254:0 / / rw - ext4 /dev/vda rw
      30 25 0:27 / /dev/shm rw,relatime shared:4 - tmpfs tmpfs rw
      31 27 0:28 / /mnt/a\\040b rw - tmpfs tmpfs rw
      32 27 0:28 /sub /bind rw - tmpfs tmpfs rw
      33 27 0:29 / /run/x rw - tmpfs tmpfs rw
      34 27 254:0 /y /run/x rw - ext4 /dev/vda rw
      """
    #expect(TmpfsUsage.mountPoints(mountinfo: mountinfo) == ["/dev/shm", "/mnt/a b"])
  }

  @Test("System V memory is what is resident, not what was asked for")
  func systemV() {
    let text = """
             key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap
               0          0  1600               4194304   100   101      2     0     0     0     0          1          0          1                  8192                     0
      """
    #expect(TmpfsUsage.systemVShared(sysvipc: text) == 8192)
  }

  @Test("the limits of a version 2 cgroup are its own and those of all above")
  func cgroup2() {
    let files = CgroupMemory.hierarchy(
      cgroup: "0::/a.slice/b.service\n",
      mountinfo: "35 22 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    #expect(
      files.map(\.limit) == [
        "/sys/fs/cgroup/a.slice/b.service/memory.max", "/sys/fs/cgroup/a.slice/memory.max",
        "/sys/fs/cgroup/memory.max",
      ])
  }

  @Test("version 1 is asked where it has the memory controller, also from inside a container")
  func cgroup1() {
    let files = CgroupMemory.hierarchy(
      cgroup: "9:name=systemd:/\n4:memory:/docker/c1/app\n0::/\n",
      mountinfo: """
        31 23 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
        35 31 0:32 /docker/c1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """)
    #expect(
      files.map(\.used) == [
        "/sys/fs/cgroup/memory/app/memory.usage_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
      ])
  }

  @Test("no limit is no number, in either version")
  func cgroupLimits() {
    let texts = ["max\n", "9223372036854771712\n", "2147483648\n", ""]
    #expect(texts.map(CgroupMemory.limit) == [nil, nil, 2_147_483_648, nil])
  }

  @Test("the counters beside meminfo are read where they are and nil where they are not")
  func counters() {
    let vmstat = "nr_free_pages 9\nnr_zspages 2\nnr_memmap_pages 3\noom_kill 4\n"
    let counters = VirtualMemoryCounters(parsing: vmstat, pageSize: 4096)
    #expect(counters.compressed == 8192)
    #expect(counters.memmap == 12288)
    #expect(counters.outOfMemoryKills == 4)
    #expect(VirtualMemoryCounters(parsing: "", pageSize: 4096).compressed == nil)
  }

  @Test("per-CPU lists, socket buffers and pressure are taken from their files' own words")
  func otherFiles() {
    let zoneinfo = "  pagesets\n    cpu: 0\n              count:    2\n    cpu: 1\n    count: 3\n"
    #expect(VirtualMemoryCounters.perCPUFree(zoneinfo: zoneinfo, pageSize: 4096) == 5 * 4096)
    let sockstat = """
      sockets: used 11
      TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 244
      UDP: inuse 0 mem 1
      FRAG: inuse 0 memory 100
      """
    let sockets = VirtualMemoryCounters.socketBuffers(sockstat: sockstat, pageSize: 4096)
    #expect(sockets == 245 * 4096 + 100)
    let pressure = "some avg10=12.34 avg60=0.00 avg300=0.00 total=1\nfull avg10=1.00\n"
    #expect(VirtualMemoryCounters.pressure(pressure) == 1234)
    #expect(VirtualMemoryCounters.pressure("") == nil)
  }
}
