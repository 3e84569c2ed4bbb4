import type { CortexClient } from './client.js';

/** Asks for the incidents of one second: the role Viewer suffices. Raises what the API raises. */
export async function checkCredentials(
  client: CortexClient,
  apiFqdn: string,
  nowMs: number,
): Promise<void> {
  await client.list({
    apiFqdn,
    path: 'v1/incidents/get_incidents',
    timeField: 'modification_time',
    window: { fromMs: nowMs - 1_000, toMs: nowMs },
    offset: 0,
    rowsKey: 'incidents',
  });
}
