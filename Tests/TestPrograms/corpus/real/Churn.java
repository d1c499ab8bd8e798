// SPDX-License-Identifier: Apache-2.0
// Innocent: garbage of 20 MB a second, a bounded cache, direct buffers that are dropped, threads that end.
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

public class Churn {
  static final Map<Integer, byte[]> cache = new LinkedHashMap<>(64, 0.75f, true) {
    protected boolean removeEldestEntry(Map.Entry<Integer, byte[]> eldest) { return size() > 64; }
  };
  static volatile long sum;

  public static void main(String[] words) throws Exception {
    System.out.println("pid " + ProcessHandle.current().pid());
    System.out.println("ready");
    for (int round = 0; round < 12000; round++) {
      for (int i = 0; i < 10; i++) sum += new byte[100_000].length;
      cache.put(round % 300, new byte[60_000]);
      if (round % 20 == 0) {
        ByteBuffer.allocateDirect(256 << 10).putInt(0, round);
        Thread worker = new Thread(() -> sum++);
        worker.start();
        worker.join();
      }
      Thread.sleep(50);
    }
  }
}
