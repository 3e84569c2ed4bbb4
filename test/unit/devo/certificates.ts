import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyPairPem as Identity } from '../../../simulator/certificates.js';

export { createAuthority } from '../../../simulator/certificates.js';
export type { Authority, KeyPairPem as Identity } from '../../../simulator/certificates.js';

/** The three files an output's config names, in a folder of their own. */
export interface CertificateFiles {
  readonly chain: string;
  readonly cert: string;
  readonly key: string;
  replace(chain: string, own: Identity): Promise<void>;
  remove(): Promise<void>;
}

export async function writeCertificates(chain: string, own: Identity): Promise<CertificateFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'certs-'));
  const files = {
    chain: join(folder, 'chain.crt'),
    cert: join(folder, 'domain.crt'),
    key: join(folder, 'domain.key'),
    async replace(newChain: string, identity: Identity) {
      await writeFile(files.chain, newChain);
      await writeFile(files.cert, identity.cert);
      await writeFile(files.key, identity.key);
    },
    remove: () => rm(folder, { recursive: true }),
  };
  await files.replace(chain, own);
  return files;
}
