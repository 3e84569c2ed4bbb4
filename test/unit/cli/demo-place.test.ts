import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoFolder, withoutCluster } from '../../../src/cli/demo-place.js';

describe('the folder of a demo', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'cortex-devo-cli-'));
  });
  afterEach(() => {
    rmSync(parent, { recursive: true });
  });

  it('is made where it does not exist', async () => {
    const dir = await demoFolder(join(parent, 'a', 'b'));
    expect(statSync(dir).isDirectory()).toBe(true);
  });

  it('is refused where it holds anything: the state of another run would not add up', async () => {
    writeFileSync(join(parent, 'something'), '');
    await expect(demoFolder(parent)).rejects.toMatchObject({ code: 'USAGE_FOLDER' });
  });

  it('is refused where it cannot be made', async () => {
    writeFileSync(join(parent, 'file'), '');
    await expect(demoFolder(join(parent, 'file', 'below'))).rejects.toMatchObject({
      code: 'USAGE_FOLDER',
      message: expect.stringContaining('ENOTDIR') as string,
    });
  });

  it.runIf(existsSync('/proc/self'))(
    'is refused below /proc, where making folders in one go would never end',
    async () => {
      for (const dir of ['/proc/x', '/proc/x/y/z']) {
        await expect(demoFolder(dir)).rejects.toMatchObject({ code: 'USAGE_FOLDER' });
      }
    },
  );

  it('is a temporary one where none is asked for', async () => {
    const dir = await demoFolder(undefined);
    try {
      expect(dir.startsWith(join(tmpdir(), 'cortex-devo-demo-'))).toBe(true);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

it('keeps a demo off every cluster that the environment or a profile names', () => {
  const env = withoutCluster(
    {
      PATH: '/bin',
      TEMPORAL_ADDRESS: 'temporal.internal:7233',
      TEMPORAL_PROFILE: 'prod',
      TEMPORAL_API_KEY: 'x',
      TEMPORAL_CLI: '/opt/temporal',
    },
    '/demo',
  );
  expect(env).toEqual({
    PATH: '/bin',
    TEMPORAL_CLI: '/opt/temporal',
    TEMPORAL_CONFIG_FILE: join('/demo', 'no-profile.toml'),
  });
});
