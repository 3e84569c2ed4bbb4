import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import type { Logger } from 'pino';

/** Editors and deployments touch a file several times; they are done when nothing happened for so long. */
const QUIET_MS = 500;

/**
 * Calls `changed` after something changed in one of the folders (not below them) and it has become quiet.
 * Folders that are not there are left out; a replaced file, or a link to one, counts as changed. Ends with
 * what it returns.
 */
export function watchFolders(
  folders: readonly string[],
  log: Logger,
  changed: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const touched = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
    timer.unref();
  };
  const watchers = [...new Set(folders)].flatMap((folder): FSWatcher[] => {
    try {
      const watcher = watch(folder, { persistent: false }, touched);
      watcher.on('error', (error) => {
        log.warn({ folder, error }, 'Changes of this folder are not seen any more; send SIGHUP');
        watcher.close();
      });
      return [watcher];
    } catch (error) {
      log.debug({ folder, error }, 'Changes of this folder are not seen');
      return [];
    }
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
