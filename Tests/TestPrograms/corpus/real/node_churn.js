// SPDX-License-Identifier: Apache-2.0
// Innocent: buffers and objects that are dropped, a cache of 64 entries, files read by the thread pool.
'use strict';
const fs = require('fs');

console.log(`pid ${process.pid}`);
console.log('ready');
const cache = new Map();
let number = 0;
setInterval(() => {
  number++;
  cache.set(number % 300, Buffer.alloc(150000, number));
  if (cache.size > 64) cache.delete(cache.keys().next().value);
  const rows = [];
  for (let i = 0; i < 5000; i++) rows.push({ number, text: `row ${i}` });
  JSON.parse(JSON.stringify(rows.slice(0, 500)));
  fs.readFile(__filename, () => {});
}, 30);
setTimeout(() => process.exit(0), 600000);
