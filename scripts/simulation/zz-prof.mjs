import { AsyncLocalStorage } from 'node:async_hooks';
globalThis.AsyncLocalStorage = AsyncLocalStorage;
const [file, from, to] = process.argv.slice(2);
let seed = Number(from); let total = 0;
process.send = (m) => { if (!m.ready) { total += m.cpuMs; if (process.env.LIST) console.log(m.seed, Math.round(m.cpuMs), m.hash, m.problems.length); } if (seed > Number(to)) { console.log('cpu', total); process.exit(); } process.emit('message', { seed: seed++ }); };
await import(file);
