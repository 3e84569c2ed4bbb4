/**
 * Reads `count` pages, at most `concurrency` of them under way or held at a time, and hands them to
 * `take` one by one in their order until it returns false. After a failure no further page is begun;
 * it is raised once those under way have ended, so nothing goes on behind the caller's back.
 */
export async function readInOrder<Page>(
  count: number,
  concurrency: number,
  read: (index: number) => Promise<Page>,
  take: (page: Page, index: number) => Promise<boolean>,
): Promise<void> {
  const ahead: Promise<Page>[] = [];
  let begun = 0;
  let failed = false;
  const fill = () => {
    while (begun < count && ahead.length < concurrency && !failed) {
      const page = read(begun++);
      // Also keeps a failure that nobody awaits yet from counting as unhandled.
      page.catch(() => {
        failed = true;
      });
      ahead.push(page);
    }
  };
  try {
    for (let index = 0; index < count; index++) {
      fill();
      const [head] = ahead;
      if (head === undefined) return;
      const page = await head;
      const goOn = await take(page, index);
      void ahead.shift();
      if (!goOn) return;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}
