// Leaks 300 KiB every 200 ms: tiles pushed into a cache without a bound.
// SPDX-License-Identifier: Apache-2.0
use std::io::Write;
use std::{process, thread, time::Duration};

struct TileCache {
    tiles: Vec<Vec<u8>>,
}

impl TileCache {
    #[inline(never)]
    fn cache_tile(&mut self, number: usize) {
        let tile = vec![number as u8 | 1; 300 << 10]; // culprit
        self.tiles.push(tile);
    }
}

fn main() {
    println!("pid {}", process::id());
    println!("ready");
    std::io::stdout().flush().unwrap();
    let mut cache = TileCache { tiles: Vec::with_capacity(4096) };
    for number in 0..3000 {
        cache.cache_tile(number);
        thread::sleep(Duration::from_millis(200));
    }
}
