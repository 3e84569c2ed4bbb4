/** What is accounted for, each under an identity of its own. */
export const BOOKS = [
  'incidents',
  'incident_alerts',
  'incident_artifacts',
  'alerts',
  'alert_events',
  'all_alerts',
  'audit_managements',
  'agent_audits',
] as const;
export type Book = (typeof BOOKS)[number];
export type BookTags = Readonly<Record<Book, string>>;

/** The tags of a collector whose config overrides none. Two books share one: their records differ. */
export const DEFAULT_TAGS: BookTags = {
  incidents: 'edr.cortex_xdr.incidents',
  incident_alerts: 'edr.cortex_xdr.alerts',
  incident_artifacts: 'edr.cortex_xdr.incident_artifacts',
  alerts: 'edr.cortex_xdr.alerts_multi',
  alert_events: 'edr.cortex_xdr.alerts_multi_event',
  all_alerts: 'edr.cortex_xdr.alerts',
  audit_managements: 'edr.cortex_xdr.audit_managements',
  agent_audits: 'edr.cortex_xdr.agent_audits',
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Identity of a received event in each book: undefined where it does not belong there. In the order in
 * which books that share a tag are tried: those that ask for more fields come first.
 */
const IDENTITIES: readonly (readonly [Book, (event: Fields) => string | undefined])[] = [
  ['alert_events', (event) => join(event, ['alert_id', '#', 'events_id'])],
  ['incident_alerts', (event) => join(event, ['incident_id', '/', 'alert_id'])],
  ['incidents', (event) => join(event, ['incident_id', '@', 'modification_time'])],
  [
    'incident_artifacts',
    (event) =>
      join(event, ['incident_id', '/', 'file_sha256']) ??
      join(event, ['incident_id', '/', 'network_remote_ip']),
  ],
  ['alerts', (event) => join(event, ['alert_id'])],
  ['all_alerts', (event) => join(event, ['alert_id'])],
  ['audit_managements', (event) => join(event, ['AUDIT_ID'])],
  ['agent_audits', (event) => join(event, ['ENDPOINTID', '@', 'TIMESTAMP', '/', 'DESCRIPTION'])],
];

/** The book and the identity of an event by its tag and content; undefined for one that fits nowhere. */
export function identify(
  tag: string,
  event: Fields,
  tags: BookTags,
): { readonly book: Book; readonly identity: string } | undefined {
  for (const [book, identityOf] of IDENTITIES) {
    if (tags[book] !== tag) continue;
    const identity = identityOf(event);
    if (identity !== undefined) return { book, identity };
  }
  return undefined;
}

/** Field values with the separators between them; undefined if a field is missing. */
function join(event: Fields, parts: readonly string[]): string | undefined {
  let text = '';
  for (const [position, part] of parts.entries()) {
    if (position % 2 === 1) {
      text += part;
      continue;
    }
    const value = event[part];
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    text += String(value);
  }
  return text;
}
