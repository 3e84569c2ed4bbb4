import { CollectorError } from '../errors/collector-error.js';
import type { CollectorErrorOptions, ErrorCatalogue } from '../errors/collector-error.js';

export const DEVO_ERRORS = {
  DEVO_HOST_UNKNOWN: {
    title: 'Output address not found',
    cause: 'The name in `address` does not resolve, or the name server cannot be reached.',
    action: 'Check `address` of the output and the DNS of this host.',
  },
  DEVO_CONNECT_REFUSED: {
    title: 'Connection to the output refused',
    cause: 'Nothing listens on that port, or a firewall turns the connection away.',
    action: 'Check `address` and `port` of the output, and that outgoing connections are allowed.',
  },
  DEVO_CONNECT_TIMEOUT: {
    title: 'Output does not answer',
    cause: 'A firewall drops the packets, or the receiver is overloaded.',
    action: 'Check that outgoing connections to `address` and `port` are allowed.',
  },
  DEVO_CONNECT_FAILED: {
    title: 'Connection to the output failed',
    cause: 'The network or the receiver ended the connection before it was set up.',
    action: 'Look at the error in the message; it is tried again by itself.',
  },
  DEVO_CERT_MISSING: {
    title: 'Certificate file missing',
    cause: 'A file named by `chain`, `cert` or `key` is not there.',
    action: 'Put the three files of your Devo domain into `certs/`; they are read at the next try.',
  },
  DEVO_CERT_UNREADABLE: {
    title: 'Certificate file not usable',
    cause:
      'A file is not PEM (DER, PKCS#12), its key is encrypted, it may not be read, or key and certificate do not belong together.',
    action:
      'Do what the message says; else download certificate, key and chain of one and the same credential, and check the access rights.',
  },
  DEVO_CERT_WEAK: {
    title: 'Client certificate too weak',
    cause: 'The certificate is signed with SHA-1 or has a short key, as those of old domains.',
    action: 'Make a new certificate in Devo; until then set `security_level: 0` for the output.',
  },
  DEVO_CERT_EXPIRED: {
    title: 'Client certificate not valid now',
    cause:
      'The certificate of your Devo domain has run out or is not valid yet, or the clock is wrong.',
    action: 'Make a new certificate in Devo and replace the files; they are read at the next try.',
  },
  DEVO_TLS_UNTRUSTED: {
    title: 'Server not trusted',
    cause:
      "The server's certificate was not signed by the configured chain, or is too weak: a wrong `chain`, an intercepting proxy, an impostor or an old receiver.",
    action:
      'Use the chain file of your Devo domain; take intercepting proxies out of the way. A relay whose certificate is too weak gets a new one, or the output `security_level: 0`.',
  },
  DEVO_TLS_EXPIRED: {
    title: 'Server certificate not valid now',
    cause: "The server's certificate has run out or is not valid yet, or the clock is wrong.",
    action: 'Check the clock of this host; else tell whoever runs the receiver.',
  },
  DEVO_TLS_HOSTNAME: {
    title: 'Server certificate of another name',
    cause: "The server's certificate was made for another host name than the address.",
    action:
      'Correct `address`, set `server_name`, or, for a relay you trust, `verify_hostname: false`.',
  },
  DEVO_TLS_CLIENT_REFUSED: {
    title: 'Client certificate refused',
    cause:
      'The receiver said that it does not accept the client certificate: revoked, of another domain, or not signed by its authority.',
    action: 'Make a new certificate in Devo and replace the files; they are read at the next try.',
  },
  DEVO_TLS_FAILED: {
    title: 'TLS could not be set up',
    cause: 'The receiver speaks no TLS on that port, or no version from TLS 1.2 on.',
    action: 'Check `port` and `type` of the output.',
  },
  DEVO_SEND_RESET: {
    title: 'Connection broke while sending',
    cause: 'The receiver or the network reset the connection; what it had not read is lost there.',
    action: 'Nothing: the segment is sent again, from its start.',
  },
  DEVO_SEND_CLOSED: {
    title: 'Receiver closed early',
    cause:
      'The receiver closed before it was asked to. A balancer or TLS front does so when what is behind it is down: it took the events and dropped them.',
    action:
      "Nothing: the segment is sent again. If it happens at every try, look at what is behind the receiver, and at the receiver's log.",
  },
  DEVO_SEND_REFUSED: {
    title: 'Receiver closed right after the handshake',
    cause:
      'What is behind the receiver is down (a balancer or TLS front answers first), or it refuses the client certificate without saying so.',
    action:
      'Look at the receiver and what is behind it; if that is well, replace the client certificate. It is tried again by itself.',
  },
  DEVO_SEND_TIMEOUT: {
    title: 'Receiver takes nothing more',
    cause: 'The receiver, or something between, has stopped reading.',
    action: 'Check the receiver; the segment is sent again by itself.',
  },
  DEVO_CONFIRM_WEAK: {
    title: 'Confirmation is weaker on this host',
    cause:
      'The table of TCP connections (`/proc/self/net/tcp`) cannot be read: this is no Linux, or /proc is hidden. Without it a receiver whose kernel has everything cannot be told from one that stopped taking.',
    action:
      'Run the collector where the table can be read. Until then an output that never closes the connection gets its segments again and again.',
  },
  DEVO_HTTP_TOKEN: {
    title: 'HTTP token refused',
    cause: 'The token is wrong, has run out, or is not bound to the tables of these tags.',
    action: 'Check `token` and `domain`, and the target tables of the token in Devo.',
  },
  DEVO_HTTP_STATUS: {
    title: 'HTTP endpoint answered with an error',
    cause: 'The endpoint could not take the request.',
    action: 'For a 4xx check `address` and `domain`; a 5xx is tried again by itself.',
  },
  DEVO_FRAME_INVALID: {
    title: 'Segment holds something that is no event',
    cause: 'A segment was written by another version.',
    action: 'Reset the persistence of the stream to just before the failing window.',
  },
  DEVO_FILE_FAILED: {
    title: 'File output could not be written',
    cause: 'The disk is full, the file may not be written, or it was rotated meanwhile.',
    action: 'Make room or correct `path`; what was written in part is cut off again.',
  },
  DEVO_CONSOLE_CLOSED: {
    title: 'Standard output is closed',
    cause: 'The program that read the output has ended.',
    action: 'Start the collector again with its output going somewhere.',
  },
  DEVO_QUERY_REFUSED: {
    title: 'Query credentials refused',
    cause:
      'The token or the key of `verify` is wrong, has run out, or belongs to another region or domain.',
    action: 'Check `token` (or `key` and `secret`) and `address` of `verify`, and the clock.',
  },
  DEVO_QUERY_TABLE: {
    title: 'Table cannot be queried',
    cause: 'The token may not read the table of a tag, or no event ever arrived under that tag.',
    action:
      'Allow the table to the token in Devo; where the tag is new, wait for its first events. Nothing counts as missing meanwhile.',
  },
  DEVO_QUERY_INVALID: {
    title: 'Query not accepted',
    cause:
      'Devo does not know a column or a function of the query, or `address` is not the Query API.',
    action:
      'Check `verify_pulling_id_column` and `address` of `verify`; report the message where both are right.',
  },
  DEVO_QUERY_LIMITED: {
    title: 'Too many queries',
    cause: 'The domain has reached a limit of its queries; others may be using it up.',
    action: 'Nothing: it is asked again later. Pulling and delivery go on.',
  },
  DEVO_QUERY_FAILED: {
    title: 'Query failed',
    cause: 'Devo met an error, perhaps after it had begun to answer.',
    action: 'Nothing: it is asked again later. Tell Devo the `cid` of the message where it lasts.',
  },
  DEVO_QUERY_NETWORK: {
    title: 'Query API not reached',
    cause: 'The connection failed or broke, or the answer was not whole in time.',
    action: 'Check `address` of `verify`, the proxy and the network; it is asked again later.',
  },
  DEVO_QUERY_REPLY: {
    title: 'Answer to a query not understood',
    cause: 'Something else than the Query API answered, or its answer was cut off.',
    action: 'Check `address` of `verify`, and proxies or login pages on the way.',
  },
  DEVO_QUERY_TRUNCATED: {
    title: 'Answer to a query too long',
    cause: 'The answer has as many rows as were asked for at most, so more may be left out.',
    action: 'Ask for a shorter range of time.',
  },
  DEVO_QUERY_COLUMN: {
    title: 'No column to count by',
    cause:
      'The table keeps the fields in question neither in columns of their own nor in a text of the whole event, or the column that was named is not there.',
    action: 'Set `verify_pulling_id_column` to the column that holds the pulling id.',
  },
  DEVO_QUERY_NO_CONTROL: {
    title: 'Nothing to compare with in a table',
    cause:
      'No event of any pull was found in the range, which may mean a wrong table or domain as well as a loss.',
    action:
      'Look into the table in Devo. Nothing counts as missing until the first event is found there.',
  },
} as const satisfies ErrorCatalogue;

export type DevoErrorCode = keyof typeof DEVO_ERRORS;

/** A CollectorError with one of the codes above. */
export function devoError(
  code: DevoErrorCode,
  message: string,
  retry: CollectorErrorOptions['retry'],
  cause?: unknown,
): CollectorError {
  return new CollectorError(code, message, { retry, ...(cause === undefined ? {} : { cause }) });
}

/** `ECONNRESET` and the like, or Node's own code; undefined where an error has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
