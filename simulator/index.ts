export { reckoningLine } from './reckoning.js';
export type { Reckoning } from './reckoning.js';
export { runSimulator } from './simulator.js';
export { scenario } from './scenario.js';
export { startSimulator } from './simulator.js';
export type { Simulator } from './simulator.js';
