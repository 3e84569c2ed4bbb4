import type { ErrorCatalogue } from '../errors/collector-error.js';

export const SIMULATOR_ERRORS = {
  SIMULATOR_PORT_IN_USE: {
    title: 'Simulator port in use',
    cause: 'Another process listens on the port that the simulator was told to take.',
    action: 'Choose another port, or 0 for any free one.',
  },
  SIMULATOR_OPTION_INVALID: {
    title: 'Simulator option not valid',
    cause:
      'A request to the control endpoint names an option that does not exist or a wrong value.',
    action: 'Compare the request with the options listed in the message.',
  },
} as const satisfies ErrorCatalogue;

export type SimulatorErrorCode = keyof typeof SIMULATOR_ERRORS;
