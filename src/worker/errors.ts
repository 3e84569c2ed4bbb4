import type { ErrorCatalogue } from '../errors/collector-error.js';

export const WORKER_ERRORS = {
  CONFIG_TEMPORAL_ENVIRONMENT: {
    title: 'Temporal settings of the environment not usable',
    cause:
      'A `TEMPORAL_*` variable, or the profile that they name, is misspelt or points to a file that is not there.',
    action: 'Correct what the message names, or unset it to use the embedded server.',
  },
  CONFIG_TASK_QUEUE_CHANGED: {
    title: 'Streams run on another task queue',
    cause:
      '`globals.temporal.task_queue_prefix` was changed while streams or backfills ran, or another collector with another prefix pulls the same input. What runs stays on its task queue.',
    action:
      'Put the prefix back. To change it, stop the streams under the old one first: docs/operations.md, "Change the task queue".',
  },
  TEMPORAL_BINARY_MISSING: {
    title: 'No Temporal binary',
    cause: 'No Temporal cluster is configured, and there is no `temporal` to start a server with.',
    action:
      'Install the Temporal CLI, name it in TEMPORAL_CLI, or set TEMPORAL_ADDRESS to a running server.',
  },
  TEMPORAL_NAMESPACE_MISSING: {
    title: 'No such Temporal namespace',
    cause: 'The cluster answers, but does not have the namespace that config or environment name.',
    action:
      'Correct `globals.temporal.namespace` or TEMPORAL_NAMESPACE, or create it with `temporal operator namespace create`.',
  },
  TEMPORAL_PORT_IN_USE: {
    title: 'Port of the embedded Temporal taken',
    cause: 'Another process listens on the port that the embedded Temporal was told to use.',
    action: 'End that process, or choose another port.',
  },
  TEMPORAL_DATABASE_NEWER: {
    title: 'Temporal server older than its database',
    cause:
      'A newer server wrote state/temporal.sqlite, and an older one might damage it. Another `temporal` was installed, or stands first on PATH.',
    action:
      'Name the newer binary in TEMPORAL_CLI. To go back for good, stop the collector and put back the copy `temporal.sqlite.<version>` of that version, which lacks what came after it.',
  },
  TEMPORAL_CA_MISSING: {
    title: 'No certificate authorities on this system',
    cause:
      'Temporal is reached by TLS, and the system has no list of authorities to trust, as slim images and fresh machines.',
    action:
      'Install the package `ca-certificates`, or name a file with the authority in TEMPORAL_TLS_SERVER_CA_CERT_PATH.',
  },
  TEMPORAL_TLS_UNTRUSTED: {
    title: 'Certificate of Temporal not trusted',
    cause:
      'It was signed by an authority that this system does not know, is for another name, or has run out. A proxy that looks into TLS shows one of its own.',
    action:
      'Name the authority in TEMPORAL_TLS_SERVER_CA_CERT_PATH, or the name in TEMPORAL_TLS_SERVER_NAME.',
  },
  TEMPORAL_UNREACHABLE: {
    title: 'Temporal does not answer',
    cause: 'The server is down, still starting, or behind an address or port that is wrong.',
    action:
      'Check TEMPORAL_ADDRESS and the network; for the embedded server read state/temporal.log.',
  },
  TEMPORAL_START_FAILED: {
    title: 'Embedded Temporal did not start',
    cause:
      'The server ended while it was starting: often a damaged or foreign state/temporal.sqlite, or a full disk.',
    action: 'Read state/temporal.log.',
  },
  STATE_FOLDER_IN_USE: {
    title: 'State folder in use',
    cause:
      'Another collector, perhaps in another container, works in the same state folder; two in one would block each other.',
    action: 'Stop the other one, or give each collector a state folder of its own.',
  },
  STATE_FOLDER_UNUSABLE: {
    title: 'State folder cannot be written',
    cause:
      'The folder belongs to another user (Docker makes a missing one as root), is read-only or full, or its file system has no locks.',
    action:
      'Give the folder `state/` to the user that the message names (1000 in the image), on a local disk.',
  },
  WORKER_STOP_FORCED: {
    title: 'The worker was ended by force',
    cause:
      'It was asked to stop, and 25 s later something was still under way: usually Temporal did not answer.',
    action:
      'Nothing is lost: the next start takes up the rest, and what was confirmed is not sent again. Look at Temporal where it recurs.',
  },
  HTTP_PORT_IN_USE: {
    title: 'Port of health and metrics taken',
    cause: 'Another process, often another collector on this host, listens on that port.',
    action: 'End that process, or set globals.http.port to a free port, or to 0 for any free one.',
  },
  HTTP_LISTEN_FAILED: {
    title: 'Health and metrics cannot listen',
    cause: 'The address is none of this host, or its port needs rights that the collector lacks.',
    action: 'Correct host and port in globals.http.',
  },
  DEVO_UNCONFIRMED: {
    title: 'Delivery not confirmed',
    cause:
      'The receiver took every byte and never closed the connection: often a load balancer or a relay in between.',
    action:
      'Nothing is lost as far as the collector can tell. Compare the counts in Devo, and look at what stands between.',
  },
  RECORD_MALFORMED: {
    title: 'Records of an unknown shape',
    cause: 'The API returned records without an id, or none that are objects.',
    action:
      'They are delivered as they came. Report it with the service and the kind if they go on.',
  },
} as const satisfies ErrorCatalogue;

export type WorkerErrorCode = keyof typeof WORKER_ERRORS;
