import type { ServiceName } from '../config/model.js';
import { agentAudits } from './agent-audits.js';
import { alerts } from './alerts.js';
import { allAlerts } from './all-alerts.js';
import { auditManagements } from './audit-managements.js';
import { incidents } from './incidents.js';
import type { Service } from './service.js';

/** Every service by its key in the config file. */
export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  incidents,
  alerts,
  all_alerts: allAlerts,
  audit_managements: auditManagements,
  agent_audits: agentAudits,
};
