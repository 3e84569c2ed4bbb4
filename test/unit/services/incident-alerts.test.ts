import { describe, expect, it } from 'vitest';
import { readExtraData } from '../../../src/services/incident-alerts.js';
import { serviceConfig } from './config.js';

const config = serviceConfig({ includeIncidentArtifacts: true });
const ENTRY = {
  incident: { incident_id: '41', alert_count: 3 },
  alerts: { total_count: 2, data: [{ alert_id: '1', name: 'a' }, { alert_id: '2' }] },
  network_artifacts: { total_count: 1, data: [{ type: 'IP', network_remote_ip: '192.0.2.1' }] },
  file_artifacts: { total_count: 1, data: [{ type: 'HASH', file_name: 'x.exe' }] },
};

describe('the extra data of an incident', () => {
  it('yields each alert and artifact with the id of its incident', () => {
    const { alerts, artifacts, incidentId } = readExtraData(ENTRY, config);
    expect(incidentId).toBe('41');
    expect(alerts.map(({ event }) => event)).toEqual([
      { tag: 'alert', payload: { alert_id: '1', name: 'a', incident_id: '41' } },
      { tag: 'alert', payload: { alert_id: '2', incident_id: '41' } },
    ]);
    expect(artifacts.map(({ event }) => event)).toEqual([
      { tag: 'artifact', payload: { ...ENTRY.network_artifacts.data[0], incident_id: '41' } },
      { tag: 'artifact', payload: { ...ENTRY.file_artifacts.data[0], incident_id: '41' } },
    ]);
  });

  it('yields no artifacts unless the config asks for them', () => {
    expect(readExtraData(ENTRY, serviceConfig()).artifacts).toEqual([]);
  });

  it('tells by the largest count whether the reply was capped', () => {
    expect(readExtraData(ENTRY, config).alertTotal).toBe(3);
    const uncounted = { ...ENTRY, incident: { incident_id: '41', alert_count: null } };
    expect(readExtraData(uncounted, config).alertTotal).toBe(2);
  });

  it.each([
    ['in a list', [ENTRY]],
    ['in a named list', { incidents: [ENTRY] }],
  ])('is found where it stands %s', (_, entry) => {
    expect(readExtraData(entry, config)).toEqual(readExtraData(ENTRY, config));
  });

  it('takes a number of alerts as digits', () => {
    const digits = { incident: { incident_id: '41', alert_count: '7' }, alerts: { data: [] } };
    expect(readExtraData(digits, config)).toMatchObject({ alertCount: 7, alertTotal: 7 });
  });

  it('knows the same alert in another incident as another item', () => {
    const keysOf = (incident_id: string) =>
      readExtraData({ ...ENTRY, incident: { incident_id } }, config).alerts.map(({ key }) => key);
    expect(new Set([...keysOf('41'), ...keysOf('42'), ...keysOf('41')]).size).toBe(4);
  });

  it.each([[null], [[]], [{}], [{ incident: { incident_id: '1' }, alerts: null }]])(
    'is empty in %j',
    (entry) => {
      expect(readExtraData(entry, config)).toMatchObject({ alerts: [], artifacts: [] });
    },
  );

  it('passes on an alert without id as it came, marked', () => {
    const entry = { ...ENTRY, alerts: { data: [{ name: 'odd' }, 'text'] } };
    expect(readExtraData(entry, config).alerts).toMatchObject([
      { malformed: true, event: { payload: { name: 'odd' } } },
      { malformed: true, event: { payload: 'text' } },
    ]);
  });
});
