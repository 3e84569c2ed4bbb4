import type { Stats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentRef } from '../pull/receipts.js';
import { clearStaleMarkers, hasMarker, setMarker } from './confirmations.js';
import { makeFolder, TEMPORARY_SUFFIX } from './durable-file.js';
import { systemCode, toSegmentError } from './errors.js';
import { readHostId } from './host-id.js';
import {
  encodedNameOf,
  encodePart,
  MARKER_SUFFIX,
  SEGMENT_SUFFIX,
  segmentFile,
  workflowFolder,
} from './segment-paths.js';
import { openSegment } from './segment-reader.js';
import { createSegmentWriter } from './segment-writer.js';
import { createWholeFiles } from './whole-files.js';
import { makeWorkflowFolder, OWNER_FILE, ownerOf } from './workflow-folder.js';

/** Longer than the longest fetch, after which a segment stands in its workflow's state. */
const ORPHAN_AFTER_MS = 3_600_000;

/** Writes one segment; nothing is visible under its name before `commit`. */
export interface SegmentWriter {
  /** Adds frames (each ends with LF); resolves when the writer can take more. */
  append(frames: string | Buffer, events: number): Promise<void>;
  /** Forgets what was appended so far. */
  restart(): Promise<void>;
  /** Syncs and renames; null and no file where nothing was appended. */
  commit(): Promise<SegmentRef | null>;
  /** Removes the temporary file; safe after a commit. */
  abort(): Promise<void>;
}

/** A segment on this host's disk. */
export interface SegmentSource {
  readonly ref: SegmentRef;
  /**
   * The frames, from the first byte; for a second try it is called again. Each time a file that was not written
   * or read by this process as it stands is checked as a whole before the first byte is given, and what was given
   * after the last: hours may lie between two tries. The next chunk takes the place of the one before it in
   * memory. Raises `SEGMENT_MISSING` or `SEGMENT_DAMAGED`.
   */
  frames(): AsyncGenerator<Buffer, void, undefined>;
}

/** The segments on this host's disk. */
export interface SegmentStore {
  readonly hostId: string;
  /** Task queue of this host. */
  readonly hostQueue: string;
  create(workflowId: string, name: string): Promise<SegmentWriter>;
  /** Raises `SEGMENT_MISSING` or `SEGMENT_DAMAGED`. */
  open(ref: SegmentRef): Promise<SegmentSource>;
  /** True where this output confirmed the segment before, even if the file is gone since. */
  isConfirmed(ref: SegmentRef, output: string): Promise<boolean>;
  /**
   * Remembers the confirmation on disk; removes the frames when all `outputs` have confirmed. False where the
   * disk does not take it, which raises nothing: the receiver has the segment, and sending it again, on every
   * try until there is room, would be worse than sending it again after a crash.
   */
  confirm(ref: SegmentRef, output: string, outputs: readonly string[]): Promise<boolean>;
  /**
   * Removes the other files of this workflow: confirmations at once, segments after an hour, for one that was
   * just written may not be known to its workflow yet.
   */
  keepOnly(workflowId: string, names: readonly string[]): Promise<void>;
  /** Removes temporary files and the folders of workflows that do not run any more; returns how many files. */
  sweep(isRunning: (workflowId: string) => Promise<boolean>): Promise<number>;
  /** Segments and bytes waiting on this disk. */
  backlog(): Promise<{ segments: number; bytes: number }>;
}

export interface SegmentStoreOptions {
  /** The folder `state/`; made where it is missing. */
  readonly stateDir: string;
  /** `<prefix>` of the task queues. */
  readonly taskQueuePrefix: string;
}

/**
 * Opens the store below `state/segments/`: one folder per workflow, files for this user alone. All calls
 * raise CollectorErrors with `SEGMENT_` codes; a full or read-only disk may work later, a lost segment never.
 */
export async function openSegmentStore(options: SegmentStoreOptions): Promise<SegmentStore> {
  const hostId = await readHostId(options.stateDir);
  const hostQueue = `${options.taskQueuePrefix}/host/${hostId}`;
  const root = join(options.stateDir, 'segments');
  const inUse = new Set<string>();
  const whole = createWholeFiles();
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toSegmentError(error, root);
    }
  };
  await guard(() => makeFolder(root));

  async function remove(path: string): Promise<void> {
    whole.forget(path);
    await rm(path, { force: true });
  }

  /** Removes the files of a folder that `goes` picks, never one that is being written here. */
  async function removeFrom(folder: string, goes: (file: string) => boolean): Promise<number> {
    const files = (await list(folder)).filter(
      (file) => file !== OWNER_FILE && goes(file) && !inUse.has(join(folder, file)),
    );
    for (const file of files) await remove(join(folder, file));
    return files.length;
  }

  return {
    hostId,
    hostQueue,
    create: (workflowId, name) =>
      Promise.resolve(
        createSegmentWriter({
          path: segmentFile(root, workflowId, name),
          makeFolder: () => makeWorkflowFolder(root, workflowId),
          identity: { workflowId, name, hostQueue },
          inUse,
          whole,
          onCommitted: (ref) => clearStaleMarkers(root, ref),
        }),
      ),
    open: (ref) => openSegment(segmentFile(root, ref.workflowId, ref.name), ref, whole),
    isConfirmed: (ref, output) => guard(() => hasMarker(root, ref, output)),
    confirm: async (ref, output, outputs) => {
      const remembered = await succeeds(async () => {
        if (!(await hasMarker(root, ref, output))) await setMarker(root, ref, output);
      });
      const others = outputs.filter((each) => each !== output);
      // Also where it could not be remembered: the frames are what fills a full disk.
      const removed = await succeeds(async () => {
        const markers = await Promise.all(others.map((each) => hasMarker(root, ref, each)));
        if (!markers.every(Boolean)) return;
        await remove(segmentFile(root, ref.workflowId, ref.name));
      });
      return remembered && removed;
    },
    keepOnly: (workflowId, names) =>
      guard(async () => {
        const kept = new Set(names.map(encodePart));
        const folder = workflowFolder(root, workflowId);
        const goes = new Set<string>();
        for (const file of await list(folder)) {
          if (kept.has(encodedNameOf(file))) continue;
          if (file.endsWith(MARKER_SUFFIX) || (await isOld(join(folder, file)))) goes.add(file);
        }
        await removeFrom(folder, (file) => goes.has(file));
      }),
    sweep: (isRunning) =>
      guard(async () => {
        let removed = 0;
        for (const name of await folders(root)) {
          const folder = join(root, name);
          const workflowId = await ownerOf(root, name);
          if (workflowId === undefined) continue;
          const running = await isRunning(workflowId);
          removed += await removeFrom(
            folder,
            (file) => !running || file.endsWith(TEMPORARY_SUFFIX),
          );
          const others = (await list(folder)).filter((file) => file !== OWNER_FILE);
          if (!running && others.length === 0) await rm(folder, { recursive: true });
        }
        return removed;
      }),
    backlog: () =>
      guard(async () => {
        let segments = 0;
        let bytes = 0;
        for (const folder of await folders(root)) {
          for (const file of await list(join(root, folder))) {
            if (!file.endsWith(SEGMENT_SUFFIX)) continue;
            const found = await look(join(root, folder, file));
            if (found === undefined) continue;
            segments += 1;
            bytes += found.size;
          }
        }
        return { segments, bytes };
      }),
  };
}

async function succeeds(work: () => Promise<void>): Promise<boolean> {
  return await work().then(
    () => true,
    () => false,
  );
}

async function folders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isOld(path: string): Promise<boolean> {
  const found = await look(path);
  return found !== undefined && found.mtimeMs < Date.now() - ORPHAN_AFTER_MS;
}

/** undefined: it went between the listing and the look. */
async function look(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
