/** A reply of the API that is an error: HTTP status, and the text of its envelope. */
export class ApiFault extends Error {
  readonly status: number;
  readonly extra: unknown;

  constructor(status: number, message: string, extra: unknown = null) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.extra = extra;
  }
}

/** The API answers 500 to many a client's mistake; `extra` names it. */
export function parameterFault(extra: string): ApiFault {
  return new ApiFault(
    500,
    'An error occurred while processing XDR public API - invalid parameter',
    extra,
  );
}

/** JSON text of the API's error envelope. */
export function faultBody(status: number, message: string, extra: unknown): string {
  return JSON.stringify({ reply: { err_code: status, err_msg: message, err_extra: extra } });
}
