import type { Readable } from 'node:stream';
import type { SegmentRef } from '../pull/receipts.js';

/** Writes one segment; nothing is visible under its name before `commit`. */
export interface SegmentWriter {
  /** Adds frames (each ends with LF); resolves when the writer can take more. */
  append(frames: string, events: number): Promise<void>;
  /** Forgets what was appended so far. */
  restart(): Promise<void>;
  /** Syncs and renames; null and no file where nothing was appended. */
  commit(): Promise<SegmentRef | null>;
  /** Removes the temporary file; safe after a commit. */
  abort(): Promise<void>;
}

/** A segment that was found whole. */
export interface SegmentSource {
  readonly ref: SegmentRef;
  /** The frames, from the first byte. May be called again for a second try. */
  stream(): Readable;
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
  /** Remembers the confirmation on disk; removes the frames when all `outputs` have confirmed. */
  confirm(ref: SegmentRef, output: string, outputs: readonly string[]): Promise<void>;
  /** Removes every other file of this workflow. */
  keepOnly(workflowId: string, names: readonly string[]): Promise<void>;
  /** Removes temporary files and the folders of workflows that do not run any more; returns how many files. */
  sweep(isRunning: (workflowId: string) => Promise<boolean>): Promise<number>;
  /** Segments and bytes waiting on this disk. */
  backlog(): Promise<{ segments: number; bytes: number }>;
}
