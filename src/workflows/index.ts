export { collectService } from './collect-service.js';
