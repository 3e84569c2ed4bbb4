import {
  appendFile,
  copyFile,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createConsoleOutput } from '../../../src/devo/console-output.js';
import { createOutput } from '../../../src/devo/create-output.js';
import { codeOfRejection, framesOf, segmentOf, unwatched } from './segments.js';

const TEXT = framesOf(200_000);
const SEGMENT = segmentOf(TEXT);

/** A segment whose file breaks off after half of it. */
const BROKEN = {
  ...SEGMENT,
  // eslint-disable-next-line @typescript-eslint/require-await -- what reads the disk elsewhere waits for it
  async *frames() {
    yield Buffer.from(TEXT.slice(0, TEXT.length / 2));
    throw new Error('disk broke');
  },
};

describe('file output', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'file-output-'));
    path = join(folder, 'events.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fileOutput = (to = path) => createOutput({ name: 'file_1', type: 'file', path: to });

  it('appends segment after segment, for this user alone', async () => {
    const output = fileOutput();
    const receipt = await output.deliver(SEGMENT, unwatched());
    await output.deliver(segmentOf('<14>t h a: {}\n'), unwatched());
    expect(receipt.confirmation).toBe('local');
    expect(await readFile(path, 'utf8')).toBe(`${TEXT}<14>t h a: {}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('cuts a failed segment off again, so that the next try does not double it', async () => {
    const output = fileOutput();
    await output.deliver(SEGMENT, unwatched());
    expect(await codeOfRejection(output.deliver(BROKEN, unwatched()))).toContain('disk broke');
    expect(await readFile(path, 'utf8')).toBe(TEXT);
  });

  it('keeps segments delivered at the same time apart', async () => {
    const output = fileOutput();
    await Promise.all([
      output.deliver(SEGMENT, unwatched()),
      codeOfRejection(output.deliver(BROKEN, unwatched())),
      output.deliver(SEGMENT, unwatched()),
    ]);
    expect(await readFile(path, 'utf8')).toBe(TEXT + TEXT);
  });

  /** The segment, while something else happens to the file after half of it; then it fails, or goes on. */
  const disturbed = (meanwhile: () => Promise<unknown>, fails: boolean) => ({
    ...SEGMENT,
    async *frames() {
      yield Buffer.from(TEXT.slice(0, TEXT.length / 2));
      await meanwhile();
      if (fails) throw new Error('disk broke');
      yield Buffer.from(TEXT.slice(TEXT.length / 2));
    },
  });

  it('a failed segment takes nothing away that another program has appended', async () => {
    const output = fileOutput();
    const failing = disturbed(() => appendFile(path, '<14>other\n'), true);
    await codeOfRejection(output.deliver(failing, unwatched()));
    expect(await readFile(path, 'utf8')).toContain('<14>other\n');
  });

  it('a failed segment fills nothing up where the file was cut off meanwhile', async () => {
    const output = fileOutput();
    await output.deliver(SEGMENT, unwatched());
    const failing = disturbed(() => truncate(path, 0), true);
    await codeOfRejection(output.deliver(failing, unwatched()));
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('a segment during which the file was copied and cut off is written again', async () => {
    const output = fileOutput();
    const rotated = disturbed(async () => {
      await copyFile(path, `${path}.1`);
      await truncate(path, 0);
    }, false);
    expect(await codeOfRejection(output.deliver(rotated, unwatched()))).toBe('DEVO_FILE_FAILED');
    await output.deliver(SEGMENT, unwatched());
    expect(await readFile(path, 'utf8')).toContain(TEXT);
  });

  it('a segment during which the file was moved away is written again, and stands in neither twice', async () => {
    const output = fileOutput();
    await output.deliver(SEGMENT, unwatched());
    const rotated = disturbed(() => rename(path, `${path}.1`), false);
    expect(await codeOfRejection(output.deliver(rotated, unwatched()))).toBe('DEVO_FILE_FAILED');
    await output.deliver(SEGMENT, unwatched());
    expect(await readFile(path, 'utf8')).toBe(TEXT);
    expect(await readFile(`${path}.1`, 'utf8')).toBe(TEXT);
  });

  it('starts on a line of its own after a crash in mid-line', async () => {
    await writeFile(path, '<14>half a fra');
    await fileOutput().deliver(segmentOf('<14>t h a: {}\n'), unwatched());
    expect(await readFile(path, 'utf8')).toBe('<14>half a fra\n<14>t h a: {}\n');
  });

  it('says so where the file cannot be written', async () => {
    const output = fileOutput(join(folder, 'missing', 'events.log'));
    expect(await codeOfRejection(output.check(unwatched().signal))).toBe('DEVO_FILE_FAILED');
    expect(await codeOfRejection(output.deliver(SEGMENT, unwatched()))).toBe('DEVO_FILE_FAILED');
  });
});

describe('console output', () => {
  it('writes the frames as fast as their reader takes them', async () => {
    const chunks: Buffer[] = [];
    let most = 0;
    const stdout = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _, done) {
        most = Math.max(most, stdout.writableLength);
        // A pipe takes its bytes some time after the write.
        setTimeout(() => {
          chunks.push(Buffer.from(chunk));
          done();
        }, 2);
      },
    });
    const output = createConsoleOutput({ name: 'console_1', type: 'console' }, stdout);
    await Promise.all([output.deliver(SEGMENT, unwatched()), output.deliver(SEGMENT, unwatched())]);
    expect(Buffer.concat(chunks).toString()).toBe(TEXT + TEXT);
    expect(most).toBeLessThanOrEqual(65_536);
  });

  it('says so when its reader has gone', async () => {
    const stdout = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => {
        setImmediate(() => done(Object.assign(new Error('broken pipe'), { code: 'EPIPE' })));
      },
    });
    const output = createConsoleOutput({ name: 'console_1', type: 'console' }, stdout);
    expect(await codeOfRejection(output.deliver(SEGMENT, unwatched()))).toBe('DEVO_CONSOLE_CLOSED');
    expect(await codeOfRejection(output.check(unwatched().signal))).toBe('DEVO_CONSOLE_CLOSED');
  });
});
