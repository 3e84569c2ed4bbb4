export { backfill } from './backfill.js';
export { collectService } from './collect-service.js';
