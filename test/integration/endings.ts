/**
 * What a test, or with `afterAll` a file, has begun is ended by what is pushed here, the last first: also where what
 * was to come after it failed, which would leave processes and open ports behind.
 */
export function endsOf(after: (end: () => Promise<void>) => void): (() => unknown)[] {
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return ends;
}
