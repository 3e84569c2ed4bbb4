import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import { clock } from '../time/clock.js';

/** Everything below belongs to a disk of the simulation; the next part of the path names it. */
const ROOT = '/simulated-disk';
/** How long it takes until bytes are safe, ms. */
const SYNC_MS = 2;

interface FileNode {
  readonly ino: number;
  bytes: Buffer;
  /** What a power cut leaves of it; undefined: nothing was synced yet. */
  synced: Buffer | undefined;
  mtimeMs: number;
}

type Node = FileNode | 'folder';

/** A disk that forgets at a power cut what was not synced: bytes of files, and entries of folders. */
export class Disk {
  #full = false;
  /** It was full at some time. */
  wasFull = false;
  #inodes = 0;
  #entries = new Map<string, Node>();
  #durable = new Map<string, Node>();

  /** The state folder of whoever has this disk. */
  static stateDir(name: string): string {
    return `${ROOT}/${name}/state`;
  }

  constructor(name: string) {
    for (const path of [ROOT, `${ROOT}/${name}`]) {
      this.#entries.set(path, 'folder');
      this.#durable.set(path, 'folder');
    }
  }

  get full(): boolean {
    return this.#full;
  }

  set full(isFull: boolean) {
    this.#full = isFull;
    this.wasFull ||= isFull;
  }

  powerCut(): void {
    const kept = [...this.#durable].filter(([path]) => this.#reachable(path));
    this.#entries = new Map(kept);
    for (const [, node] of kept) if (node !== 'folder') node.bytes = node.synced ?? Buffer.alloc(0);
  }

  /** Paths of files whose name ends so. */
  files(ending: string): string[] {
    return [...this.#entries.keys()].filter((path) => path.endsWith(ending));
  }

  delete(path: string): void {
    this.#entries.delete(path);
    this.#durable.delete(path);
  }

  /** Changes one bit, as a disk that fails does. */
  damage(path: string): void {
    const node = this.#entries.get(path);
    if (node === undefined || node === 'folder' || node.bytes.length === 0) return;
    node.bytes = Buffer.from(node.bytes);
    const at = node.bytes.length >> 1;
    node.bytes[at] = (node.bytes[at] ?? 0) ^ 1;
    node.synced = node.bytes;
    node.mtimeMs = clock.nowMs;
  }

  open(path: string, flags: string): Handle {
    let node = this.#entries.get(path);
    if (flags === 'wx') {
      if (node !== undefined) throw systemError('EEXIST', path);
      this.#needRoom(path);
      if (this.#entries.get(dirname(path)) !== 'folder') throw systemError('ENOENT', path);
      node = {
        ino: (this.#inodes += 1),
        bytes: Buffer.alloc(0),
        synced: undefined,
        mtimeMs: clock.nowMs,
      };
      this.#entries.set(path, node);
    }
    if (node === undefined) throw systemError('ENOENT', path);
    return new Handle(this, path, node);
  }

  append(path: string, node: FileNode, bytes: Buffer): void {
    this.#needRoom(path);
    node.bytes = Buffer.concat([node.bytes, bytes]);
    node.mtimeMs = clock.nowMs;
  }

  async sync(path: string, node: Node): Promise<void> {
    await clock.wait(SYNC_MS);
    if (node !== 'folder') {
      node.synced = node.bytes;
      return;
    }
    for (const child of [...this.#durable.keys()]) {
      if (dirname(child) === path && !this.#entries.has(child)) this.#durable.delete(child);
    }
    for (const [child, its] of this.#entries) {
      if (dirname(child) === path) this.#durable.set(child, its);
    }
  }

  stat(path: string): FileNode {
    const node = this.#entries.get(path);
    if (node === undefined) throw systemError('ENOENT', path);
    return node === 'folder'
      ? { ino: 0, bytes: Buffer.alloc(0), synced: undefined, mtimeMs: 0 }
      : node;
  }

  rename(from: string, to: string): void {
    const node = this.#entries.get(from);
    if (node === undefined) throw systemError('ENOENT', from);
    this.#entries.delete(from);
    this.#entries.set(to, node);
  }

  remove(path: string, force: boolean): void {
    if (!this.#entries.delete(path) && !force) throw systemError('ENOENT', path);
  }

  list(path: string): { name: string; isFolder: boolean }[] {
    if (this.#entries.get(path) !== 'folder') throw systemError('ENOENT', path);
    return [...this.#entries].flatMap(([child, node]) =>
      dirname(child) === path
        ? [{ name: child.slice(path.length + 1), isFolder: node === 'folder' }]
        : [],
    );
  }

  /** The first folder that was made. */
  makeFolders(path: string): string | undefined {
    if (this.#entries.has(path)) return undefined;
    this.#needRoom(path);
    const first = this.makeFolders(dirname(path));
    this.#entries.set(path, 'folder');
    return first ?? path;
  }

  #needRoom(path: string): void {
    if (this.#full) throw systemError('ENOSPC', path);
  }

  #reachable(path: string): boolean {
    return (
      path === ROOT ||
      (this.#durable.get(dirname(path)) === 'folder' && this.#reachable(dirname(path)))
    );
  }
}

/** An open file or folder. */
class Handle {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #node: Node;

  constructor(disk: Disk, path: string, node: Node) {
    this.#disk = disk;
    this.#path = path;
    this.#node = node;
  }

  get #file(): FileNode {
    if (this.#node === 'folder') throw systemError('EISDIR', this.#path);
    return this.#node;
  }

  appendFile(bytes: Buffer): Promise<void> {
    return soon(() => {
      this.#disk.append(this.#path, this.#file, bytes);
    });
  }

  writeFile(text: string): Promise<void> {
    return this.appendFile(Buffer.from(text));
  }

  sync(): Promise<void> {
    return this.#disk.sync(this.#path, this.#node);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  stat(): Promise<object> {
    return soon(() => statsOf(this.#file));
  }

  read(into: Buffer, offset: number, length: number, position: number): Promise<object> {
    return soon(() => {
      const { bytes } = this.#file;
      return {
        bytesRead: bytes.copy(into, offset, position, Math.min(bytes.length, position + length)),
      };
    });
  }
}

const disks = new Map<string, Disk>();

/** Puts a disk, or none, in the place of that name. */
export function mount(name: string, disk: Disk): void {
  disks.set(name, disk);
}

function diskOf(path: string): Disk {
  const disk = disks.get(path.split('/')[2] ?? '');
  if (disk === undefined) throw systemError('ENODEV', path);
  return disk;
}

function statsOf({ ino, bytes, mtimeMs }: FileNode): object {
  const mtimeNs = BigInt(Math.round(mtimeMs * 1_000)) * 1_000n;
  return { ino: BigInt(ino), size: bytes.length, mtimeMs, mtimeNs };
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

async function soon<Result>(work: () => Result): Promise<Result> {
  await Promise.resolve();
  return work();
}

/** What the segment store calls, for paths on simulated disks. */
const CALLS: Readonly<Record<string, (disk: Disk, path: string, ...rest: never[]) => unknown>> = {
  open: (disk, path, flags: string) => disk.open(path, flags),
  mkdir: (disk, path) => disk.makeFolders(path),
  rename: (disk, path, to: string) => {
    disk.rename(path, to);
  },
  rm: (disk, path, options?: { force?: boolean }) => {
    disk.remove(path, options?.force === true);
  },
  rmdir: (disk, path) => {
    disk.remove(path, false);
  },
  stat: (disk, path) => statsOf(disk.stat(path)),
  readFile: (disk, path) => disk.stat(path).bytes.toString('utf8'),
  readdir: (disk, path, options?: { withFileTypes?: boolean }) =>
    disk
      .list(path)
      .map(({ name, isFolder }) =>
        options?.withFileTypes === true ? { name, isDirectory: () => isFolder } : name,
      ),
};

/** Sends calls for simulated paths to simulated disks, in the whole process. */
export function installDisks(): void {
  const real = createRequire(import.meta.url)('node:fs/promises') as Record<string, unknown>;
  for (const [name, call] of Object.entries(CALLS)) {
    const original = real[name] as (...args: unknown[]) => unknown;
    real[name] = (path: unknown, ...rest: never[]) =>
      typeof path === 'string' && path.startsWith(ROOT)
        ? soon(() => call(diskOf(path), path, ...rest))
        : original(path, ...rest);
  }
  syncBuiltinESMExports();
}
