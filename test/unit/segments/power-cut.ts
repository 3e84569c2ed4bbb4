import type { BigIntStats } from 'node:fs';
import type * as fs from 'node:fs/promises';

/**
 * What of a folder a power cut would leave: files as they were when they were last synced, and names as they were when
 * their folder was. Everything under it must be opened by the `open` that is given here.
 */
export interface Disk {
  readonly open: typeof fs.open;
  /** Makes of `root`, which outlives everything itself, what is left of it. */
  cutPower(root: string): Promise<void>;
}

type Kept = { readonly bytes: Buffer } | { readonly names: ReadonlyMap<string, string> };

export function createDisk(real: typeof fs): Disk {
  const synced = new Map<string, Kept>();
  const identity = ({ ino, birthtimeNs }: BigIntStats) => `${ino} ${birthtimeNs}`;
  const identityOf = async (path: string) => identity(await real.stat(path, { bigint: true }));

  async function keep(path: string, id: string): Promise<void> {
    if (!(await real.stat(path)).isDirectory()) {
      synced.set(id, { bytes: await real.readFile(path) });
      return;
    }
    const names = new Map<string, string>();
    for (const name of await real.readdir(path)) {
      names.set(name, await identityOf(`${path}/${name}`));
    }
    synced.set(id, { names });
  }

  /** What is left of the file or folder, by its identity, at a path. */
  async function restore(path: string, id: string): Promise<void> {
    const kept = synced.get(id);
    if (kept !== undefined && 'bytes' in kept) {
      await real.writeFile(path, kept.bytes);
      return;
    }
    if (kept === undefined && !folders.has(id)) {
      await real.writeFile(path, '');
      return;
    }
    await real.mkdir(path, { recursive: true });
    for (const [name, child] of kept?.names ?? []) await restore(`${path}/${name}`, child);
  }

  /** What is left stands on the disk from now on. */
  async function keepAll(path: string): Promise<void> {
    await keep(path, await identityOf(path));
    if (!(await real.stat(path)).isDirectory()) return;
    for (const name of await real.readdir(path)) await keepAll(`${path}/${name}`);
  }

  const folders = new Set<string>();

  /** Tells files from folders among what was never synced. */
  async function learn(path: string): Promise<void> {
    if (!(await real.stat(path)).isDirectory()) return;
    folders.add(await identityOf(path));
    for (const name of await real.readdir(path)) await learn(`${path}/${name}`);
  }

  return {
    open: async (path, ...rest) => {
      const file = await real.open(path, ...rest);
      const sync = file.sync.bind(file);
      return Object.assign(file, {
        sync: async () => {
          await sync();
          // By what is open: it may have been renamed since.
          await keep(`/proc/self/fd/${file.fd}`, identity(await file.stat({ bigint: true })));
        },
      });
    },
    async cutPower(root) {
      await learn(root);
      const id = await identityOf(root);
      for (const name of await real.readdir(root)) {
        await real.rm(`${root}/${name}`, { recursive: true });
      }
      await restore(root, id);
      await keepAll(root);
    },
  };
}
