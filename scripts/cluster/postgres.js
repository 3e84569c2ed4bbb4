// A PostgreSQL server of its own in a folder, on a free port of 127.0.0.1.
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { postgresUser, run } from './programs.js';

/** Starts it in an empty folder; `restart` ends every connection at once, as a crash does. */
export async function startPostgres({ bin, folder, port }) {
  const user = postgresUser();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = { ...user, cwd: folder };
  const control = async (...args) =>
    await run(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), ...args], options);
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'temporal', '-A', 'trust', '-N'], options);
  await control('-o', `-p ${port} -c listen_addresses=127.0.0.1 -k ${folder}`, 'start');
  return {
    restart: async () => await control('-m', 'immediate', 'restart'),
    stop: async () => await control('-m', 'fast', 'stop'),
    /** In words, such as `42 MB`. */
    async size(database) {
      const query = `select pg_size_pretty(pg_database_size('${database}'))`;
      const args = [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'temporal',
        '-Atc',
        query,
        database,
      ];
      return (await run(join(bin, 'psql'), args)).stdout.trim();
    },
  };
}
