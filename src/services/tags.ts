import type { ServiceConfig } from '../config/model.js';

/** The tags that a service delivers under. */
export function tagsOf({ service, tags, ...config }: ServiceConfig): string[] {
  const found = [tags.main];
  if (service === 'alerts' && config.apiVersion === 'v1') found.push(tags.event);
  if (service === 'incidents' && config.includeIncidentAlerts) {
    found.push(tags.incidentAlert);
    if (config.includeIncidentArtifacts) found.push(tags.incidentArtifact);
  }
  return [...new Set(found)];
}
