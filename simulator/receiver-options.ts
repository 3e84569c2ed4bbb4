/**
 * What the receiver does to its connections:
 * `normal`: reads all, answers the sender's end with its own (TLS: close_notify, then FIN);
 * `refuse`: nobody listens, open connections are reset;
 * `reset`: resets each connection after so many bytes of content, what was not read is lost;
 * `random-reset`: resets at a share of the reads (0 to 1), drawn from the seed;
 * `stall`: accepts and reads nothing; `slow`: reads at a rate; `never-close`: reads all, and ends only when the mode changes;
 * `fin`: ends with a bare FIN, without close_notify; `http-status`: each HTTP request gets this status.
 */
export type ReceiverMode =
  | { readonly kind: 'normal' | 'refuse' | 'stall' | 'never-close' | 'fin' }
  | { readonly kind: 'reset'; readonly afterBytes: number }
  | { readonly kind: 'random-reset'; readonly share: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'http-status'; readonly status: number };

/** PEM texts of a mutual TLS server. */
export interface ServerCredentials {
  readonly chain: string;
  readonly cert: string;
  readonly key: string;
}

export interface ReceiverOptions {
  /** Port on 127.0.0.1; default 0: any free one. */
  readonly port?: number;
  /** Default 1; draws the random resets. */
  readonly seed?: number;
  /** `tls` asks for a client certificate of the chain; `http` is the token endpoint without TLS. */
  readonly transport:
    | {
        readonly kind: 'tls';
        readonly credentials: ServerCredentials;
        readonly maxVersion?: 'TLSv1.2';
      }
    | { readonly kind: 'tcp' }
    | { readonly kind: 'http'; readonly domain: string; readonly token: string };
  readonly mode?: ReceiverMode;
  /** Called with each event that is well formed; for tests that compare contents. */
  readonly onEvent?: (tag: string, text: string) => void;
}

export interface ReceiverStats {
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Connections ended in order by both sides. */
  readonly ended: number;
  /** Connections that the receiver reset. */
  readonly resets: number;
  /** Failed handshakes: no client certificate, or one that the chain does not know. */
  readonly handshakeErrors: number;
  readonly bytes: number;
  readonly events: number;
  /** Events of connections that ended in order. */
  readonly endedEvents: number;
  /** Events of connections that broke: all that a collector may rightly send again. */
  readonly brokenEvents: number;
}
