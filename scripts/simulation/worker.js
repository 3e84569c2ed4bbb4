// Runs worlds for scripts/simulate.js. The SDK's workflow runtime takes this class where a sandbox gives it one.
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';

globalThis.AsyncLocalStorage = AsyncLocalStorage;
await import(process.argv[2]);
