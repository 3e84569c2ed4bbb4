import type { Cluster } from '../cluster.js';
import type { Random } from '../random.js';
import { change } from './fault.js';
import type { Fault } from './fault.js';

/** What befalls machines, their processes and their disks. */
export const HOST_FAULTS: readonly Fault[] = [
  death('process killed', 3, (host) => {
    host.kill('killed');
  }),
  death('power cut', 2, (host) => {
    host.kill('power cut');
  }),
  death('host lost with its disk', 1, (host) => {
    host.kill('disk lost');
  }),
  death('process stopped in order', 2, (host) => {
    host.stop();
  }),
  {
    kind: 'all hosts killed',
    strike: ({ hosts }) => {
      for (const host of hosts) host.kill('killed');
      return () => {
        for (const host of hosts) host.boot();
      };
    },
  },
  {
    kind: 'reports to the server lost',
    strike: (cluster, random) => change(cluster, 'lostReports', 0.1 + random.next() * 0.4, 0),
  },
  {
    kind: 'clock of a host set wrong',
    strike: (cluster, random) => {
      const host = hostOf(cluster, random);
      host.setClock((random.next() - 0.5) * 7_200_000);
      return () => {
        host.setClock(0);
      };
    },
  },
  {
    kind: 'host busy',
    strike: (cluster, random) => {
      const host = hostOf(cluster, random);
      host.busy = true;
      return () => {
        host.busy = false;
        cluster.server.wake();
      };
    },
  },
  {
    kind: 'disk full',
    strike: (cluster, random) => change(hostOf(cluster, random).disk, 'full', true, false),
  },
  {
    kind: 'segment damaged',
    strike: (cluster, random) => {
      const { disk } = hostOf(cluster, random);
      const files = disk.files('.seg');
      const file = files[random.below(files.length)];
      if (file !== undefined) disk.damage(file);
      return undefined;
    },
  },
  {
    kind: 'segments deleted',
    strike: (cluster, random) => {
      const { disk } = hostOf(cluster, random);
      for (const file of disk.files('.seg')) disk.delete(file);
      return undefined;
    },
  },
];

type AnyHost = Cluster['hosts'][number];

function death(kind: string, weight: number, end: (host: AnyHost) => void): Fault {
  return {
    kind,
    weight,
    strike: (cluster, random) => {
      const host = hostOf(cluster, random);
      end(host);
      return () => {
        host.boot();
      };
    },
  };
}

function hostOf({ hosts }: Cluster, random: Random): AnyHost {
  const host = hosts[random.below(hosts.length)];
  if (host === undefined) throw new Error('no hosts');
  return host;
}
