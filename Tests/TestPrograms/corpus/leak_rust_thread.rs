// Leaks the stack of a thread every 250 ms: it ends, and is neither joined nor detached.
// SPDX-License-Identifier: Apache-2.0
use std::io::Write;
use std::{mem, process, thread, time::Duration};

#[inline(never)]
fn emit_report(number: u64) {
    let pause = Duration::from_millis(number % 3);
    let worker = thread::spawn(move || thread::sleep(pause)); // culprit
    mem::forget(worker);
}

fn main() {
    println!("pid {}", process::id());
    println!("ready");
    std::io::stdout().flush().unwrap();
    for number in 0..2400 {
        emit_report(number);
        thread::sleep(Duration::from_millis(250));
    }
}
