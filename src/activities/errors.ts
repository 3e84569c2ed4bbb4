import type { ErrorCatalogue } from '../errors/collector-error.js';

export const ACTIVITY_ERRORS = {
  BACKFILL_REQUEST_INVALID: {
    title: 'Backfill request not understood',
    cause: 'The argument of the workflow is no JSON object, lacks a key, or has one too many.',
    action:
      'Start it again with, for example, {"service": "alerts", "from": "2026-01-01", "to": "2026-02-01"}.',
  },
  BACKFILL_STREAM_UNKNOWN: {
    title: 'No such stream to backfill',
    cause:
      'The service or the input is not in the config of the worker, or several inputs have it.',
    action:
      'Use names that `cortex-devo status` lists; name the input where several have the service.',
  },
  BACKFILL_RANGE_INVALID: {
    title: 'Backfill range not usable',
    cause:
      'A time is not ISO 8601 or epoch milliseconds, the range is empty, or it begins in the future.',
    action: 'Give `from` and `to` as dates or times, `from` before `to` and in the past.',
  },
  CONFIG_STREAM_UNKNOWN: {
    title: 'Stream not in the config of a worker',
    cause:
      'A worker runs with another config file than the one that was applied, or a service was removed without applying.',
    action:
      'Give every worker the same config file, restart it, and run `cortex-devo apply` once more.',
  },
  CONFIG_OUTPUT_ABSENT: {
    title: 'Output not in the config of a worker',
    cause:
      'A worker runs with another config file than the one that was applied, or an output was removed without applying.',
    action:
      'Give every worker the same config file, restart it, and run `cortex-devo apply` once more.',
  },
  PULL_WINDOW_UNSETTLED: {
    title: 'Window changed while it was read',
    cause: 'Records kept moving in or out of the window during every one of its readings.',
    action: 'Nothing at first: it is read again. Raise `settle_in_seconds` where it lasts.',
  },
  RECORD_TIME_FOREIGN: {
    title: 'The time of a record is not the one that the API filters by',
    cause:
      'The time in the record lies more than a minute outside of the range it was asked for with: the tenant filters by another time.',
    action:
      'Nothing: each record goes out once. For `alerts`, compare `time_field` with what the tenant documents.',
  },
  PULL_PAGES_REPEAT: {
    title: 'The API gives the same page again and again',
    cause:
      'The tenant, or something between here and it, ignores `search_from`, so that only the first 100 records of a window can be read.',
    action:
      'Report it to the vendor with the text of the error. It is tried again, at last every 30 minutes; nothing behind this window is read before.',
  },
  PULL_RECORDS_ALIKE: {
    title: 'Fewer records differ than the API counts',
    cause:
      'Records of one millisecond are equal in every field, or the API counts some that it does not show.',
    action: 'Nothing, if it is seldom. Compare the millisecond with the console where it recurs.',
  },
  PULL_INCIDENTS_REFUSED: {
    title: 'Incidents whose alerts the API does not give',
    cause: 'The calls for the alerts of these incidents fail, and those for others do not.',
    action:
      'Nothing at first: they are asked for again after 1 minute, then longer, up to 1 hour. Report them to the vendor where it lasts.',
  },
  PULL_ALERTS_OUTSTANDING: {
    title: 'Incidents show fewer alerts than they count',
    cause: 'The tenant counts the alerts of an incident before it can show them.',
    action: 'Nothing: they are asked for again for up to 24 hours.',
  },
  PULL_ALERTS_GIVEN_UP: {
    title: 'Alerts that never showed',
    cause:
      'For 24 hours an incident showed fewer alerts than it counts. Those that it showed are sent.',
    action:
      'Set a higher `alerts_limit` if the incident has more alerts than that; else compare it with the console.',
  },
  PULL_OWES_TOO_MUCH: {
    title: 'Too much is owed',
    cause: 'The API does not give the alerts of 200 incidents, so no others are asked for.',
    action:
      'Look at the warnings of the stream: they name the incidents and the error. It goes on by itself once some can be read.',
  },
  WORKER_STOPPED: {
    title: 'The worker was stopped in the middle of an activity',
    cause:
      'It was asked to stop, and did not wait for a fetch, or a delivery took longer than 20 s.',
    action: 'Nothing: the activity runs again as soon as a worker does.',
  },
  CANCELLED: {
    title: 'Activity cancelled',
    cause: 'The stream was reset or stopped, or somebody cancelled the activity.',
    action: 'Nothing: what was not confirmed is fetched or sent again.',
  },
} as const satisfies ErrorCatalogue;

export type ActivityErrorCode = keyof typeof ACTIVITY_ERRORS;
