import type { CollectorConfig, InputConfig, ServiceConfig } from '../config/model.js';
import type { StreamIdentity, StreamName, StreamSettings } from '../pull/settings.js';
import { streamOptions } from './stream-options.js';

/** One stream of the config, with the workflow that pulls it. */
export interface ConfiguredStream {
  readonly identity: StreamIdentity;
  readonly workflowId: string;
  readonly settings: StreamSettings;
}

/** Id of the workflow that pulls a stream. */
export function workflowIdOf({ input, inputId, stream }: StreamIdentity): string {
  return `collect/${input}/${inputId}/${stream}`;
}

/** The streams that the config wants to run; those of disabled inputs are left out. */
export function streamsOf(config: CollectorConfig, searchAttributes: boolean): ConfiguredStream[] {
  return config.inputs
    .filter((input) => input.enabled)
    .flatMap((input) =>
      input.services.flatMap((service) =>
        streamNames(service).map((stream) => {
          const identity: StreamIdentity = { input: input.name, inputId: input.id, stream };
          return {
            identity,
            workflowId: workflowIdOf(identity),
            settings: {
              ...settingsOf(config, service, searchAttributes),
              options: streamOptions(stream, service, input, config.outputs),
            },
          };
        }),
      ),
    );
}

/** Inputs whose incidents' alerts are pulled, each through a task queue of its own. */
export function inputsWithIncidentAlerts(config: CollectorConfig): InputConfig[] {
  return config.inputs.filter(
    (input) => input.enabled && input.services.some((service) => pullsIncidentAlerts(service)),
  );
}

/** The streams of a service: the alerts of incidents have one of their own, for their quota is small. */
function streamNames(service: ServiceConfig): StreamName[] {
  return pullsIncidentAlerts(service) ? [service.service, 'incident_alerts'] : [service.service];
}

function pullsIncidentAlerts({ service, includeIncidentAlerts }: ServiceConfig): boolean {
  return service === 'incidents' && includeIncidentAlerts;
}

function settingsOf(
  config: CollectorConfig,
  service: ServiceConfig,
  searchAttributes: boolean,
): StreamSettings {
  return {
    periodMs: service.periodMs,
    settleMs: service.settleMs,
    lookbackMs: service.lookbackMs,
    startTimeMs: service.startTimeMs ?? null,
    outputs: config.outputs.map((output) => output.name),
    taskQueuePrefix: config.temporal.taskQueuePrefix,
    hostGoneAfterMs: config.temporal.hostGoneAfterMs,
    searchAttributes,
    owner: ownerOf(config),
  };
}

/** By what a collector knows the streams that its `apply` started. */
export function ownerOf({ name, id }: Pick<CollectorConfig, 'name' | 'id'>): string {
  return `${name}/${id}`;
}
