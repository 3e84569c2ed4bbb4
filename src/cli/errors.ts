import { CollectorError } from '../errors/collector-error.js';
import type { ErrorCatalogue } from '../errors/collector-error.js';

export const CLI_ERRORS = {
  USAGE: {
    title: 'Command line not understood',
    cause:
      'The command, an option or an argument does not exist, is missing, or has a wrong value.',
    action: 'Compare it with what the command prints with `--help`.',
  },
  USAGE_STREAM_UNKNOWN: {
    title: 'No such stream',
    cause: 'The name is misspelt, or the config file does not have this service.',
    action: 'Use a name that `cortex-devo status` lists.',
  },
  USAGE_STREAM_NEEDED: {
    title: 'Which stream?',
    cause:
      'The command acts on one stream, or on every one with --all; neither or both were given.',
    action: 'Name a stream that `cortex-devo status` lists, or give --all.',
  },
  USAGE_INPUT_UNKNOWN: {
    title: 'No such input',
    cause: 'The name given with --input is misspelt, or the input is disabled.',
    action: 'Use the name of an enabled input of the config file.',
  },
  USAGE_INPUT_NEEDED: {
    title: 'Several inputs have this stream',
    cause: 'The config file has several inputs, and the command acts on one stream of one input.',
    action: 'Name the input with --input.',
  },
  USAGE_START_TIME: {
    title: 'Start time not understood',
    cause: '--start-time is neither ISO 8601 nor epoch milliseconds, or it lies in the future.',
    action: 'Give a past time such as 2026-01-31 or 2026-01-31T08:00:00Z.',
  },
  USAGE_VERIFY_OFF: {
    title: 'No output is verified',
    cause: 'No output of the config has `verify`, or the one named with --output has none.',
    action: 'Add `verify` with address and token to an output.',
  },
  USAGE_VERIFY_STREAM: {
    title: 'Stream cannot be compared by record',
    cause:
      'Its records have no id of their own (`agent_audits`), or reading them again would take a call per incident (`incident_alerts`).',
    action: 'Compare the other streams, or send the range again by a backfill.',
  },
  USAGE_VERIFY_RANGE: {
    title: 'Range not comparable yet',
    cause: 'The range begins so late that its records may still be under way to Devo.',
    action: 'Choose an earlier --from, or wait.',
  },
  VERIFY_MISSING: {
    title: 'Records missing in Devo',
    cause: 'The API has records that Devo lacks.',
    action: 'Run the command again with --repair, and once more when its backfills have ended.',
  },
  USAGE_FOLDER: {
    title: 'Folder not usable',
    cause:
      'The folder named with --dir cannot be made, or holds something where the demo begins anew.',
    action: 'Name a new or empty folder with --dir.',
  },
  USAGE_CONFIG_EXISTS: {
    title: 'Config file is there already',
    cause: '`init` writes a first config file and overwrites none.',
    action: 'Name another file with --config, or edit the one there is.',
  },
  USAGE_OPTION_NEEDED: {
    title: 'Question not answered',
    cause: '`init` needs host, key id and output, and nobody answered, or nobody can.',
    action: 'Give the option that the message names.',
  },
  USAGE_CODE_UNKNOWN: {
    title: 'No such error code',
    cause: 'The code is misspelt, or of another version.',
    action: 'Compare it with the message; docs/troubleshooting.md lists all.',
  },
  STATUS_TROUBLE: {
    title: 'Something is wrong',
    cause: '`status --check` found a stream or a backfill that does not run as it should.',
    action: 'Look at what `cortex-devo status` shows below its table.',
  },
  USAGE_YES_NEEDED: {
    title: 'Nobody to ask',
    cause:
      'A reset asks first, and neither standard input nor output is a terminal: a script, a pipe, `docker exec` without `-it`.',
    action: 'Nothing was changed. Run it again with --yes.',
  },
  USAGE_BACKFILL_UNKNOWN: {
    title: 'No such backfill',
    cause: 'The name is neither the id of a backfill nor a stream of the config file.',
    action: 'Use an id that `cortex-devo backfill list` shows, or a stream that `status` lists.',
  },
  USAGE_BACKFILL_NEEDED: {
    title: 'Several backfills of this stream run',
    cause: 'A stream names its backfill only where a single one of it runs.',
    action: 'Name the backfill by its id, as `cortex-devo backfill list` shows it.',
  },
  BACKFILL_NOT_RUNNING: {
    title: 'Backfill does not run',
    cause: 'It has ended, or was never started.',
    action: 'See `cortex-devo backfill list`; `backfill start` starts it again.',
  },
  BACKFILL_CANCELLED: {
    title: 'Backfill was cancelled',
    cause: 'Somebody cancelled it while it was watched; what was fetched is delivered.',
    action: 'Start it again for the rest of its range, which its status names by lane.',
  },
  BACKFILL_FAILED: {
    title: 'Backfill failed',
    cause: 'Its request made no sense to the worker, or somebody terminated it.',
    action: 'Look up the code that the message names, and start it again.',
  },
  STREAM_NOT_STARTED: {
    title: 'Stream does not run',
    cause: 'The config was not applied to this Temporal yet, or the stream was stopped.',
    action: 'Run `cortex-devo up`, or `cortex-devo apply` where workers run already.',
  },
  STREAM_ENDED: {
    title: 'Stream has ended',
    cause:
      'Its run was cancelled, terminated or failed, usually by hand in Temporal UI. The collector does not start it again by itself.',
    action:
      'Run `cortex-devo apply`, or start `up` again: it goes on from where it stood, and the plan says from where.',
  },
  STREAM_NO_ANSWER: {
    title: 'Stream gives no answer',
    cause: 'No worker runs on its task queue, so nobody can answer for it.',
    action: 'Run `cortex-devo up` or `cortex-devo worker`; pulling goes on where it stood.',
  },
  CONFIG_WARNINGS: {
    title: 'Warnings taken for mistakes',
    cause: '`validate --strict` found keys that have no effect, or something else worth a warning.',
    action: 'Correct what the warnings name, or leave out --strict.',
  },
  VALIDATE_FAILED: {
    title: 'Checks failed',
    cause: 'The config file is sound, but the API or an output refused this collector.',
    action: 'Look up the code of each line that begins with `fail`.',
  },
  VALIDATE_TIMEOUT: {
    title: 'No answer to a check',
    cause: 'The API or the output neither answered nor refused in time.',
    action: 'Check address, port, proxy and firewall between this host and the one named.',
  },
  HEALTH_NO_ANSWER: {
    title: 'Collector gives no sign of life',
    cause:
      'No collector runs with this config file, it is still starting, or `globals.http.port` is 0, which nobody can ask.',
    action: 'Look at its log, and at `globals.http`.',
  },
  RESET_DECLINED: {
    title: 'Reset not confirmed',
    cause: 'The question was not answered with yes.',
    action: 'Nothing was changed. Run the command again, or with --yes.',
  },
  SIMULATOR_MISSING: {
    title: 'No simulator in this installation',
    cause: 'The simulated tenant and Devo are no part of what is installed for production.',
    action: 'Run `demo` and `simulator` from a checkout of the project, with `scripts/run.sh`.',
  },
  SIMULATOR_PORT_IN_USE: {
    title: 'Simulator port in use',
    cause: 'Another process listens on the port that the simulator was told to take.',
    action: 'Choose another port, or 0 for any free one.',
  },
  DEMO_MISMATCH: {
    title: 'The demo did not add up',
    cause: 'Something produced did not arrive in time, arrived twice, or arrived damaged.',
    action: 'Run it again with --keep --debug and report the log with the kept folder.',
  },
  OUTPUT_FAILED: {
    title: 'Output not written',
    cause: 'What standard output goes to takes no more: a full disk, or a device that failed.',
    action: 'Make room, or send the output somewhere else; what is there is not whole.',
  },
  INTERNAL: {
    title: 'Unexpected error',
    cause: 'A mistake in this program, or an error of the system that it does not know.',
    action: 'Run the command again with --debug and report what it prints.',
  },
} as const satisfies ErrorCatalogue;

export type CliErrorCode = keyof typeof CLI_ERRORS;

/** An error of this folder: trying again cannot help until the operator acts. */
export function cliError(code: CliErrorCode, message: string): CollectorError {
  return new CollectorError(code, message, { retry: 'never' });
}
