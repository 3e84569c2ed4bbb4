import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/cortex/json.js';
import { encodeJson, parseReply } from '../../../src/cortex/json.js';
import type { ServiceName } from '../../../src/config/model.js';
import { SERVICES } from '../../../src/services/registry.js';
import { envelope, eventJson, readRecord } from '../../../src/services/to-events.js';
import { serviceConfig } from './config.js';

const config = serviceConfig();

const RECORDS: Record<ServiceName, JsonObject> = {
  incidents: { incident_id: '41', modification_time: 1_760_000_000_500, hosts: null, notes: 'é\n' },
  alerts: { alert_id: '8', external_id: '99', local_insert_ts: 1_760_000_000_500, host_ip: [''] },
  all_alerts: { alert_id: '8', detection_timestamp: 1_760_000_000_500, tags: 'A,B' },
  audit_managements: { AUDIT_ID: 5, AUDIT_INSERT_TIME: 1_760_000_000_500, AUDIT_REASON: null },
  agent_audits: { TIMESTAMP: 1_760_000_000_500, ENDPOINTNAME: 'host-1', CATEGORY: 'status' },
};

describe.each(Object.entries(RECORDS))('a record of %s', (name, record) => {
  const service = SERVICES[name as ServiceName];
  const read = (found: JsonValue) => readRecord(service, found, false, config);

  it('has a time and a short key', () => {
    expect(read(record)).toMatchObject({ timeMs: 1_760_000_000_500, malformed: undefined });
    expect(read(record).key).toMatch(/^[\w-]{10}$/);
  });

  it('goes out under the main tag and is not changed on the way', () => {
    const before = structuredClone(record);
    const [event] = read(record).events();
    expect(event).toMatchObject({ tag: 'main', payload: record });
    eventJson({ tag: 'main', ...event, payload: record }, false, envelope('prod', 1));
    expect(record).toEqual(before);
  });

  it.each<[string, JsonValue]>([
    ['no_key', {}],
    ['no_key', { incident_id: null, alert_id: '', AUDIT_ID: [1], TIMESTAMP: 'today' }],
    ['not_an_object', null],
    ['not_an_object', 'text'],
    ['not_an_object', [record]],
  ])('that is malformed (%s) goes out as it came', (kind, found) => {
    expect(read(found)).toMatchObject({ malformed: kind });
    expect(read(found).events()).toEqual([{ tag: 'main', payload: found }]);
    expect(read(found).key).not.toBe(read([found]).key);
  });
});

describe('what makes a record itself', () => {
  const keyOf = (name: ServiceName, record: JsonObject) =>
    readRecord(SERVICES[name], record, false, config).key;

  it('is id and modification for incidents: a changed one goes out again', () => {
    const incident = { incident_id: '1', modification_time: 5, status: 'new' };
    expect(keyOf('incidents', { ...incident, modification_time: 6 })).not.toBe(
      keyOf('incidents', incident),
    );
    expect(keyOf('incidents', { ...incident, status: 'x' })).toBe(keyOf('incidents', incident));
  });

  it('is the id for alerts, with a null external_id too', () => {
    const [one, two] = ['1', '2'].map((alert_id) =>
      keyOf('alerts', { alert_id, external_id: null }),
    );
    expect(one).not.toBe(two);
  });

  it('is an id beyond 2^53 in full', () => {
    const keys = ['7317728957437371542', '7317728957437371543'].map((id) => {
      const { value, lossless } = parseReply(`{"AUDIT_ID":${id}}`);
      return readRecord(SERVICES.audit_managements, value, lossless, config).key;
    });
    expect(new Set(keys).size).toBe(2);
  });

  it('is the whole of an agent audit, whatever the order of fields and the way it was parsed', () => {
    const spellings = [
      '{"TIMESTAMP":1575795968414.5,"a":{"x":1,"y":[1.50]}}',
      '{"a":{"y":[1.5],"x":1},"TIMESTAMP":1575795968414.50}',
    ];
    const keys = spellings.map((text) => {
      const { value, lossless } = parseReply(text);
      return readRecord(SERVICES.agent_audits, value, lossless, config).key;
    });
    expect(keys[0]).toBe(keys[1]);
    expect(keyOf('agent_audits', { TIMESTAMP: 1, a: 1 })).not.toBe(
      keyOf('agent_audits', { TIMESTAMP: 1, a: 2 }),
    );
  });

  it('keeps the fraction of an agent audit', () => {
    const { value, lossless } = parseReply('{"TIMESTAMP":1575795968414.4631,"TYPE":"Agent"}');
    const read = readRecord(SERVICES.agent_audits, value, lossless, config);
    expect(read.timeMs).toBeCloseTo(1_575_795_968_414.463, 3);
    const json = read.events().map(({ payload }) => encodeJson(payload, lossless));
    expect(json).toEqual(['{"TIMESTAMP":1575795968414.4631,"TYPE":"Agent"}']);
  });
});

describe('the envelope', () => {
  const prod = envelope('prod', 1_760_000_000_000);

  it('is added last: the environment, then the pulling id as text', () => {
    const event = { tag: 't', payload: { b: 1, a: null }, added: { c: 2 } };
    expect(eventJson(event, false, prod)).toBe(
      '{"b":1,"a":null,"c":2,"@devo_environment":"prod","@devo_pulling_id":"1760000000000"}',
    );
  });

  it('has no environment where the input has none', () => {
    expect(envelope(undefined, 5)).toEqual({ '@devo_pulling_id': '5' });
  });

  it('leaves what is no object as it came', () => {
    expect(eventJson({ tag: 't', payload: 'text' }, false, prod)).toBe('"text"');
  });
});
